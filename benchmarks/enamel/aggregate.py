"""Adding up: pass@k and eff@k over tasks, other metrics over the same runs beside them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speedwright.eval.batch.beside import TaskOutcome, beside
from speedwright.eval.batch.interfaces import SuiteScore, TaskScore
from speedwright.eval.metrics.dps import dps
from speedwright.eval.metrics.eff_at_k import eff_at_k
from speedwright.eval.metrics.efficient_at_k import coffe_speedup, efficient_at_k
from speedwright.eval.metrics.pass_at_k import pass_at_k

Side = Mapping[str, Any]
GATE_LEVELS = 1


def aggregate(scores: Sequence[TaskScore], ks: Sequence[int]) -> SuiteScore:
    """Means over the tasks; ks above the smallest number of samples are dropped.

    Differs: a task without a sample counts as 0 at every k (the official library refuses such a
    file: its smallest number of samples is 0).
    """
    official = [score.official for score in scores]
    hardened = [score.hardened for score in scores]
    least = min((n for n in map(_count, official) if n), default=1)
    kept = sorted({k for k in ks if 1 <= k <= least})
    means = {k: [_eff(side, k) for side in hardened] for k in kept}
    return SuiteScore(
        official=_metrics(official, kept),
        hardened=_metrics(hardened, kept),
        beside={
            **beside(
                [_outcome(side) for side in hardened],
                values={f"eff@{k}": values for k, values in means.items()},
            ),
            **_other(hardened),
        },
    )


def costs_s(side: Side) -> list[float | None]:
    """Sum over levels of each sample's slowest case; `None` unless it is right at all of them."""
    levels = len(side.get("references_s", {}))
    found: list[float | None] = []
    for passed, elapsed in zip(side.get("passes", ()), side.get("elapsed_s", ()), strict=True):
        timed = elapsed[GATE_LEVELS:]
        is_whole = passed and len(timed) == levels and levels > 0
        times = [t for level in timed for t in level]
        if not is_whole or any(t is None for t in times):
            found.append(None)
        else:
            found.append(sum(max(level) for level in timed))
    return found


def _metrics(sides: Sequence[Side], ks: Sequence[int]) -> dict[str, float | None]:
    count = len(sides)
    found: dict[str, float | None] = {}
    for k in ks:
        found[f"pass@{k}"] = sum(_pass(side, k) for side in sides) / count if count else None
        found[f"eff@{k}"] = sum(_eff(side, k) for side in sides) / count if count else None
    return found


def _count(side: Side) -> int:
    return len(side.get("passes", ()))


def _pass(side: Side, k: int) -> float:
    passes = side.get("passes", ())
    return pass_at_k(len(passes), sum(passes), k) if passes else 0.0


def _eff(side: Side, k: int) -> float:
    efficiencies = side.get("efficiencies", ())
    return eff_at_k(efficiencies, k) if efficiencies else 0.0


def _outcome(side: Side) -> TaskOutcome:
    """Of the first sample, against the expert's solution."""
    costs = costs_s(side)
    passed = bool(side.get("passes", ())[:1] == [True])
    if not costs or costs[0] is None:
        return TaskOutcome(is_correct=passed)
    return TaskOutcome(is_correct=passed, speedup=_best_s(side) / costs[0])


def _best_s(side: Side) -> float:
    return float(sum(side.get("references_s", {}).values()))


def _other(sides: Sequence[Side]) -> dict[str, Any]:
    """DPS and efficient@1 with the expert as the only reference: by seconds, and by instructions.

    Differs: EvalPerf has references from slow to fast.
    """
    seconds = [(costs_s(side), _best_s(side)) for side in sides]
    found = {f"{name}_by_seconds": value for name, value in _by_cost(seconds).items()}
    if any(side.get("reference_instructions") for side in sides):
        found |= _by_cost([_instructions(side) for side in sides])
    return found


def _instructions(side: Side) -> tuple[list[float | None], float]:
    """Of every sample in all, and of the expert; as missing where they were not counted."""
    best = side.get("reference_instructions")
    samples = side.get("instructions", ())
    if not best:
        return [None] * len(samples), 0.0
    return [None if one is None else float(sum(one)) for one in samples], float(sum(best))


def _by_cost(measured: Sequence[tuple[Sequence[float | None], float]]) -> dict[str, float | None]:
    scores: list[float] = []
    efficient: list[float] = []
    speedups: list[float] = []
    for costs, best in measured:
        right = [cost for cost in costs if cost is not None]
        if right:
            scores.append(sum(dps(c, [best], [100.0]).score for c in right) / len(right))
        efficient.append(efficient_at_k(costs, best, 1) if costs else 0.0)
        speedup = coffe_speedup(costs, best)
        if speedup is not None:
            speedups.append(speedup)
    return {
        "dps": _mean(scores),
        "efficient@1": _mean(efficient),
        "coffe_speedup": _mean(speedups),
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
