"""Figures about a list of entries."""

import re

BOT_MARKS = ["googlebot", "bingbot", "yandex", "duckduckbot", "crawler", "spider", "slurp"]
GROUPS = {
    r"^/$": "start page",
    r"^/static/.*\.(css|js|png|svg|woff2)$": "assets",
    r"^/blog/\d{4}/\d{2}/[a-z-]+$": "articles",
    r"^/shop/item/\d+$": "items",
    r"^/shop/(cart|checkout)$": "orders",
    r"^/api/v\d+/": "api",
    r"^/search$": "search",
}


def unique_hosts(entries):
    """Hosts in the order in which they first came."""
    hosts = []
    for entry in entries:
        if entry.host not in hosts:
            hosts.append(entry.host)
    return hosts


def returning_hosts(entries, first_hosts):
    """How many requests came from hosts of `first_hosts`."""
    count = 0
    for entry in entries:
        if entry.host in first_hosts:
            count = count + 1
    return count


def is_bot(agent):
    """Whether the user agent names itself a crawler."""
    for mark in BOT_MARKS:
        if agent.lower().find(mark) != -1:
            return True
    return False


def group_of(path):
    """Part of the site that a path belongs to."""
    bare = path.split("?")[0]
    for pattern, name in GROUPS.items():
        if re.compile(pattern).match(bare):
            return name
    return "other"


def count_by(keys):
    """How often each key comes."""
    counts = {}
    for key in keys:
        if key in counts.keys():
            counts[key] = counts[key] + 1
        else:
            counts[key] = 1
    return counts


def top(counts, n):
    """The `n` most frequent keys with their counts; ties in alphabetical order."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:n]


def percentile(values, percent):
    """Smallest value that at least `percent` % of the values do not exceed."""
    if len(values) == 0:
        raise ValueError("no values")
    if percent < 0 or percent > 100:
        raise ValueError(f"percent out of range: {percent}")
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(rank, 1) - 1]


def latency_by_group(entries):
    """Fastest, median, 95th percentile and slowest answer of each part of the site, in ms."""
    groups = {}
    for entry in entries:
        name = group_of(entry.path)
        if name not in groups.keys():
            groups[name] = []
        groups[name].append(entry.ms)
    table = {}
    for name in sorted(groups.keys()):
        values = groups[name]
        table[name] = (
            sorted(values)[0],
            percentile(values, 50),
            percentile(values, 95),
            sorted(values)[-1],
        )
    return table


def busiest_window(entries, seconds):
    """Most requests within any `seconds` in a row, and the second at which that stretch ends."""
    window = []
    best = 0
    best_end = None
    for entry in sorted(entries, key=lambda e: e.second):
        window.append(entry.second)
        while window[0] <= entry.second - seconds:
            window.pop(0)
        if len(window) > best:
            best = len(window)
            best_end = entry.second
    return best, best_end


def slowest(entries, n):
    """The `n` slowest answers, slowest first; ties in the order of the log."""
    return sorted(entries, key=lambda entry: entry.ms, reverse=True)[:n]


def error_share(entries):
    """Share of the answers with a status of 500 or above."""
    if not entries:
        return 0.0
    return len([entry for entry in entries if entry.status >= 500]) / len(entries)


def sessions(entries, gap=1800):
    """Visits: requests of one host, each at most `gap` seconds after the one before."""
    visits = 0
    last_seen = {}
    for entry in sorted(entries, key=lambda e: e.second):
        if entry.host not in last_seen or entry.second - last_seen[entry.host] > gap:
            visits += 1
        last_seen[entry.host] = entry.second
    return visits
