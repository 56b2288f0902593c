"""The numbers of the official protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

OFFICIAL_SEED = 998_244_353
GIB = 1024**3
SKIPPED = frozenset(
    {2, 23, 41, 45, 53, 60, 71, 92, 97, 99, 102, 123, 124, 135, 137, 138, 144, 148, 156, 157, 159}
    | {160}
)
PROBLEMS = 164


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Defaults are the official ones.

    Attributes:
        seed: Of the inputs.
        cases: Cases of each level.
        hardness: Weight of each level; a level of weight 0 is a gate and timed once.
        repetitions: Of every case of a level with a weight.
        memory_bytes: Address space, data and stack of a program.
        timeout_factor: Time limit over the slowest reference time of the problem.
        tolerance_s: Added to the limit before a program is stopped, seconds.

    Source: defaults of the official `demo.py` (`enam` 0.0.2).
    """

    seed: int = OFFICIAL_SEED
    cases: tuple[int, ...] = (8, 4, 4, 4)
    hardness: tuple[int, ...] = (0, 3, 3, 4)
    repetitions: int = 6
    memory_bytes: int = 4 * GIB
    timeout_factor: float = 2.0
    tolerance_s: float = 0.01

    def repetitions_at(self, level: int) -> int:
        """Of a case of that level."""
        return self.repetitions if self.hardness[level] else 1

    @property
    def weighted(self) -> tuple[int, ...]:
        """Levels that count."""
        return tuple(level for level, weight in enumerate(self.hardness) if weight)

    def to_json(self) -> Mapping[str, Any]:
        """For the record's key."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
