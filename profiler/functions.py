"""Self and cumulative weight of every function of a profile."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from speedwright.profiler.profile import Frame, Kind, Profile

FunctionKey = tuple[str, str]
"""Function and file: what is the same function in two profiles, whatever its lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTotal:
    """What one function cost.

    Attributes:
        function: Its name.
        file: Its file, as in `Frame`.
        line: Its hottest line, 0 if unknown.
        kind: Python, native or system.
        in_target: Whether the file belongs to the target.
        self_weight: Spent in the function itself, in `Profile.unit`.
        total_weight: Spent with the function anywhere on the stack; recursion counts once.
        calls: Exact number of calls, `None` if unknown.
    """

    function: str
    file: str
    line: int
    kind: Kind
    in_target: bool
    self_weight: float
    total_weight: float
    calls: int | None = None


@dataclass(slots=True)
class _Sums:
    frame: Frame
    self_weight: float = 0.0
    total_weight: float = 0.0
    self_lines: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    total_lines: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def hottest_line(self) -> int:
        lines = self.self_lines or self.total_lines
        return max(lines, key=lambda line: (lines[line], -line), default=0)


def function_key(frame: Frame) -> FunctionKey:
    """Identity of the frame's function."""
    return (frame.function, frame.file)


def function_totals(profile: Profile) -> tuple[FunctionTotal, ...]:
    """Every function, most self weight first."""
    sums: dict[FunctionKey, _Sums] = {}
    for stack in profile.stacks:
        for index in set(stack.frames):
            frame = profile.frames[index]
            found = sums.setdefault(function_key(frame), _Sums(frame))
            found.total_lines[frame.line] += stack.weight
        for key in {function_key(profile.frames[index]) for index in stack.frames}:
            sums[key].total_weight += stack.weight
        leaf = profile.frames[stack.frames[-1]]
        sums[function_key(leaf)].self_weight += stack.weight
        sums[function_key(leaf)].self_lines[leaf.line] += stack.weight
    calls = {(count.function, count.file): count.calls for count in profile.calls}
    totals = [
        FunctionTotal(
            function=key[0],
            file=key[1],
            line=found.hottest_line(),
            kind=found.frame.kind,
            in_target=found.frame.in_target,
            self_weight=found.self_weight,
            total_weight=found.total_weight,
            calls=calls.get(key),
        )
        for key, found in sums.items()
    ]
    return tuple(sorted(totals, key=lambda one: (-one.self_weight, -one.total_weight, one.file)))
