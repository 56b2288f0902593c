"""Where the time went: one model for every profiler."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Who executed a frame."""

    PYTHON = "python"
    NATIVE = "native"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One function at one line. Names come from code that is not ours: untrusted text.

    Attributes:
        function: Name as the profiler saw it.
        file: Relative to the target's folder if it lies inside, else absolute; empty if unknown.
        line: Line being executed, 0 if unknown.
        kind: Python, native or system.
        in_target: Whether the file belongs to the target.
    """

    function: str
    file: str
    line: int
    kind: Kind
    in_target: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A call stack, root first, and what was spent with it on the processor.

    Attributes:
        frames: Indexes into `Profile.frames`, root first, never empty.
        weight: In `Profile.unit`.
    """

    frames: tuple[int, ...]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCount:
    """How often a function was called, exactly.

    Attributes:
        function: As in `Frame`.
        file: As in `Frame`.
        calls: Number of calls, recursive ones included.
    """

    function: str
    file: str
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Sampled or counted call stacks of one run of the workload.

    Attributes:
        profiler: Name of the instrument.
        unit: `seconds`, `samples` or `instructions`.
        total: Sum of all weights.
        frames: Distinct frames.
        stacks: Distinct stacks.
        wall_s: Wall time of the profiled run, overhead included.
        is_exact: Whether the weights are counts (callgrind, cProfile) and not samples.
        notes: What could not be seen, one sentence each.
        calls: Exact call counts of profilers that count, else empty.
    """

    profiler: str
    unit: str
    total: float
    frames: tuple[Frame, ...]
    stacks: tuple[Stack, ...]
    wall_s: float
    is_exact: bool = False
    notes: tuple[str, ...] = ()
    calls: tuple[CallCount, ...] = ()
