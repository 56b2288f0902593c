"""Command line."""

import argparse
import sys

from logstats.parse import LogFormatError, parse_lines
from logstats.report import build_report


def main(argv=None):
    """Print the report of a log; 0 if all went well, 1 if the log cannot be used."""
    parser = argparse.ArgumentParser(prog="logstats", description="statistics of a web server log")
    parser.add_argument("log", help="file to read, - for standard input")
    parser.add_argument("--top", type=int, default=10, help="rows a table")
    parser.add_argument("--strict", action="store_true", help="fail at the first bad line")
    options = parser.parse_args(argv)
    if options.top < 1:
        parser.error("--top must be at least 1")
    try:
        if options.log == "-":
            entries, rejected = parse_lines(sys.stdin, options.strict)
        else:
            with open(options.log, encoding="utf-8", errors="replace") as lines:
                entries, rejected = parse_lines(lines, options.strict)
    except (OSError, LogFormatError) as error:
        print(f"logstats: {error}", file=sys.stderr)
        return 1
    print(build_report(entries, rejected, options.top), end="")
    return 0
