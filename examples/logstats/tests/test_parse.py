import pytest

from logstats import LogFormatError, parse_line, parse_lines
from logstats.parse import parse_stamp

LINE = (
    '10.0.0.7 - anna [10/Oct/2025:13:55:36 +0200] "GET /shop/item/7?x=1 HTTP/1.1" 200 2326 '
    '"https://example.org/" "Mozilla/5.0 (X11)" 41'
)


def test_every_field_is_read():
    entry = parse_line(LINE + "\n")
    assert (entry.host, entry.user) == ("10.0.0.7", "anna")
    assert (entry.method, entry.path) == ("GET", "/shop/item/7?x=1")
    assert (entry.status, entry.size, entry.ms) == (200, 2326, 41)
    assert entry.agent == "Mozilla/5.0 (X11)"


def test_a_missing_size_is_zero():
    assert parse_line(LINE.replace("2326", "-")).size == 0


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("01/Jan/1970:00:00:00 +0000", 0),
        ("29/Feb/2024:12:00:00 +0000", 1709208000),
        ("01/Mar/2024:00:00:00 +0000", 1709251200),
        ("31/Dec/2025:23:59:59 +0000", 1767225599),
        ("01/Mar/2100:00:00:00 +0000", 4107542400),
    ],
)
def test_stamps(text, second):
    assert parse_stamp(text) == second


def test_the_offset_is_taken_into_account():
    noon = parse_stamp("10/Oct/2025:12:00:00 +0000")
    assert parse_stamp("10/Oct/2025:14:00:00 +0200") == noon
    assert parse_stamp("10/Oct/2025:08:30:00 -0330") == noon


@pytest.mark.parametrize("text", ["", "10/Okt/2025:12:00:00 +0000", "10/Oct/2025 12:00:00"])
def test_bad_stamps(text):
    with pytest.raises(LogFormatError, match="bad time stamp"):
        parse_stamp(text)


@pytest.mark.parametrize("line", ["", "hello", LINE[:-3], LINE.replace("200", "2x0")])
def test_lines_in_another_format(line):
    with pytest.raises(LogFormatError, match="combined log format"):
        parse_line(line)


def test_a_request_of_one_word_is_refused():
    with pytest.raises(LogFormatError, match="bad request"):
        parse_line(LINE.replace("GET /shop/item/7?x=1 HTTP/1.1", "quit"))


def test_bad_lines_are_kept_apart_and_empty_ones_skipped():
    entries, rejected = parse_lines([LINE, "", "  \n", "hello", LINE])
    assert len(entries) == 2
    assert rejected == ["hello"]


def test_strict_raises_at_the_first_bad_line():
    with pytest.raises(LogFormatError):
        parse_lines([LINE, "hello"], strict=True)
