"""Ending early for want of a worthwhile difference: cheaper, and never a word more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from speedwright.eval.stats import (
    LOOKS,
    Control,
    SequentialDesign,
    Stop,
    Word,
    compare,
    decide_at_look,
    excludes,
)
from tests.eval.stats.confirming import BIASED, QUIET, WIDE, ask, by_cpu, ended, witness

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace

NEAR = [1.002, 1.013] * 5
OPEN = [0.93, 1.07] * 5
SAME_CPU = witness(1.0)


@pytest.mark.parametrize(
    ("gain", "is_excluded"),
    [(1.0, True), (1.029, True), (1 / 1.029, True), (1.031, False), (1 / 1.031, False)],
)
def test_a_goal_is_excluded_on_both_sides(gain: float, is_excluded: bool) -> None:
    assert excludes(compare([gain] * 10, [1.0] * 10), 0.03) is is_excluded


def test_five_pairs_exclude_nothing() -> None:
    assert not excludes(compare([1.0] * 5, [1.0] * 5), 0.03)


@pytest.mark.parametrize("goal", [0.01, 0.0, -1.0, float("nan"), float("inf")])
def test_a_goal_within_the_margin_is_refused(goal: float) -> None:
    with pytest.raises(ValueError, match="goal"):
        SequentialDesign(goal=goal)


def test_a_goal_ends_what_the_default_would_measure_on() -> None:
    assert decide_at_look(NEAR, [1.0] * 10).next_look == 14
    look = SequentialDesign(goal=0.02).conclude(NEAR, [1.0] * 10)
    assert (look.comparison.word, look.stop) == (Word.INCONCLUSIVE, Stop.GOAL_EXCLUDED)
    assert look.is_final and look.is_sound


@pytest.mark.parametrize(("gate", "is_sound"), [(QUIET, True), (WIDE, True), (BIASED, False)])
def test_such_an_end_needs_no_narrow_control_but_an_unbiased_one(
    gate: Control, is_sound: bool
) -> None:
    look = SequentialDesign(goal=0.02).conclude(NEAR, [1.0] * 10, gate=gate)
    assert (look.stop, look.is_sound) == (Stop.GOAL_EXCLUDED, is_sound)


def test_on_a_noisy_machine_cpu_time_says_that_more_pairs_are_not_worth_it() -> None:
    design = SequentialDesign()
    arms = (OPEN, [1.0] * 10)
    assert design.conclude(*arms, gate=WIDE).next_look == 14
    assert design.conclude(*arms, gate=QUIET, cpu=SAME_CPU).next_look == 14
    look = design.conclude(*arms, gate=WIDE, cpu=SAME_CPU)
    assert (look.comparison.word, look.stop) == (Word.INCONCLUSIVE, Stop.CPU_EXCLUDED)
    assert look.is_final and look.is_sound
    assert design.conclude(*arms, gate=WIDE, cpu=witness(1.03)).next_look == 14


def test_a_goal_that_cpu_time_excludes_needs_no_more_pairs_on_a_quiet_machine_either() -> None:
    arms = (OPEN, [1.0] * 10)
    asked = SequentialDesign(goal=0.03)
    assert asked.conclude(*arms, gate=QUIET).next_look == 14
    look = asked.conclude(*arms, gate=QUIET, cpu=SAME_CPU)
    assert (look.comparison.word, look.stop) == (Word.INCONCLUSIVE, Stop.CPU_EXCLUDED)
    assert asked.conclude(*arms, gate=QUIET, cpu=witness(1.035)).next_look == 14


@pytest.mark.parametrize("waited", [0.95, 1.05])
def test_what_may_be_a_longer_or_shorter_wait_is_measured_on(waited: float) -> None:
    """CPU time sees no wait, and a program that waits a twentieth of its time still computes."""
    arms = ([waited * each for each in OPEN], [1.0] * 10)
    assert SequentialDesign(goal=0.03).conclude(*arms, gate=QUIET, cpu=SAME_CPU).next_look == 14
    assert SequentialDesign().conclude(*arms, gate=WIDE, cpu=SAME_CPU).next_look == 14


def test_cpu_time_undoes_no_word() -> None:
    look = SequentialDesign().conclude([2.0] * 10, [1.0] * 10, gate=WIDE, cpu=SAME_CPU)
    assert (look.comparison.word, look.stop) == (Word.FASTER, Stop.DECIDED)
    near = SequentialDesign().conclude([1.03] * 10, [1.0] * 10, gate=WIDE, cpu=SAME_CPU)
    assert (near.comparison.word, near.next_look) == (Word.FASTER, 14)


def test_a_goal_saves_half_of_the_rounds_of_equal_programs(trace: Callable[[str], Trace]) -> None:
    plain, rounds = ask(trace, "quiet", 0.0, goal=None, has_cpu=False)
    found, fewer = ask(trace, "quiet", 0.0, goal=0.03, has_cpu=False)
    assert fewer < 0.5 * rounds
    for said in (plain, found):
        assert said.get("faster", 0) <= 1 and said.get("slower", 0) <= 1


@pytest.mark.parametrize("has_cpu", [False, True])
@pytest.mark.parametrize("saved", [0.03, 0.05])
def test_gains_of_the_goal_are_found_as_before(
    trace: Callable[[str], Trace], saved: float, has_cpu: bool
) -> None:
    plain, _ = ask(trace, "quiet", saved, goal=None, has_cpu=False)
    found, _ = ask(trace, "quiet", saved, goal=0.03, has_cpu=has_cpu)
    assert found["faster"] >= plain["faster"] - 1
    assert found.get("slower", 0) == 0


def test_cpu_time_saves_rounds_on_a_noisy_machine(trace: Callable[[str], Trace]) -> None:
    plain, rounds = ask(trace, "noisy", 0.0, goal=None, has_cpu=False)
    found, fewer = ask(trace, "noisy", 0.0, goal=None, has_cpu=True)
    assert fewer < 0.8 * rounds
    assert found.get("unstable", 0) < plain["unstable"]
    for said in (plain, found):
        assert said.get("faster", 0) <= 1.5 and said.get("slower", 0) <= 1.5


@pytest.mark.parametrize("saved", [0.03, 0.05])
def test_and_loses_no_gain_there(trace: Callable[[str], Trace], saved: float) -> None:
    plain, _ = ask(trace, "noisy", saved, goal=None, has_cpu=False)
    found, _ = ask(trace, "noisy", saved, goal=None, has_cpu=True)
    assert found["faster"] >= plain["faster"] - 2


@given(st.integers(0, 10_000), st.floats(0.0, 0.3), st.floats(0.9, 1.1))
def test_an_early_end_only_ever_takes_a_word_away(seed: int, noise: float, gain: float) -> None:
    """So whatever the data, no rate of false words can rise (CPU time sees no difference here)."""
    rng = np.random.default_rng(seed)
    base, copy, candidate, cpu = rng.lognormal(0, noise, (4, 80))
    arms = (gain * base, copy, candidate, cpu)
    plain = final_word(SequentialDesign(), *arms, has_cpu=False)
    for goal in (None, 0.02, 0.05):
        early = final_word(SequentialDesign(goal=goal), *arms, has_cpu=True)
        assert early in (plain, "inconclusive", "equivalent")


def final_word(
    design: SequentialDesign,
    base: NDArray[np.float64],
    copy: NDArray[np.float64],
    candidate: NDArray[np.float64],
    cpu: NDArray[np.float64],
    *,
    has_cpu: bool,
) -> str:
    for done in LOOKS:
        cpus = ([1.0] * done, [1.0] * done, (0.98 + 0.02 * cpu[:done]).tolist())
        arms = (base[:done].tolist(), candidate[:done].tolist(), copy[:done].tolist())
        look = ended(design, *arms, by_cpu(cpus, done) if has_cpu else None)
        if look is not None:
            break
    assert look is not None
    return str(look.comparison.word) if look.is_sound else "unstable"
