"""Which words the control lets stand, and what CPU time may add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speedwright.eval.stats import (
    LOOKS,
    Control,
    SequentialDesign,
    Witness,
    compare,
    control,
    is_wide_for,
    lets_stand,
    looks,
)
from speedwright.eval.stats.paired import MARGIN

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace

NOISE = np.random.default_rng(1).lognormal(0, 0.1, 10).tolist()
ONE = [1.0] * 10
QUIET = control(ONE, ONE)
WIDE = control(NOISE, ONE)
BIASED = control(ONE, [1.02] * 10)
GAIN = compare([1.05] * 10, ONE, confidence=0.984)


def witness(cpu: float, gate: Control = QUIET) -> Witness:
    return Witness(comparison=compare([cpu] * 10, ONE, confidence=0.984), gate=gate)


def test_cpu_time_that_says_the_same_stands_in_for_a_wide_control() -> None:
    assert not lets_stand(WIDE, GAIN)
    assert lets_stand(WIDE, GAIN, witness(1.05))
    assert lets_stand(WIDE, GAIN, witness(1.9)), "how much it is, only wall time says"


@pytest.mark.parametrize(
    "cpu",
    [witness(1.0), witness(0.9), witness(1.05, BIASED), witness(1.05, WIDE)],
    ids=["no difference", "a loss", "its control is biased", "its control is as wide"],
)
def test_cpu_time_that_does_not_vouch_changes_nothing(cpu: Witness) -> None:
    assert is_wide_for(WIDE, GAIN, cpu)


def test_no_clock_helps_a_biased_control() -> None:
    assert not lets_stand(BIASED, GAIN, witness(1.05))
    look = SequentialDesign().conclude([1.05] * 10, ONE, gate=BIASED, cpu=witness(1.05))
    assert look.is_final and not look.is_sound


def test_a_look_ends_where_cpu_time_vouches() -> None:
    plain = SequentialDesign().conclude([1.05] * 10, ONE, gate=WIDE)
    assert plain.next_look == 20
    look = SequentialDesign().conclude([1.05] * 10, ONE, gate=WIDE, cpu=witness(1.05))
    assert look.is_final and look.is_sound


@pytest.mark.parametrize(
    ("name", "saved", "least", "most_unstable"),
    [
        ("quiet", 0.0, 0, 4),
        ("quiet", 0.05, 95, 4),
        ("noisy", 0.0, 0, 10),
        ("noisy", 0.05, 88, 12),
    ],
)
def test_a_confirmation_on_the_recordings(
    trace: Callable[[str], Trace], name: str, saved: float, least: float, most_unstable: float
) -> None:
    """All of it: rounds of three, control, four looks, CPU time as the witness."""
    found: Counter[str] = Counter()
    clocks = (
        trace(f"{name} {clock}").rounds(LOOKS[-1], arms=3, saved=saved, seeds=5)
        for clock in ("wall", "cpu")
    )
    for walls, cpus in zip(*clocks, strict=True):
        found[final_word(walls, cpus)] += 1
    percent = {word: 100 * count / found.total() for word, count in found.items()}
    assert percent.get("unstable", 0) <= most_unstable
    assert percent.get("faster", 0) >= least
    assert percent.get("slower", 0) <= (0 if saved else 1)
    if not saved:
        assert percent.get("faster", 0) <= 1


def final_word(walls: list[list[float]], cpus: list[list[float]]) -> str:
    design = SequentialDesign()
    for done in LOOKS:
        base, copy, candidate = (arm[:done] for arm in walls)
        by_cpu = [arm[:done] for arm in cpus]
        cpu = Witness(
            comparison=looks.compare_with_copy(*by_cpu, margin=MARGIN, confidence=0.984),
            gate=control(by_cpu[0], by_cpu[1]),
        )
        gate = control(base, copy)
        look = design.conclude(base, candidate, copy=copy, gate=gate, cpu=cpu)
        if look.is_final:
            break
    return str(look.comparison.word) if look.is_sound else "unstable"
