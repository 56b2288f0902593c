import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parent.parent / "wordfreq"


def run(*arguments):
    assert PROGRAM.exists(), "run make first"
    return subprocess.run(
        [str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, timeout=20
    )


@pytest.fixture
def report(tmp_path):
    """Report of a text as a dictionary: title -> rows."""

    def make(text, *options):
        file = tmp_path / "text.txt"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = run(*options, file)
        assert (done.returncode, done.stderr) == (0, "")
        tables = {}
        rows = []
        for line in done.stdout.splitlines():
            name, _, value = line.partition("  ")
            if line[0] == " ":
                count, text_of_row = line.split(maxsplit=1)
                rows.append((int(count), text_of_row))
            elif value:
                tables[name] = value.strip()
            else:
                rows = tables[line] = []
        return tables

    return make


def test_words_are_counted_whatever_their_case(report):
    found = report("Lamp lamp LAMP oil Oil chair\n")
    assert found["words"] == "6"
    assert found["distinct"] == "3"
    assert found["frequent words"] == [(3, "lamp"), (2, "oil")]


def test_ties_are_in_alphabetical_order(report):
    found = report("pear fig apple pear fig apple kiwi kiwi kiwi\n")
    assert found["frequent words"] == [(3, "kiwi"), (2, "apple"), (2, "fig"), (2, "pear")]


def test_punctuation_and_digits_separate(report):
    found = report("tea,tea;tea4tea--tea.\ttea\n", "--min", "6")
    assert found["frequent words"] == [(6, "tea")]


def test_apostrophes_belong_to_words(report):
    found = report("don't don't\n")
    assert found["frequent words"] == [(2, "don't")]


def test_small_words_count_as_words_but_are_not_listed(report):
    found = report("the lamp and the oil\n", "--min", "1")
    assert found["words"] == "5"
    assert found["distinct"] == "2"
    assert found["frequent words"] == [(1, "lamp"), (1, "oil")]


def test_comments_are_left_out_also_when_indented(report):
    found = report("# lamp\n   # lamp\n\t#lamp\nlamp # oil\n", "--min", "1")
    assert found["frequent words"] == [(1, "lamp"), (1, "oil")]


def test_pairs_cross_lines_but_not_small_words(report):
    found = report("red lamp\nred lamp the red lamp\nred\n", "--min", "1")
    assert found["frequent pairs"] == [(3, "red lamp"), (2, "lamp red")]


def test_min_limits_words_and_pairs(report):
    text = "a1 up down up down up down left left\n"
    assert report(text, "--min", "3")["frequent words"] == [(3, "down"), (3, "up")]
    assert report(text, "--min", "2")["frequent pairs"] == [(3, "up down")]
    assert report(text, "--min", "9")["frequent words"] == []


def test_top_limits_the_rows(report):
    text = "x x x y y y z z z\n"
    assert report(text, "--top", "2")["frequent words"] == [(3, "x"), (3, "y")]
    assert len(report(text)["frequent words"]) == 3


def test_lengths_and_their_spread(report):
    found = report("ab cdef ghij klmn opqrs tuvwx abcdefg abcdefghi\n")
    assert found["lengths"] == [
        (0, "1"), (1, "2"), (0, "3"), (3, "4"), (2, "5"), (0, "6"), (1, "7"), (0, "8"), (1, "9"),
    ]
    assert found["spread"] == "2.0000"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "123 456\n"])
def test_nothing_to_count(report, text):
    found = report(text)
    assert (found["words"], found["distinct"], found["spread"]) == ("0", "0", "0.0000")
    assert found["lengths"] == []


def test_no_newline_at_the_end_and_windows_lines(report):
    assert report("lamp\r\nlamp")["frequent words"] == [(2, "lamp")]


def test_bytes_that_are_no_letters_separate(report):
    assert report(b"lamp\xff\x80lamp\n")["frequent words"] == [(2, "lamp")]


def test_long_lines(report):
    found = report("lamp oil " * 5000, "--min", "5000")
    assert found["frequent words"] == [(5000, "lamp"), (5000, "oil")]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--top",), ("--top", "0", "f"), ("--min", "x", "f"), ("--fast", "f"), ("f", "g")],
)
def test_wrong_usage(arguments):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: wordfreq" in done.stderr


def test_missing_file(tmp_path):
    done = run(tmp_path / "none.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert "none.txt" in done.stderr
