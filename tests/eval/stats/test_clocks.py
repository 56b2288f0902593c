"""What wall and CPU time say together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speedwright.eval.stats import (
    ClockLabel,
    Comparison,
    classify_clocks,
    compare,
    cores_used,
    is_cpu_bound,
)

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace


def gain(factor: float, *, noise: float = 0.005) -> Comparison:
    rng = np.random.default_rng(2)
    base, candidate = rng.normal(1, noise, (2, 40))
    return compare((factor * base).tolist(), candidate.tolist())


@pytest.mark.parametrize(
    ("wall", "cpu", "base_cores", "candidate_cores", "label"),
    [
        (1.5, 1.5, 1.0, 1.0, ClockLabel.CONSISTENT),
        (1.5, 1.5, None, None, ClockLabel.CONSISTENT),
        (1.0, 1.0, 1.0, 1.0, ClockLabel.CONSISTENT),
        (0.7, 0.7, 1.0, 1.0, ClockLabel.CONSISTENT),
        (3.0, 0.9, None, None, ClockLabel.PARALLELISED),
        (3.0, 1.0, 1.0, 3.0, ClockLabel.PARALLELISED),
        (8.0, 2.0, 1.0, 4.0, ClockLabel.PARALLELISED),
        (1.0, 2.0, None, None, ClockLabel.IO_BOUND),
        (0.5, 2.0, None, None, ClockLabel.IO_BOUND),
        (3.0, 1.0, 0.2, 0.6, ClockLabel.WAITS_LESS),
        (3.0, 1.0, None, None, ClockLabel.WAITS_LESS),
        (3.0, 1.0, 1.0, 1.0, ClockLabel.SUSPICIOUS),
        (2.0, 50.0, None, None, ClockLabel.SUSPICIOUS),
        (2.0, 50.0, 1.0, 0.04, ClockLabel.SUSPICIOUS),
        (2.0, 16.0, 8.0, 1.0, ClockLabel.CONSISTENT),
    ],
)
def test_labels(
    wall: float,
    cpu: float,
    base_cores: float | None,
    candidate_cores: float | None,
    label: ClockLabel,
) -> None:
    found = classify_clocks(
        gain(wall), gain(cpu), base_cores=base_cores, candidate_cores=candidate_cores
    )
    assert found is label


def test_a_noisy_cpu_clock_contradicts_nothing() -> None:
    found = classify_clocks(gain(1.03), gain(1.0, noise=0.2), base_cores=1.0, candidate_cores=1.0)
    assert found is ClockLabel.CONSISTENT


@pytest.mark.parametrize("name", ["quiet", "noisy"])
def test_the_recorded_program_is_cpu_bound_under_a_neighbour_too(
    trace: Callable[[str], Trace], name: str
) -> None:
    wall, cpu = trace(f"{name} wall").times.tolist(), trace(f"{name} cpu").times.tolist()
    assert is_cpu_bound(wall, cpu)


def test_waiting_and_threads_are_not_cpu_bound() -> None:
    assert is_cpu_bound([1.0] * 3, [0.95] * 3)
    assert not is_cpu_bound([1.0] * 3, [0.5] * 3)
    assert not is_cpu_bound([1.0] * 3, [2.0] * 3)
    assert cores_used([1.0, 2.0, 4.0], [2.0, 2.0, 2.0]) == 1.0


@pytest.mark.parametrize(
    ("wall", "cpu"),
    [([], []), ([1.0], []), ([0.0], [1.0]), ([1.0], [-1.0]), ([float("nan")], [1.0])],
)
def test_impossible_samples_are_refused(wall: list[float], cpu: list[float]) -> None:
    with pytest.raises(ValueError, match="sample"):
        cores_used(wall, cpu)
