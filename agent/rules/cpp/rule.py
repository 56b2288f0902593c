"""A rule made of a function that finds changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from speedwright.agent.rules.cpp.unit import Span, Unit, parse
from speedwright.agent.rules.rewrite import Rewrite
from speedwright.agent.situation import HotFile

ENDINGS = (".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h", ".cu", ".cuh", ".inl")
HOT_SHARE = 0.005  # lines below half a per cent cannot pay for a verdict


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Put `text` where the source from `start` to `end` was."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to a file.

    Attributes:
        edits: What is replaced; they do not overlap.
        first_line: First line whose time the change may save.
        last_line: Last such line.
        summary: For people.
        header: Standard header the new text needs, empty if none.
    """

    edits: tuple[Edit, ...]
    first_line: int
    last_line: int
    summary: str
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRule:
    """A rule of the catalogue that works on C++ source text.

    Attributes:
        id: `cpp-…`.
        detects: The pattern, one sentence.
        explanation: Why it is slow and what is faster.
        find: Every change it sees in a file, hot or not.
    """

    id: str
    detects: str
    explanation: str
    find: Callable[[Unit], Iterator[Change]]

    def rewrites(self, file: HotFile) -> Iterator[Rewrite]:
        """Every single change at hot lines, hottest first."""
        if not file.path.endswith(ENDINGS):
            return
        unit = parse(file.source)
        if unit is None:
            return
        found = [(_share(file, change), change) for change in self.find(unit)]
        hot = [(share, change) for share, change in found if share is not None]
        for _, change in sorted(hot, key=lambda pair: -pair[0]):
            text = _applied(unit, change)
            if text != file.source and parse(text) is not None:
                yield Rewrite(
                    rule_id=self.id,
                    path=file.path,
                    line=_line_of(unit, min(change.edits).start),
                    source=text,
                    summary=change.summary,
                )


def replace(unit: Unit, span: Span, text: str) -> Edit:
    """An edit that replaces the tokens of a span."""
    return Edit(unit.tokens[span.first].start, unit.tokens[span.last].end, text)


def insert_before(unit: Unit, index: int, text: str) -> Edit:
    """An edit that puts text in front of a token."""
    return Edit(unit.tokens[index].start, unit.tokens[index].start, text)


def lines_of(unit: Unit, span: Span) -> tuple[int, int]:
    """First and last line of a span."""
    return unit.tokens[span.first].line, unit.tokens[span.last].line


def _line_of(unit: Unit, offset: int) -> int:
    return unit.text.count("\n", 0, offset) + 1


def _share(file: HotFile, change: Change) -> float | None:
    """Time on the hottest line of the change, `None` if it is too little."""
    if not file.line_share:
        return 0.0
    shares = [
        share
        for line, share in file.line_share.items()
        if change.first_line <= line <= change.last_line
    ]
    hottest = max(shares, default=0.0)
    return hottest if hottest >= HOT_SHARE else None


def _applied(unit: Unit, change: Change) -> str:
    text = unit.text
    edits = list(change.edits)
    if change.header:
        edits += _include(unit, change.header)
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _include(unit: Unit, header: str) -> list[Edit]:
    """An include line in front of the first include that no condition hides."""
    lines = [(start, unit.text[start:end]) for start, end in unit.directives]
    squeezed = ["".join(line.split()) for _, line in lines]
    if f"#include<{header}>" in squeezed or "#include<bits/stdc++.h>" in squeezed:
        return []
    for (start, _), line in zip(lines, squeezed, strict=True):
        if line.startswith("#include<"):
            return [Edit(start, start, f"#include <{header}>\n")]
        if line.startswith(("#if", "#el")) and not line.startswith("#ifndef"):
            break
    return [Edit(0, 0, f"#include <{header}>\n")]
