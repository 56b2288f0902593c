"""Which words the control lets stand, and what CPU time may add."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from speedwright.eval.stats import SequentialDesign, Witness, compare, is_wide_for, lets_stand
from tests.eval.stats.confirming import BIASED, LOOK_CONFIDENCE, ONE, WIDE, ask, witness

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace

GAIN = compare([1.05] * 10, ONE, confidence=LOOK_CONFIDENCE)


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
    assert plain.next_look == 14
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
    """All of it: rounds of three, control, eight looks, CPU time as the witness."""
    percent, _ = ask(trace, name, saved, goal=None, has_cpu=True)
    assert percent.get("unstable", 0) <= most_unstable
    assert percent.get("faster", 0) >= least
    assert percent.get("slower", 0) <= (0 if saved else 1)
    if not saved:
        assert percent.get("faster", 0) <= 1
