"""What hold-outs do to a claim, as a rule on plain records."""

from __future__ import annotations

import pytest

from speedwright.eval.inputs import HoldoutKind
from speedwright.eval.judge.generality import Standing, settle, standing
from speedwright.eval.judge.holdout import HoldoutResult
from speedwright.eval.stats import Comparison, Control, Word
from speedwright.eval.verdict import (
    Crashed,
    Incorrect,
    Measured,
    Rejected,
    TimedOut,
    Unstable,
    Verdict,
    word_of,
)


def compared(speedup: float, off: float = 0.005) -> Comparison:
    low, high = speedup * (1 - off), speedup * (1 + off)
    word = Word.FASTER if low > 1.01 else Word.SLOWER if high < 1 / 1.01 else Word.INCONCLUSIVE
    if 1 / 1.01 < low and high < 1.01:
        word = Word.EQUIVALENT
    return Comparison(
        word=word, speedup=speedup, ci_low=low, ci_high=high, confidence=0.984, pairs=20,
        margin=0.01,
    )  # fmt: skip


def measured(speedup: float, *, base_wall_s: float = 1.0, off: float = 0.005) -> Measured:
    return Measured(
        comparison=compared(speedup, off),
        cpu=None,
        control=None,
        base_wall_s=base_wall_s,
        candidate_wall_s=base_wall_s / speedup,
    )


def noisy(speedup: float) -> Unstable:
    control = Control(
        is_sound=False, ratio=1.0, ci_low=0.7, ci_high=1.4, noise_floor=0.35, pairs=40,
        contains_one=True, is_narrow=False,
    )  # fmt: skip
    return Unstable(control=control, comparison=compared(speedup, 0.2), reasons=("noisy",))


def named(verdict: Verdict) -> HoldoutResult:
    return HoldoutResult(how="`other.py`", verdict=verdict)


def sized(size: int, verdict: Verdict) -> HoldoutResult:
    return HoldoutResult(kind=HoldoutKind.SIZE, how=f"size {size}", size=size, verdict=verdict)


def test_a_gain_on_the_hold_out_leaves_the_claim_and_is_said() -> None:
    found = settle(measured(2.0), [named(measured(1.8))])
    assert word_of(found) == "faster"
    assert found.reasons == ("hold-out `other.py`: 1.8x (1.79-1.81)",)


@pytest.mark.parametrize("gain", [1.0, 0.8, 1.004])
def test_a_gain_that_is_gone_on_a_hold_out_of_that_length_is_refused(gain: float) -> None:
    found = settle(measured(2.0), [named(measured(gain))])
    assert isinstance(found, Rejected)
    assert "bound to the measured input" in found.reasons[0]
    assert "hold-out `other.py`" in found.reasons[1]


def test_one_hold_out_with_a_gain_is_enough_against_that() -> None:
    found = settle(measured(2.0), [named(measured(1.0)), named(measured(1.5))])
    assert word_of(found) == "faster"
    assert "no gain there" in found.reasons[0]


def test_a_hold_out_that_settles_nothing_refuses_nothing() -> None:
    wide = measured(1.0, off=0.4)
    assert standing(measured(2.0), named(wide)) is Standing.OPEN
    found = settle(measured(2.0), [named(wide), named(measured(1.0))])
    assert word_of(found) == "faster"
    assert "no gain was shown there" in found.reasons[0]


def test_small_inputs_need_not_gain() -> None:
    assert word_of(settle(measured(2.0), [named(measured(1.0, base_wall_s=0.3))])) == "faster"
    small = sized(10, measured(0.9, base_wall_s=0.9))
    found = settle(measured(2.0), [small], measured_size=100)
    assert word_of(found) == "faster"
    assert "slower there" in found.reasons[0]
    large = sized(1000, measured(1.0, base_wall_s=10.0))
    assert word_of(settle(measured(2.0), [small, large], measured_size=100)) == "rejected"


def test_a_start_that_is_saved_once_is_honest_on_larger_inputs() -> None:
    # 0.3 s less, whatever the size: 1.43x of 1 s, 1.031x of 10 s, lost in the noise of 40 s.
    claim = measured(1 / 0.7)
    shrunk = sized(1000, measured(10 / 9.7, base_wall_s=10.0, off=0.03))
    lost = sized(4000, measured(40 / 39.7, base_wall_s=40.0, off=0.02))
    for result in (shrunk, lost):
        assert standing(claim, result, measured_size=100) is Standing.OPEN
        assert word_of(settle(claim, [result], measured_size=100)) == "faster"


@pytest.mark.parametrize("verdict", [Incorrect, Crashed, TimedOut, Rejected])
def test_wrong_dead_or_late_on_a_hold_out_takes_the_claim(verdict: type[Incorrect]) -> None:
    found = settle(measured(2.0), [named(measured(2.0)), named(verdict(reasons=("why",)))])
    assert type(found) is verdict
    assert found.reasons == ("hold-out `other.py`: why",)


def test_compare_says_it_and_refuses_nothing() -> None:
    found = settle(measured(2.0), [named(measured(1.0))], may_refuse=False)
    assert word_of(found) == "faster"
    assert found.reasons[0].startswith("look at: the gain of 2x is bound to")


def test_a_gain_that_is_hard_to_believe_asks_for_a_hold_out() -> None:
    alone = settle(measured(30.0), [])
    assert word_of(alone) == "faster"
    assert "look at: more than 10x is rare, and no hold-out was measured" in alone.reasons[0]
    assert "--holdout" in alone.reasons[0]
    assert not settle(measured(9.0), []).reasons


def test_and_where_there_is_one_it_decides() -> None:
    held = settle(measured(30.0), [named(measured(12.0)), named(measured(1.0))])
    assert word_of(held) == "faster"
    assert held.reasons[-1] == "more than 10x is rare, and 1 of 2 hold-outs show a gain too"
    assert word_of(settle(measured(30.0), [named(measured(1.0))])) == "rejected"
    unknown = settle(measured(30.0), [named(noisy(20.0))])
    assert word_of(unknown) == "unstable"
    assert "could not be measured" in unknown.reasons[0]
    open_ = settle(measured(30.0), [named(measured(1.0, base_wall_s=0.1))])
    assert "look at: more than 10x is rare, and no hold-out shows a gain" in open_.reasons[-1]


def test_a_noisy_hold_out_does_not_take_an_ordinary_claim() -> None:
    assert word_of(settle(measured(2.0), [named(noisy(1.9))])) == "faster"
