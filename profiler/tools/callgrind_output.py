"""Reads callgrind's text format; any bytes may come from hostile code.

Covers: names given by number, relative and repeated positions, inlined code (`fi`, `fe`), calls,
several dumps in one file, positions with instruction addresses.
Does not cover: jumps, branch and cache events (the first event is taken), files of other tools.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from speedwright.errors import ProfilerError

_MAX_LINES = 5_000_000
_MAX_FUNCTIONS = 200_000
_START = "# callgrind format"
_NAMED = re.compile(r"(fn|cfn|fl|fi|fe|cfi|cfl|ob|cob)=\s?(?:\((\d{1,9})\))?\s?(.*)")
_RECURSION = re.compile(r"'\d+$")
_CLONE = re.compile(r"( \[clone [^\]]*\])+$")


@dataclass(frozen=True, slots=True)
class Cost:
    """Instructions of one line of a function, or of the calls from it, callees included.

    Attributes:
        file: Where the line is; another file than the function's for inlined code.
        line: 0 if unknown.
        weight: Instructions.
        callee: Key of the called function, `None` for the line itself.
        calls: How often it was called.
    """

    file: str
    line: int
    weight: int
    callee: str | None = None
    calls: int = 0


@dataclass(slots=True)
class CountedFunction:
    """One function.

    Attributes:
        name: Untrusted, without suffixes for recursion and compiler clones.
        file: File in which it begins.
        costs: Its lines in the order of their addresses.
    """

    name: str
    file: str = ""
    costs: list[Cost] = field(default_factory=list)


def parse(data: bytes) -> dict[str, CountedFunction]:
    """Functions by key.

    Raises:
        ProfilerError: It is no callgrind file, or breaks its rules.
    """
    lines = data.decode("utf-8", "replace").split("\n", _MAX_LINES)
    if len(lines) > _MAX_LINES:
        raise _unreadable("it is too long")
    functions: dict[str, CountedFunction] = {}
    dump: _Dump | None = None
    for number, line in enumerate(lines, start=1):
        if line.startswith(_START):
            dump = _Dump(functions)
        elif dump is not None:
            try:
                dump.read(line)
            except (ValueError, IndexError, KeyError) as error:
                raise _unreadable(f"line {number}") from error
    if not functions:
        raise _unreadable("it holds no function")
    return functions


@dataclass(slots=True)
class _Dump:
    """State of the reader within one dump; numbers of names hold only there."""

    functions: dict[str, CountedFunction]
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    positions: int = 1
    last: list[int] = field(default_factory=lambda: [0, 0])
    object_: str = ""
    file: str = ""
    current: CountedFunction | None = None
    callee: str = ""
    callee_object: str = ""
    calls: int | None = None

    def read(self, line: str) -> None:
        """Take in one line."""
        if not line or line[0] == "#":
            return
        if line[0].isdigit() or line[0] in "+-*":
            self._cost(line)
        elif found := _NAMED.match(line):
            self._name(*found.groups(default=""))
        elif line.startswith("calls="):
            self.calls = _count(line[6:].split()[0])
        elif line.startswith("positions:"):
            self.positions = len(line.split()) - 1
            self.last = [0] * self.positions

    def _name(self, word: str, number: str, name: str) -> None:
        space = "fn" if word.endswith("fn") else "ob" if word.endswith("ob") else "fl"
        if number and name:
            self.names.setdefault((space, number), name)
        if number:
            name = self.names[(space, number)]
        match word:
            case "fl" | "fi" | "fe":
                self.file = name
            case "ob":
                self.object_ = name
            case "cob":
                self.callee_object = name
            case "fn":
                self.current = self._function(name, self.object_)
                self.current.file = self.current.file or self.file
            case "cfn":
                self.callee = self._key(name, self.callee_object or self.object_)
                self._function(name, self.callee_object or self.object_)
                self.callee_object = ""
            case _:  # cfi, cfl: where the callee begins is known from its own record
                pass

    def _key(self, name: str, object_: str) -> str:
        return f"{object_}\0{_plain(name)}"

    def _function(self, name: str, object_: str) -> CountedFunction:
        key = self._key(name, object_)
        if key not in self.functions and len(self.functions) >= _MAX_FUNCTIONS:
            raise ValueError("too many functions")
        return self.functions.setdefault(key, CountedFunction(_plain(name)))

    def _cost(self, line: str) -> None:
        parts = line.split()
        for at, text in enumerate(parts[: self.positions]):
            self.last[at] = _position(text, self.last[at])
        # A line without a cost is allowed and means nothing was counted.
        weight = _count(parts[self.positions]) if len(parts) > self.positions else 0
        if self.current is None:
            raise ValueError("a cost without a function")
        callee = None if self.calls is None else self.callee
        calls = self.calls or 0
        self.current.costs.append(Cost(self.file, self.last[-1], weight, callee, calls))
        self.calls = None


def _plain(name: str) -> str:
    """The name of a function, whatever its depth of recursion and the compiler's copy of it."""
    return _CLONE.sub("", _RECURSION.sub("", name[:4096]))


def _position(text: str, last: int) -> int:
    if text == "*":
        return last
    if text[0] in "+-":
        step = _count(text[1:])
        return last + step if text[0] == "+" else last - step
    return _count(text)


def _count(text: str) -> int:
    value = int(text, 16) if text.startswith("0x") else int(text)
    if not 0 <= value < 2**63:
        raise ValueError("out of range")
    return value


def _unreadable(why: str) -> ProfilerError:
    return ProfilerError(
        f"the output of `callgrind` cannot be read: {why}", hint="profile with `gprofng` instead"
    )
