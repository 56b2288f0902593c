"""From the scores of tasks to those of the suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speedwright.benchmarks.pie.evaluate import scored_row
from speedwright.eval.batch.beside import TaskOutcome, beside
from speedwright.eval.batch.interfaces import SuiteScore, TaskScore
from speedwright.eval.metrics.pie import (
    OPT_THRESHOLD,
    Scored,
    is_correct_at_k,
    report,
    speedup_at_k,
)


def add_up(scores: Sequence[TaskScore], ks: Sequence[int], *, threshold: float) -> SuiteScore:
    """Published metrics and hardened ones; a task without a score is a failure, as upstream.

    %Opt and Correct are percentages, as the paper's tables have them.
    """
    rows = [scored_row(score.official) for score in scores]
    official: dict[str, float | None] = {}
    hardened: dict[str, float | None] = {}
    values: dict[str, list[float]] = {}
    shares: dict[str, Any] = {}
    for k in ks:
        found = report(rows, k, threshold=threshold)
        official[f"%Opt@{k}"] = 100 * found.percent_opt if found else None
        official[f"Speedup@{k}"] = found.speedup if found else None
        official[f"Correct@{k}"] = 100 * found.correct if found else None
        shares[f"@{k}"] = {str(t): 100 * s for t, s in found.shares.items()} if found else {}
        values |= _per_task(rows, k, threshold)
        hardened |= _hardened(scores, k)
    most = max(ks, default=1)
    return SuiteScore(
        official=official,
        hardened=hardened,
        beside={
            **beside([_outcome(score, most) for score in scores], values=values),
            "percent_with_speedup_at_least": shares,
        },
    )


def _per_task(rows: Sequence[Scored], k: int, threshold: float) -> dict[str, list[float]]:
    speedups = [speedup_at_k(row, k, threshold=threshold) for row in rows]
    correct = [is_correct_at_k(row, k, threshold=threshold) for row in rows]
    return {
        f"%Opt@{k}": [100.0 * (speedup >= OPT_THRESHOLD) for speedup in speedups],
        f"Speedup@{k}": speedups,
        f"Correct@{k}": [100.0 * one for one in correct],
    }


def _hardened(scores: Sequence[TaskScore], k: int) -> dict[str, float | None]:
    names = (f"%Opt@{k}", f"Speedup@{k}", f"Correct@{k}")
    if not scores:
        return dict.fromkeys(names)
    first = [_first(score, k) for score in scores]
    speedups = [max((one["speedup"] for one in some), default=1.0) for some in first]
    correct = [any(one["is_correct"] for one in some) for some in first]
    opt = sum(speedup >= OPT_THRESHOLD for speedup in speedups)
    figures = (
        100 * opt / len(scores),
        sum(speedups) / len(scores),
        100 * sum(correct) / len(scores),
    )
    return dict(zip(names, figures, strict=True))


def _first(score: TaskScore, k: int) -> Sequence[Mapping[str, Any]]:
    generations: Sequence[Mapping[str, Any]] = score.hardened.get("generations", ())
    return generations[:k]


def _outcome(score: TaskScore, k: int) -> TaskOutcome:
    """By the hardened measure: right in every respect, and `faster` by the statistics."""
    right = [one for one in _first(score, k) if one["is_correct"]]
    claims = [one["claim"] for one in right if one["claim"]]
    best = max((claim["speedup"] or 0.0 for claim in claims), default=0.0)
    return TaskOutcome(
        is_correct=bool(right),
        speedup=best or None,
        is_win=any(claim["word"] == "faster" for claim in claims),
    )
