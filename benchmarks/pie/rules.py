"""By which rules samples are scored; all of them stand in the record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from speedwright.benchmarks.pie.build import COMPILE_WALL_S, COMPILER, FLAGS
from speedwright.eval.metrics.pie import ACCURACY_GATE, THRESHOLD_ACCURACY
from speedwright.sandbox import MIB

SCORER_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Thresholds of the published metric, and caps of the hardened one.

    Attributes:
        gate: Mean accuracy below which the rest of the tests is not run and nothing is timed.
        threshold: Mean accuracy from which a generation counts.
        are_pragmas_allowed: Credit gains of `#pragma GCC optimize` and `target` in the hardened
            metric too.
        max_binary_bytes: Hardened: largest binary.
        compile_factor: Hardened: longest compile time, in compile times of the slow program.
        least_compile_s: Hardened: compile time that is always granted.
        slower_factor: A program whose functional runs take so many times those of the slow one is
            slower beyond doubt and is not timed any further (its speedup counts as 1 anyway).
        slower_s: Seconds it must also take more.
    """

    gate: float = ACCURACY_GATE
    threshold: float = THRESHOLD_ACCURACY
    are_pragmas_allowed: bool = False
    max_binary_bytes: int = 4 * MIB
    compile_factor: float = 4.0
    least_compile_s: float = 5.0
    slower_factor: float = 1.5
    slower_s: float = 0.5

    def compile_cap_s(self, source_s: float) -> float:
        """Hardened: longest compile time beside a slow program that takes so long."""
        return min(COMPILE_WALL_S, max(self.least_compile_s, self.compile_factor * source_s))

    def is_slower(self, wall_s: float, source_s: float) -> bool:
        """Whether it is slower beyond doubt."""
        return wall_s > self.slower_factor * source_s + self.slower_s

    def to_json(self) -> dict[str, Any]:
        """All of it, with the compiler's command line."""
        compile_command = [COMPILER, *FLAGS]
        return {"scorer_version": SCORER_VERSION, "compile": compile_command, **asdict(self)}
