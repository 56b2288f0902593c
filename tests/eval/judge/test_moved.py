"""Moved work beside a busy neighbour: simulated rounds, so that the rates can be counted."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from speedwright.eval.judge.dynamic import refuse_dishonest
from speedwright.eval.judge.elsewhere import losses, outside
from speedwright.eval.judge.rounds import Rounds
from speedwright.eval.stats import compare
from speedwright.eval.verdict import Rejected

RUNS = 300
CONFIDENCE = 0.989  # of a look
CALL_S, QUICK_S = 0.008, 0.002


def rounds(
    draw: random.Random,
    pairs: int,
    *,
    moved_s: float = 0.0,
    put_off_s: float = 0.0,
    has_cpu: bool = True,
) -> Rounds:
    """A call of 8 ms becomes one of 2; neighbours stretch a start of 25 ms and an end of 4."""

    def stretched(least_s: float) -> float:
        busy_s = draw.expovariate(1 / 0.02) if draw.random() < 0.4 else 0.0
        return least_s + abs(draw.gauss(0, 0.002)) + busy_s

    def cpu(least_s: float) -> float | None:
        return least_s + abs(draw.gauss(0, 0.0006)) if has_cpu else None

    def sample(call_s: float, more_s: float, later_s: float) -> Any:
        result = SimpleNamespace(
            setup_cpu_s=cpu(0.018 + more_s),
            teardown_s=stretched(0.004 + later_s),
            teardown_cpu_s=cpu(0.003 + later_s),
            leftover_processes=0,
        )
        wall_s = call_s * draw.uniform(0.97, 1.03)
        return SimpleNamespace(setup_s=stretched(0.025 + more_s), wall_s=wall_s, result=result)

    def one() -> Any:
        tricked = sample(QUICK_S, moved_s, put_off_s)
        return SimpleNamespace(samples={"base": sample(CALL_S, 0, 0), "candidate": tricked})

    return cast(Rounds, SimpleNamespace(kept=[one() for _ in range(pairs)]))


def refused(seed: int, pairs: int = 10, **how: Any) -> Rejected | None:
    found = rounds(random.Random(seed), pairs, **how)
    walls = ([r.samples[arm].wall_s for r in found.kept] for arm in ("base", "candidate"))
    wall = compare(*walls, confidence=CONFIDENCE)
    assert wall.word.value == "faster"
    lost = losses(outside(found, confidence=CONFIDENCE))
    return refuse_dishonest(found, wall, lost)


@pytest.mark.parametrize(
    ("how", "said"),
    [({"moved_s": 0.006}, "moved, not saved"), ({"put_off_s": 0.006}, "put off, not saved")],
    ids=["moved", "put off"],
)
def test_work_that_neighbours_hide_from_the_wall_is_found_by_cpu_time(
    how: dict[str, float], said: str
) -> None:
    found = [refused(seed, **how) for seed in range(RUNS)]
    assert all(verdict and any(said in r for r in verdict.reasons) for verdict in found)
    blind = [refused(seed, **how, has_cpu=False) for seed in range(RUNS)]
    assert sum(map(bool, blind)) < 0.8 * RUNS, "the wall clock alone finds it often enough"


@pytest.mark.parametrize("pairs", [10, 40])
def test_an_honest_gain_beside_busy_neighbours_is_not_refused(pairs: int) -> None:
    found = [refused(seed, pairs, moved_s=0.0) for seed in range(RUNS)]
    assert sum(map(bool, found)) <= 0.004 * RUNS
