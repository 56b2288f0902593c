"""Reading lines of the combined log format."""

import re
from dataclasses import dataclass

LINE = (
    r'^(?P<host>\S+) \S+ (?P<user>\S+) \[(?P<stamp>[^\]]+)\] "(?P<request>[^"]*)" '
    r'(?P<status>\d{3}) (?P<size>\d+|-) "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)" (?P<ms>\d+)$'
)
STAMP = r"^(\d{2})/(\w{3})/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$"
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]


class LogFormatError(ValueError):
    """A line is not in the combined log format."""


@dataclass
class Entry:
    """One request: who, when (seconds since 1970, UTC), what, and how it went."""

    host: str
    user: str
    second: int
    method: str
    path: str
    status: int
    size: int
    agent: str
    ms: int


def parse_stamp(text):
    """Seconds since 1970 of a stamp such as `10/Oct/2025:13:55:36 +0200`."""
    match = re.compile(STAMP).match(text)
    if match is None or match.group(2) not in MONTHS:
        raise LogFormatError(f"bad time stamp: {text!r}")
    day, year = int(match.group(1)), int(match.group(3))
    month = MONTHS.index(match.group(2))
    leaps = (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400 - 477
    days = (year - 1970) * 365 + leaps + DAYS_BEFORE[month] + day - 1
    if month > 1 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        days = days + 1
    second = days * 86400
    second = second + int(match.group(4)) * 3600
    second = second + int(match.group(5)) * 60 + int(match.group(6))
    offset = int(match.group(8)) * 3600 + int(match.group(9)) * 60
    return second - offset if match.group(7) == "+" else second + offset


def parse_line(line):
    """The entry of one line. Raises LogFormatError."""
    match = re.compile(LINE).match(line.strip())
    if match is None:
        raise LogFormatError(f"not in the combined log format: {line.strip()!r}")
    request = match.group("request").split(" ")
    if len(request) != 3:
        raise LogFormatError(f"bad request: {match.group('request')!r}")
    size = match.group("size")
    return Entry(
        host=match.group("host"),
        user=match.group("user"),
        second=parse_stamp(match.group("stamp")),
        method=request[0],
        path=request[1],
        status=int(match.group("status")),
        size=0 if size == "-" else int(size),
        agent=match.group("agent"),
        ms=int(match.group("ms")),
    )


def parse_lines(lines, strict=False):
    """Entries and the lines that could not be read. Raises LogFormatError if `strict`."""
    entries = []
    rejected = []
    for line in lines:
        if line.strip() == "":
            continue
        try:
            entries.append(parse_line(line))
        except LogFormatError:
            if strict:
                raise
            rejected.append(line)
    return entries, rejected
