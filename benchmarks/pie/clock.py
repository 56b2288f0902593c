"""What run times are taken with; each back-end is named in the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from speedwright.benchmarks.pie.row import Test
from speedwright.eval.progress import Progress
from speedwright.sandbox import Sandbox

SOURCE = "base"
"""The arm of the slow program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTime:
    """Sum over the tests for one program.

    Attributes:
        total: In the clock's unit; `None` if a run failed.
        fault: Why there is none.
    """

    total: float | None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmClaim:
    """What may be claimed of one program against the slow one.

    Attributes:
        word: `faster`, `slower`, `equivalent`, `inconclusive`, `unstable`, or `failed`.
        speedup: Slow / this one; `None` if a run failed.
        ci_low: Lower end of its interval; the speedup itself where the clock is exact.
        ci_high: Upper end.
        pairs: Pairs it rests on.
        fault: Why it failed.
    """

    word: str
    speedup: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    pairs: int = 0
    fault: str = ""

    @property
    def counted(self) -> float:
        """The speedup that counts: 1 for everything that is not `faster`."""
        is_faster = self.word == "faster" and self.speedup is not None
        return max(1.0, self.speedup or 1.0) if is_faster else 1.0

    def to_json(self) -> dict[str, Any]:
        """Its fields."""
        return {
            "word": self.word,
            "speedup": self.speedup,
            "ci_low": self.ci_low,
            "ci_high": self.ci_high,
            "pairs": self.pairs,
            "fault": self.fault,
        }


class Clock(Protocol):
    """Times programs that are known to be right."""

    @property
    def name(self) -> str:
        """As in the record."""

    @property
    def unit(self) -> str:
        """Of totals."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a time depends on."""

    @property
    def image(self) -> str | None:
        """Image for Docker that it needs, unless the user names one; `None` if any will do."""

    def check(self, sandbox: Callable[[], Sandbox]) -> None:
        """Complain now if it cannot work here.

        Args:
            sandbox: Opens the one that programs will run in.

        Raises:
            EnvironmentMissing: With what to do.
        """

    def totals(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmTime]:
        """Time every arm on all tests; outputs of timed runs have to be right as well.

        Raises:
            SandboxError: The sandbox failed.
        """

    def claims(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmClaim]:
        """What may be said of every arm against `SOURCE`; outputs have to be exact.

        Raises:
            SandboxError: The sandbox failed.
            SourceFailed: The slow program itself failed.
        """


class SourceFailed(Exception):
    """The slow program failed in a timed run: the data or this machine are at fault.

    Args:
        fault: What happened.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(f"the slow program fails here: {fault}")


def open_clock(name: str | None) -> Clock:
    """The back-end of that name; paired native timing by default.

    Raises:
        UnknownName: There is none.
    """
    from speedwright.benchmarks.pie.callgrind import CallgrindClock
    from speedwright.benchmarks.pie.gem5 import Gem5Clock
    from speedwright.benchmarks.pie.native import NativeClock
    from speedwright.errors import UnknownName

    match name:
        case None | "native" | "native-paired":
            return NativeClock()
        case "callgrind":
            return CallgrindClock()
        case "gem5":
            return Gem5Clock()
    raise UnknownName(
        f"no timer named `{name}` for suite `pie`", hint="known: native-paired, callgrind, gem5"
    )
