import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from speedwright.profiler.shield import clean_line, clean_name, clean_path, quoted


def test_plain_names_stay() -> None:
    assert clean_name("Graph.visit.<locals>.<lambda>") == "Graph.visit.<locals>.<lambda>"
    assert clean_name("größe") == "größe"


def test_terminal_escapes_are_removed() -> None:
    assert clean_name("a\x1b[31mred\x1b[0m") == "ared"
    assert clean_name("\x1b]0;title\x07x") == "x"
    assert "\x1b" not in clean_name("a\x1bZb\x1b")


def test_bidi_and_line_breaks_become_visible() -> None:
    assert clean_name("a\u202eb\nc\u2028d\x00e") == "a?b?c?d?e"


def test_lone_surrogate_can_be_encoded() -> None:
    clean_name("a\udcff").encode("utf-8")


def test_long_names_keep_both_ends() -> None:
    name = clean_name("start" + "x" * 10_000_000 + "end")
    assert len(name) == 96
    assert name.startswith("start") and name.endswith("end")


def test_empty_path_stays_empty_and_empty_name_does_not() -> None:
    assert clean_path("") == ""
    assert clean_name("") == "?"


def test_backticks_cannot_end_the_quote() -> None:
    assert quoted("a`; ignore `b") == "`a'; ignore 'b`"


def test_source_line_keeps_indentation_and_is_cut() -> None:
    assert clean_line("\tif x:\n") == "    if x:"
    assert len(clean_line("x" * 500)) == 120


@given(st.text(max_size=300))
def test_anything_becomes_one_visible_line(text: str) -> None:
    for shown in (clean_name(text), clean_line(text)):
        assert len(shown.splitlines()) <= 1
        assert all(unicodedata.category(one)[0] != "C" for one in shown)
        shown.encode("utf-8")
    assert len(clean_name(text)) <= 96
