"""Compiler settings smuggled in by the source: `#pragma GCC optimize`, `target` and attributes.

Covers: pragmas of the program's own text, also through macros, `_Pragma`, pasted tokens, digraphs
    and continued lines: they are looked for in what the preprocessor makes of it, and taken out.
    Attributes of these names are found, not taken out; a program that moves line numbers with
    `#line` could hide where its text begins and is treated the same.
Does not cover: instructions written as `asm`, which are an edit of the program like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_HINTS = ("pragma", "Pragma", "attribute", "gnu", "##", "%:", "\\u", "\\U")
_SPLICE = re.compile(r"\\[ \t]*\r?\n")
_MOVED_LINES = re.compile(
    r"(^|\*/)[ \t\v\f]*(#|%:)([ \t]|/\*.*?\*/)*(line\b|\d)", re.MULTILINE | re.DOTALL
)
_MARKER = re.compile(r'# \d+ "((?:[^"\\]|\\.)*)"')
_TUNING = re.compile(
    r"\s*#\s*pragma\s+GCC\s+(optimize|target|push_options|pop_options|reset_options)\b"
)
_ATTRIBUTE = re.compile(
    r"(__attribute__|__attribute|\[\s*\[|<:\s*<:)[^;{}]{0,400}?"
    r"\b(__)?(optimize|target|target_clones)(__)?\s*\("
)


class Tuning(StrEnum):
    """What of it a program holds."""

    NONE = "none"
    STRIPPED = "stripped"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Untuned:
    """A preprocessed program without its pragmas.

    Attributes:
        tuning: Whether there were any.
        text: What is left, to be compiled as preprocessed source.
    """

    tuning: Tuning
    text: str


def may_be_tuned(code: str) -> bool:
    """Whether the source is worth a run of the preprocessor; never wrong about `no`."""
    spliced = _SPLICE.sub("", code)
    return any(hint in spliced for hint in _HINTS)


def untuned(code: str, preprocessed: str, name: str) -> Untuned:
    """The program's preprocessed text without pragmas that set optimisation or target.

    Those of the system's headers stay: intrinsics need them.

    Args:
        code: The source.
        preprocessed: What `g++ -E` makes of it, line markers included.
        name: How those call the source's file.
    """
    if _MOVED_LINES.search(_SPLICE.sub("", code)):
        return Untuned(tuning=Tuning.HIDDEN, text=preprocessed)
    kept: list[str] = []
    own: list[str] = []
    is_own, stripped = False, False
    for line in preprocessed.split("\n"):
        marker = _MARKER.match(line)
        if marker:
            is_own = marker.group(1) == name
        elif is_own and _TUNING.match(line):
            stripped = True
            kept.append("")
            continue
        elif is_own:
            own.append(line)
        kept.append(line)
    if _ATTRIBUTE.search("\n".join(own)):
        return Untuned(tuning=Tuning.HIDDEN, text=preprocessed)
    return Untuned(tuning=Tuning.STRIPPED if stripped else Tuning.NONE, text="\n".join(kept))
