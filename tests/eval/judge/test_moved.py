"""Moved work beside a busy neighbour: simulated rounds, so that the rates can be counted."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from speedwright.eval.judge.dynamic import refuse_dishonest
from speedwright.eval.judge.rounds import Rounds
from speedwright.eval.stats import compare
from speedwright.eval.verdict import Rejected

RUNS = 300
CONFIDENCE = 0.984  # of a look
CALL_S, QUICK_S = 0.008, 0.002


def rounds(draw: random.Random, pairs: int, *, moved_s: float, has_cpu: bool = True) -> Rounds:
    """A call of 8 ms becomes one of 2 ms; a start of some 30 ms is stretched by neighbours."""

    def sample(call_s: float, more_s: float) -> Any:
        cpu_s = 0.018 + more_s + draw.gauss(0, 0.0006)
        busy_s = draw.expovariate(1 / 0.02) if draw.random() < 0.4 else 0.0
        wall_s = 0.025 + more_s + abs(draw.gauss(0, 0.002)) + busy_s
        result = SimpleNamespace(
            setup_cpu_s=cpu_s if has_cpu else None,
            teardown_s=0.002 + abs(draw.gauss(0, 0.0005)),
            leftover_processes=0,
        )
        return SimpleNamespace(
            setup_s=wall_s, wall_s=call_s * draw.uniform(0.97, 1.03), result=result
        )

    def one() -> Any:
        arms = {"base": sample(CALL_S, 0.0), "candidate": sample(QUICK_S, moved_s)}
        return SimpleNamespace(samples=arms)

    return cast(Rounds, SimpleNamespace(kept=[one() for _ in range(pairs)]))


def refused(seed: int, pairs: int = 10, **how: Any) -> Rejected | None:
    found = rounds(random.Random(seed), pairs, **how)
    walls = ([r.samples[arm].wall_s for r in found.kept] for arm in ("base", "candidate"))
    wall = compare(*walls, confidence=CONFIDENCE)
    assert wall.word.value == "faster"
    return refuse_dishonest(found, wall)


def test_work_moved_to_a_start_that_neighbours_stretch_is_found_by_cpu_time() -> None:
    found = [refused(seed, moved_s=0.006) for seed in range(RUNS)]
    assert all(found)
    assert "moved, not saved" in found[0].reasons[0] if found[0] else False
    blind = [refused(seed, moved_s=0.006, has_cpu=False) for seed in range(RUNS)]
    assert sum(map(bool, blind)) < 0.8 * RUNS, "the wall clock alone finds it often enough"


@pytest.mark.parametrize("pairs", [10, 40])
def test_an_honest_gain_beside_busy_neighbours_is_not_refused(pairs: int) -> None:
    found = [refused(seed, pairs, moved_s=0.0) for seed in range(RUNS)]
    assert sum(map(bool, found)) <= 0.01 * RUNS
