"""Makes names that profiled code chose for itself safe to print and to show to a model.

Covers: control characters, terminal escapes, line breaks, right-to-left overrides and other
invisible characters, lone surrogates, over-long names, breaking out of the delimiters.
Does not cover: what a name says. Readers are told that names are data.
"""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 96
MAX_PATH = 160
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(text: str, *, max_length: int = MAX_NAME) -> str:
    r"""One printable line of at most `max_length` characters, cut in the middle.

    >>> clean_name("f\x1b[31mred\n\u202eoo")
    'fred??oo'
    """
    if text and text.isascii() and text.isprintable() and len(text) <= max_length:
        return text
    # A megabyte of name is never looked at whole.
    text = _ESCAPE.sub("", _cut(text, 8 * max_length))
    shown = (_visible(character) for character in text)
    return _cut("".join(shown).strip() or "?", max_length)


def clean_path(text: str, *, max_length: int = MAX_PATH) -> str:
    """The same for a file name, which keeps its end when it is cut."""
    return clean_name(text, max_length=max_length) if text else ""


def quoted(text: str, *, max_length: int = MAX_NAME) -> str:
    """The name in backticks, with none inside."""
    return f"`{clean_name(text, max_length=max_length).replace('`', chr(39))}`"


def clean_line(text: str, *, max_length: int = 120) -> str:
    """A line of source text for display: tabs widened, nothing that moves the cursor."""
    text = text.rstrip()[: 8 * max_length].expandtabs(4)
    shown = "".join(_visible(character) for character in _ESCAPE.sub("", text))
    return shown if len(shown) <= max_length else shown[: max_length - 1] + "…"


def _visible(character: str) -> str:
    if unicodedata.category(character) in _INVISIBLE:
        return "?"
    return " " if character.isspace() else character


def _cut(text: str, max_length: int) -> str:
    if len(text) <= max_length:
        return text
    head = (max_length - 1) // 2
    return f"{text[:head]}…{text[len(text) - (max_length - 1 - head) :]}"
