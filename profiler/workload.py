"""The slow thing: a command, or a file with `setup()` and `workload()`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandWorkload:
    """A program run as a whole; its wall time includes its start.

    Attributes:
        argv: Program and arguments, run in the target's folder.
    """

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionWorkload:
    """A Python file with `workload()` and, if it likes, `setup()`; only `workload()` is timed.

    Attributes:
        file: Path relative to the target's folder, `/`-separated. The judge always runs the
            base's version of this file.
    """

    file: str


Workload = CommandWorkload | FunctionWorkload
