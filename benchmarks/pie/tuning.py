"""Compiler settings smuggled in by the source: `#pragma GCC optimize`, `target` and attributes.

Covers: pragmas of the program's own text, also through macros, `_Pragma`, pasted tokens, digraphs
    and continued lines: they are looked for in what the preprocessor makes of it, and taken out.
    Attributes of these names are found, not taken out.
Does not cover: instructions written as `asm`, which are an edit of the program like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_HINTS = ("pragma", "Pragma", "attribute", "gnu", "##", "%:", "\\u", "\\U")
_SPLICE = re.compile(r"\\[ \t]*\r?\n")
_HASH = re.compile(r"#|%:")
_LINE = re.compile(r"line\b|\d")
_LONGEST_COMMENT = 4096
_MARKER = re.compile(r'# \d+ "((?:[^"\\]|\\.)*)"')
_TUNING = re.compile(
    r"\s*#\s*pragma\s+GCC\s+(optimize|target|push_options|pop_options|reset_options)\b"
)
_SETTING = re.compile(r"\b(?:__)?(?:optimize|target|target_clones)(?:__)?\s*\(")
_ATTRIBUTE = re.compile(r"(?:__attribute(?:__)?|\[\s*\[|<:\s*<:)[^;{}]*\Z")
_LONGEST_ATTRIBUTE = 400


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

    Those of the system's headers stay, since intrinsics need them; but where the source may have
    moved line numbers nobody knows what is a header's, and all go.

    Args:
        code: The source.
        preprocessed: What `g++ -E` makes of it, line markers included.
        name: How those call the source's file.
    """
    moves_lines = may_move_lines(_SPLICE.sub("", code))
    kept: list[str] = []
    own: list[str] = []
    is_own, stripped = moves_lines, False
    for line in preprocessed.split("\n"):
        marker = _MARKER.match(line)
        if marker:
            is_own = moves_lines or marker.group(1) == name
        elif is_own and _TUNING.match(line):
            stripped = True
            kept.append("")
            continue
        elif is_own:
            own.append(line)
        kept.append(line)
    if _has_attribute("\n".join(own)):
        return Untuned(tuning=Tuning.HIDDEN, text=preprocessed)
    return Untuned(tuning=Tuning.STRIPPED if stripped else Tuning.NONE, text="\n".join(kept))


def may_move_lines(spliced: str) -> bool:
    """Whether there may be a `#line` or `# 1 "file"`; never wrong about `no`."""
    for found in _HASH.finditer(spliced):
        at = found.end()
        while True:
            while spliced[at : at + 1] in (" ", "\t", "\v", "\f"):
                at += 1
            if not spliced.startswith("/*", at):
                break
            end = spliced.find("*/", at + 2, at + _LONGEST_COMMENT)
            if end < 0:
                return True
            at = end + 2
        if _LINE.match(spliced, at):
            return True
    return False


def _has_attribute(text: str) -> bool:
    """Whether an attribute sets optimisation or target."""
    return any(
        _ATTRIBUTE.search(text[max(0, found.start() - _LONGEST_ATTRIBUTE) : found.start()])
        for found in _SETTING.finditer(text)
    )
