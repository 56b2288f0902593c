"""Puts a Profile together from what a profiler printed, within fixed ceilings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from speedwright.errors import ProfilerError
from speedwright.profiler.paths import TargetPaths
from speedwright.profiler.profile import CallCount, Frame, Kind, Profile, Stack
from speedwright.profiler.shield import clean_name, clean_path

MAX_DEPTH = 128
MAX_STACKS = 50_000
MAX_FRAMES = 50_000
_LEAF_FRAMES = 64


class ProfileBuilder:
    """Collects frames and stacks; names are cleaned, deep stacks are cut.

    Args:
        paths: Tells the target's files from others; `None` when there is no target.
    """

    def __init__(self, paths: TargetPaths | None = None) -> None:
        self._paths = paths
        self._files: dict[str, tuple[str, bool]] = {}
        self._frames: dict[Frame, int] = {}
        self._weights: dict[tuple[int, ...], float] = {}
        self._calls: Counter[tuple[str, str]] = Counter()
        self._cut = False
        self._overflow = False

    def frame(self, function: str, file: str, line: int, kind: Kind) -> int:
        """Index of the frame, new or known."""
        path, in_target = self._file(file)
        name = clean_name(function) if function else "?"
        found = Frame(
            function=name,
            file=path,
            line=line if 0 < line < 10_000_000 else 0,
            kind=kind,
            in_target=in_target,
        )
        if found not in self._frames and len(self._frames) >= MAX_FRAMES:
            self._overflow = True
            found = Frame(function="…", file="", line=0, kind=kind, in_target=False)
        return self._frames.setdefault(found, len(self._frames))

    def calls(self, function: str, file: str, count: int) -> None:
        """Count exact calls of a function."""
        if count > 0:
            self._calls[(clean_name(function), self._file(file)[0])] += count

    def add(self, stack: Sequence[int], weight: float) -> None:
        """Add what was spent with a stack, root first."""
        if not stack or not math.isfinite(weight) or weight <= 0:
            return
        key = self._shortened(tuple(stack))
        if key not in self._weights and len(self._weights) >= MAX_STACKS:
            self._overflow = True
            key = key[:1]
        self._weights[key] = self._weights.get(key, 0.0) + weight

    def has_target_lines(self) -> bool:
        """Whether any line of the target's files is known so far."""
        return any(frame.in_target and frame.line for frame in self._frames)

    def finish(
        self,
        *,
        profiler: str,
        unit: str,
        wall_s: float,
        is_exact: bool = False,
        notes: Iterable[str] = (),
    ) -> Profile:
        """The profile.

        Raises:
            ProfilerError: Nothing was recorded.
        """
        if not self._weights:
            raise ProfilerError(
                f"`{profiler}` recorded nothing",
                hint="the workload is too short, or it spends its time waiting: give it more to do",
            )
        stacks = tuple(
            Stack(frames=frames, weight=weight)
            for frames, weight in sorted(self._weights.items(), key=lambda item: -item[1])
        )
        return Profile(
            profiler=profiler,
            unit=unit,
            total=math.fsum(stack.weight for stack in stacks),
            frames=tuple(self._frames),
            stacks=stacks,
            wall_s=wall_s,
            is_exact=is_exact,
            notes=(*notes, *self._own_notes()),
            calls=tuple(
                CallCount(function=function, file=file, calls=count)
                for (function, file), count in self._calls.items()
            ),
        )

    def _file(self, file: str) -> tuple[str, bool]:
        known = self._files.get(file)
        if known is None:
            relative = self._paths.relative(file) if self._paths else None
            known = (clean_path(relative or file), relative is not None)
            self._files[file] = known
        return known

    def _shortened(self, stack: tuple[int, ...]) -> tuple[int, ...]:
        """Fold recursion and cut the middle of what is still too deep; shares by line stay."""
        if len(stack) <= MAX_DEPTH:
            return stack
        outer = tuple(dict.fromkeys(stack[:-_LEAF_FRAMES]))
        self._cut = True
        return outer[: MAX_DEPTH - _LEAF_FRAMES] + stack[-_LEAF_FRAMES:]

    def _own_notes(self) -> list[str]:
        notes = []
        if self._cut:
            notes.append(f"stacks deeper than {MAX_DEPTH} frames were folded and cut")
        if self._overflow:
            notes.append("there were too many distinct names or stacks; the rare ones are merged")
        return notes
