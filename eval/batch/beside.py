"""What every suite shows beside its official figure: geometric mean, wins, correct, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from speedwright.eval.stats.bootstrap import bootstrap, geometric_mean

WIN = 1.01


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutcome:
    """One task in plain words.

    Attributes:
        is_correct: Whether the sample that counts is correct.
        speedup: Base / sample of that sample; `None` where it is not correct or not measured.
        is_win: Whether it beats its base; by default, a speedup above 1.01.
    """

    is_correct: bool
    speedup: float | None = None
    is_win: bool | None = None

    @property
    def wins(self) -> bool:
        """Whether it counts as a win."""
        if self.is_win is not None:
            return self.is_win and self.is_correct
        return self.is_correct and self.speedup is not None and self.speedup > WIN


def beside(
    outcomes: Sequence[TaskOutcome],
    *,
    values: Mapping[str, Sequence[float]] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The aggregates, each `{"value", "ci_low", "ci_high", "confidence", "n"}` or `None`.

    Args:
        outcomes: One a task.
        values: Per-task values of metrics that are their mean, for intervals of those.
        seed: Of the resampling.

    The geometric mean takes in correct tasks only; `n` says how many those are.
    """
    speedups = [o.speedup for o in outcomes if o.is_correct and o.speedup]
    intervals = {name: bootstrap(per_task, seed=seed) for name, per_task in (values or {}).items()}
    figures = {
        "geometric_mean": bootstrap(speedups, statistic=geometric_mean, seed=seed),
        "wins": bootstrap([float(o.wins) for o in outcomes], seed=seed),
        "correct": bootstrap([float(o.is_correct) for o in outcomes], seed=seed),
    }
    return {
        **{name: figure.to_json() if figure else None for name, figure in figures.items()},
        "intervals": {name: found.to_json() for name, found in intervals.items() if found},
    }
