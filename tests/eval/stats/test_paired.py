"""The rule's properties, without traces."""

from __future__ import annotations

import subprocess
import sys
from math import inf, log, nan
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.eval.stats import Comparison, Word, compare, control

times = st.floats(min_value=1e-6, max_value=1e4)
pairs = st.lists(st.tuples(times, times), min_size=1, max_size=30)
MIRROR = {
    Word.FASTER: Word.SLOWER,
    Word.SLOWER: Word.FASTER,
    Word.EQUIVALENT: Word.EQUIVALENT,
    Word.INCONCLUSIVE: Word.INCONCLUSIVE,
}


@given(pairs)
def test_swapping_the_arms_mirrors_word_and_interval(drawn: list[tuple[float, float]]) -> None:
    base, candidate = zip(*drawn, strict=True)
    there, back = compare(base, candidate), compare(candidate, base)
    assert back.word is MIRROR[there.word]
    assert back.speedup == pytest.approx(1 / there.speedup, rel=1e-12)
    assert back.ci_low == pytest.approx(1 / there.ci_high, rel=1e-12)
    assert back.ci_high == pytest.approx(1 / there.ci_low, rel=1e-12)


@given(pairs, st.integers(min_value=-30, max_value=30))
def test_another_unit_changes_nothing(drawn: list[tuple[float, float]], power: int) -> None:
    base, candidate = zip(*drawn, strict=True)
    unit = 2.0**power
    scaled = compare([unit * t for t in base], [unit * t for t in candidate])
    plain = compare(base, candidate)
    assert scaled.word is plain.word
    assert scaled.ci_low == pytest.approx(plain.ci_low, rel=1e-9)
    assert scaled.speedup == pytest.approx(plain.speedup, rel=1e-9)


@given(pairs, st.randoms())
def test_the_order_of_the_pairs_does_not_matter(
    drawn: list[tuple[float, float]], random: Random
) -> None:
    shuffled = random.sample(drawn, len(drawn))
    assert _of(shuffled) == _of(drawn)


@given(pairs, st.floats(min_value=0, max_value=0.5))
def test_the_word_follows_from_the_interval(
    drawn: list[tuple[float, float]], margin: float
) -> None:
    base, candidate = zip(*drawn, strict=True)
    found = compare(base, candidate, margin=margin)
    edge = 1 + margin
    assert found.ci_low <= found.speedup <= found.ci_high
    if found.word is Word.FASTER:
        assert found.ci_low > edge
    elif found.word is Word.SLOWER:
        assert found.ci_high < 1 / edge
    elif found.word is Word.EQUIVALENT:
        assert 1 / edge < found.ci_low and found.ci_high < edge
    elif found.pairs >= 6:
        assert found.ci_low <= edge * (1 + 1e-9) and found.ci_high >= (1 - 1e-9) / edge


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("gain", [0.1, 1.0, 100.0])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_five_pairs_never_decide(k: int, gain: float, confidence: float) -> None:
    assert compare([gain] * k, [1.0] * k, confidence=confidence).word is Word.INCONCLUSIVE


def test_too_few_pairs_state_the_level_they_do_have() -> None:
    found = compare([1.0, 1.1, 1.2, 1.3, 1.4], [1.0] * 5)
    assert found.confidence == 1 - 2 / 32
    assert (found.ci_low, found.ci_high) == (pytest.approx(1.0), pytest.approx(1.4))


def test_six_pairs_are_the_least_that_can_decide() -> None:
    assert compare([1.1] * 6, [1.0] * 6).word is Word.FASTER
    assert compare([1.1] * 6, [1.0] * 6, confidence=0.984).word is Word.INCONCLUSIVE
    assert compare([1.1] * 7, [1.0] * 7, confidence=0.984).word is Word.FASTER


def test_equal_times_are_equivalent() -> None:
    found = compare([1.0] * 10, [1.0] * 10)
    assert found.word is Word.EQUIVALENT
    assert found.ci_low == found.speedup == found.ci_high == 1.0


def test_ties_and_zeros_do_not_shake_the_interval() -> None:
    base = [1.00, 1.00, 1.02, 1.02, 1.00, 0.98, 0.98, 1.00, 1.02, 0.98]
    found = compare(base, [1.0] * 10)
    assert found.ci_low <= 1.0 <= found.ci_high
    assert found.ci_low == pytest.approx(1 / found.ci_high, rel=0.01)


def test_a_gain_of_exactly_the_margin_is_not_above_it() -> None:
    assert compare([101.0] * 20, [100.0] * 20).word is Word.INCONCLUSIVE
    assert compare([100.0] * 20, [101.0] * 20).word is Word.INCONCLUSIVE
    assert compare([101.1] * 20, [100.0] * 20).word is Word.FASTER


@pytest.mark.parametrize("bad", [nan, inf, -inf, 0.0, -1.0])
@pytest.mark.parametrize("swap", [False, True])
def test_impossible_times_are_refused(bad: float, swap: bool) -> None:
    arms = ([1.0] * 9 + [bad], [1.0] * 10)
    base, candidate = reversed(arms) if swap else arms
    with pytest.raises(ValueError, match="finite and above 0"):
        compare(base, candidate)
    with pytest.raises(ValueError, match="finite and above 0"):
        control(base, candidate)


def test_arms_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="`3` base times, `2` candidate times"):
        compare([1.0] * 3, [1.0] * 2)
    with pytest.raises(ValueError, match="no pairs"):
        compare([], [])


@pytest.mark.parametrize("margin", [-0.1, nan, inf])
def test_impossible_margins_are_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        compare([1.0] * 10, [1.0] * 10, margin=margin)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, nan])
def test_impossible_levels_are_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        compare([1.0] * 10, [1.0] * 10, confidence=confidence)


def test_ratios_beyond_floats_stay_finite() -> None:
    found = compare([1e308] * 10, [1e-308] * 10)
    assert found.word is Word.FASTER
    assert np.isfinite(found.ci_high)


def test_the_control_passes_equal_arms_and_fails_a_bias() -> None:
    rng = np.random.default_rng(3)
    base, copy = rng.normal(1, 0.01, 20).tolist(), rng.normal(1, 0.01, 20).tolist()
    gate = control(base, copy)
    assert gate.is_sound and gate.contains_one and gate.is_narrow
    biased = control(base, [1.05 * t for t in copy])
    assert not biased.is_sound and not biased.contains_one and biased.is_narrow
    assert biased.ratio == pytest.approx(1.05, abs=0.02)


def test_the_control_fails_where_the_noise_is_too_wide() -> None:
    rng = np.random.default_rng(3)
    base, copy = rng.lognormal(0, 0.3, 20).tolist(), rng.lognormal(0, 0.3, 20).tolist()
    gate = control(base, copy)
    assert gate.contains_one and not gate.is_narrow and not gate.is_sound
    assert gate.noise_floor == pytest.approx(log(gate.ci_high / gate.ci_low) / 2)
    assert control(base, copy, max_half_width=1.0).is_sound


def test_seven_pairs_are_too_few_for_a_control() -> None:
    assert not control([1.0] * 7, [1.0] * 7).is_sound
    assert control([1.0] * 8, [1.0] * 8).is_sound


def _of(drawn: list[tuple[float, float]]) -> Comparison:
    base, candidate = zip(*drawn, strict=True)
    return compare(base, candidate)


def test_importing_the_package_loads_no_numpy() -> None:
    """The command line's help must not wait for it."""
    code = "import sys, speedwright.eval.stats; print({'numpy', 'scipy'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
