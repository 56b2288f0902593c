"""Statistics of web server logs."""

from logstats.parse import Entry, LogFormatError, parse_line, parse_lines
from logstats.report import build_report

__all__ = ["Entry", "LogFormatError", "build_report", "parse_line", "parse_lines"]
