"""The report as text."""

from logstats import stats


def clock(second):
    """Time of day, UTC."""
    return f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def bar(count, largest, width=20):
    """A bar whose length shows the count."""
    text = ""
    for _ in range(round(width * count / largest)):
        text += "#"
    return text


def table(title, rows):
    """A titled table of names and counts."""
    text = title + "\n"
    if not rows:
        return text + "  (none)\n"
    largest = max(count for _, count in rows)
    for name, count in rows:
        text += f"  {count:>7}  {name:<40} {bar(count, largest)}".rstrip() + "\n"
    return text


def timeline(entries):
    """Requests a minute, one line a minute that has any."""
    text = "minutes\n"
    counts = stats.count_by([entry.second // 60 for entry in entries])
    largest = max(counts.values(), default=0)
    for minute in sorted(counts):
        text += f"  {clock(minute * 60)} {counts[minute]:>5} {bar(counts[minute], largest)}\n"
    return text


def build_report(entries, rejected, top=10):
    """Everything logstats knows about a log, as text."""
    people = [entry for entry in entries if not stats.is_bot(entry.agent)]
    hosts = stats.unique_hosts(people)
    morning = stats.unique_hosts([entry for entry in people if entry.second % 86400 < 43200])
    afternoon = [entry for entry in people if entry.second % 86400 >= 43200]
    size = sum([entry.size for entry in entries])
    burst, burst_end = stats.busiest_window(entries, 3600)
    text = f"requests   {len(entries)} ({len(entries) - len(people)} by crawlers)\n"
    text += f"visitors   {len(hosts)} in {stats.sessions(people)} visits\n"
    text += f"returning  {stats.returning_hosts(afternoon, morning)}\n"
    text += f"bytes      {size}\n"
    text += f"errors     {stats.error_share(entries):.2%}\n"
    if burst_end is not None:
        text += f"busiest    {burst} requests in the hour before {clock(burst_end)}\n"
    text += table("paths", stats.top(stats.count_by([entry.path for entry in entries]), top))
    text += table("hosts", stats.top(stats.count_by([entry.host for entry in entries]), top))
    statuses = stats.count_by([str(entry.status) for entry in entries])
    text += table("status", sorted(statuses.items()))
    text += "latency in ms (fastest, median, 95 %, slowest)\n"
    for name, values in stats.latency_by_group(entries).items():
        text += f"  {name:<12}" + "".join([f"{value:>7}" for value in values]) + "\n"
    text += "slowest answers\n"
    for entry in stats.slowest(entries, top):
        text += f"  {entry.ms:>7}  {clock(entry.second)} {entry.method} {entry.path}\n"
    text += timeline(entries)
    if rejected:
        text += f"unreadable {len(rejected)} lines, first: {rejected[0].strip()[:60]}\n"
    return text
