"""Reads the call tree and the lines that `gprofng display text` prints; untrusted text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from speedwright.errors import ProfilerError

_MAX_LINES = 1_000_000
_TREE = "Functions Call Tree"
_LINES = "Lines sorted by"
_NODE = re.compile(r"\s*(\d{0,12}\.\d{0,9})\s+\d{0,3}\.\d{0,9}\s([ |]*)\+-(.*)")
_LINE = re.compile(
    r"\s*(\d{0,12}\.\d{0,9})\s+\d{0,3}\.\d{0,9}\s+(\d{0,12}\.\d{0,9})\s+\d{0,3}\.\d{0,9}\s+"
    r'(.*), line (\d{1,9}) in (?:alternate source context )?"([^"]*)"'
)
_CLONE = re.compile(r"( \[clone [^\]]*\])+$")
_UNKNOWN = re.compile(r"<static>(@0x[0-9a-f]+) \(<([^>]*)>\).*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """One node of the call tree.

    Attributes:
        names: Functions from the root to this one, root first.
        own_s: Seconds in this position, callees excluded.
    """

    names: tuple[str, ...]
    own_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """Seconds of one line of a function, callees excluded and included."""

    file: str
    line: int
    own_s: float
    total_s: float


@dataclass(slots=True)
class _Node:
    column: int
    names: tuple[str, ...]
    total_s: float
    callees_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was printed.

    Attributes:
        tree: Nodes with time of their own.
        lines: Lines by function name.
    """

    tree: tuple[TreeRow, ...]
    lines: dict[str, list[LineRow]] = field(default_factory=dict)


def parse(data: bytes) -> Report:
    """Both parts of the output.

    Raises:
        ProfilerError: There is no call tree in it.
    """
    text = data.decode("utf-8", "replace").split("\n", _MAX_LINES)[:_MAX_LINES]
    starts = [number for number, line in enumerate(text) if line.startswith((_TREE, _LINES))]
    parts = {
        text[start][: len(_LINES)]: text[start + 1 : end]
        for start, end in pairwise([*starts, len(text)])
    }
    if _TREE[: len(_LINES)] not in parts:
        raise ProfilerError(
            "the output of `gprofng` cannot be read: it has no call tree",
            hint="profile with `callgrind` instead",
        )
    tree = tuple(_tree(parts[_TREE[: len(_LINES)]]))
    lines: dict[str, list[LineRow]] = {}
    for line in parts.get(_LINES, []):
        if found := _LINE.match(line):
            own, total, function, number, file = found.groups()
            row = LineRow(file=file, line=int(number), own_s=_seconds(own), total_s=_seconds(total))
            lines.setdefault(plain_name(function), []).append(row)
    return Report(tree=tree, lines=lines)


def plain_name(name: str) -> str:
    """A function's name without the compiler's marks; code without symbols by its library."""
    if unknown := _UNKNOWN.match(name):
        return f"?{unknown.group(1)} in {unknown.group(2)}"
    return _CLONE.sub("", name)


def _tree(lines: list[str]) -> Iterator[TreeRow]:
    """Rows with what is left after their callees, in the order in which they are complete."""
    above: list[_Node] = []
    for line in lines:
        found = _NODE.match(line)
        if not found:
            continue
        total, indent, name = found.groups()
        column = len(indent)
        while above and above[-1].column >= column:
            yield from _done(above)
        names = above[-1].names if above else ()
        if above or name != "<Total>":
            names = (*names, plain_name(name))
        above.append(_Node(column=column, names=names, total_s=_seconds(total)))
    while above:
        yield from _done(above)


def _done(above: list[_Node]) -> Iterator[TreeRow]:
    node = above.pop()
    if above:
        above[-1].callees_s += node.total_s
    own_s = node.total_s - node.callees_s
    if node.names and own_s > 1e-6:
        yield TreeRow(names=node.names, own_s=own_s)


def _seconds(text: str) -> float:
    return float(text) if text != "." else 0.0
