"""Rounds of three: exact whatever the noise, and more said by as many runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from speedwright.eval.stats import LOOK_LEVEL, LOOKS, Comparison, Word, compare, compare_with_copy
from speedwright.eval.stats.threes import chance, interval_of_threes, scores, statistic
from tests.eval.stats.noises import NOISES, Noise, pareto_tail, percent

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace

CLOCKS = ["quiet wall", "quiet cpu", "noisy wall", "noisy cpu"]
LEVEL = 0.025
RUNS = 2000


def rounds(noise: Noise, *, k: int, runs: int = RUNS) -> list[NDArray[np.float64]]:
    """Logs of runs of k rounds of one program, the order drawn anew in each round."""
    rng = np.random.default_rng([k, runs, NOISES.index(noise)])
    return [np.log(rng.permuted(noise(rng, 3 * k).reshape(k, 3), axis=1)) for _ in range(runs)]


def is_refused(logs: NDArray[np.float64], shift: float, *, side: int, level: float = LEVEL) -> bool:
    """Whether the candidate is said to gain more (1) or less (-1) than the shift."""
    return chance(side * scores(logs, shift)) <= level


@given(st.integers(0, 10_000), st.integers(1, 6), st.floats(-0.2, 0.2))
def test_the_chance_is_that_of_all_ways_to_name_the_candidates(
    seed: int, n: int, shift: float
) -> None:
    found = scores(np.log(np.random.default_rng(seed).lognormal(0, 0.1, (n, 3))), shift)
    sums = [
        sum(row[k] for row, k in zip(found, ways, strict=True)) for ways in product(*[range(3)] * n)
    ]
    expected = np.mean([total >= statistic(found) for total in sums])
    assert chance(found) == pytest.approx(expected, abs=1e-12)


@given(st.integers(0, 10_000), st.integers(1, 12), st.booleans())
def test_scores_do_not_know_who_the_candidate_was(seed: int, n: int, has_ties: bool) -> None:
    rng = np.random.default_rng(seed)
    logs = np.log(rng.lognormal(0, 0.1, (n, 3)))
    logs = logs.round(1) if has_ties else logs
    found = scores(logs, 0.0)
    assert not found.sum(axis=1).any()
    order = rng.permutation(3)
    assert np.array_equal(scores(logs[:, order], 0.0), found[:, order])


@given(st.integers(0, 10_000), st.integers(8, 30), st.floats(-0.5, 0.5))
def test_a_factor_moves_the_interval_by_itself(seed: int, n: int, by: float) -> None:
    rng = np.random.default_rng(seed)
    logs = np.log(rng.lognormal(0, 0.1, (n, 3)))
    plain = interval_of_threes(logs, confidence=0.95)
    moved = interval_of_threes(logs - [0, 0, by], confidence=0.95)
    ends = [(plain.low, moved.low), (plain.point, moved.point), (plain.high, moved.high)]
    for before, after in ends:
        assert after - before == pytest.approx(by, abs=1e-4)
    assert plain.low <= plain.point <= plain.high
    other = interval_of_threes(rng.permutation(logs)[:, [1, 0, 2]], confidence=0.95)
    assert (other.low, other.high) == pytest.approx((plain.low, plain.high), abs=1e-4)


@given(st.integers(0, 10_000), st.integers(8, 30))
def test_the_interval_is_what_the_test_does_not_refuse(seed: int, n: int) -> None:
    logs = np.log(np.random.default_rng(seed).lognormal(0, 0.1, (n, 3)))
    found = interval_of_threes(logs, confidence=1 - 2 * LEVEL)
    assert is_refused(logs, found.low - 1e-4, side=1)
    assert is_refused(logs, found.high + 1e-4, side=-1)
    assert not is_refused(logs, found.low, side=1)
    assert not is_refused(logs, found.high, side=-1)
    assert not is_refused(logs, found.point, side=1)


@pytest.mark.parametrize("k", [10, 20, 40])
@pytest.mark.parametrize("noise", NOISES)
def test_the_level_is_kept_whatever_the_noise(noise: Noise, k: int) -> None:
    drawn = rounds(noise, k=k)
    faster = [is_refused(logs, 0.0, side=1) for logs in drawn]
    slower = [is_refused(logs, 0.0, side=-1) for logs in drawn]
    assert percent(faster) <= 3.5
    assert percent(slower) <= 3.5
    neither = [not (a or b) for a, b in zip(faster, slower, strict=True)]
    assert 93 <= percent(neither) <= 97.5


@pytest.mark.parametrize("noise", NOISES)
def test_eight_looks_keep_the_level(noise: Noise) -> None:
    drawn = rounds(noise, k=LOOKS[-1])
    for side in (1, -1):
        said = [
            any(is_refused(logs[:done], 0.0, side=side, level=LOOK_LEVEL) for done in LOOKS)
            for logs in drawn
        ]
        assert percent(said) <= 3.5


def test_the_mean_of_base_and_copy_would_lean() -> None:
    """The control of these simulations: a simpler use of the copy calls equal programs faster."""
    drawn = [np.exp(logs).T for logs in rounds(pareto_tail, k=20, runs=500)]
    said = [
        compare(np.sqrt(base * copy).tolist(), candidate.tolist(), margin=0.0).word
        for base, copy, candidate in drawn
    ]
    assert percent([word is Word.FASTER for word in said]) > 5


@pytest.mark.parametrize("k", [10, 20, 40])
@pytest.mark.parametrize("clock", CLOCKS)
def test_equal_programs_are_hardly_ever_told_apart(
    trace: Callable[[str], Trace], clock: str, k: int
) -> None:
    said = ask(trace, clock, k, seeds=3 if clock.startswith("quiet") else 6)
    bound = 1.5 if clock == "noisy wall" else 1.0
    assert percent([f.word is Word.FASTER for f in said]) <= bound
    assert percent([f.word is Word.SLOWER for f in said]) <= bound
    assert 92.5 <= percent([f.ci_low <= 1 <= f.ci_high for f in said]) <= 97.5


@pytest.mark.parametrize(
    ("clock", "k", "more"),
    [("quiet wall", 10, 5), ("quiet wall", 20, 0), ("noisy wall", 10, 10), ("noisy wall", 20, 5)],
)
def test_five_percent_less_time_is_found_more_often_than_by_pairs(
    trace: Callable[[str], Trace], clock: str, k: int, more: float
) -> None:
    by_threes = percent([f.word is Word.FASTER for f in ask(trace, clock, k, saved=0.05)])
    pairs = trace(clock).rounds(k, arms=3, saved=0.05, seeds=4)
    said = [compare(base, candidate).word for base, _, candidate in pairs]
    assert by_threes >= percent([word is Word.FASTER for word in said]) + more


def ask(
    trace: Callable[[str], Trace], clock: str, k: int, *, saved: float = 0.0, seeds: int = 4
) -> list[Comparison]:
    windows = trace(clock).rounds(k, arms=3, saved=saved, seeds=seeds)
    return [compare_with_copy(*arms) for arms in windows]


def test_five_rounds_say_nothing_and_six_may() -> None:
    assert compare_with_copy([2.0] * 5, [2.0] * 5, [1.0] * 5).word is Word.INCONCLUSIVE
    found = compare_with_copy([2.0] * 6, [2.0] * 6, [1.0] * 6)
    assert (found.word, found.pairs) == (Word.FASTER, 6)
    assert (found.ci_low, found.speedup, found.ci_high) == pytest.approx((2, 2, 2), abs=1e-4)


def test_a_level_that_so_few_rounds_cannot_reach_is_said() -> None:
    logs = np.log(np.random.default_rng(2).lognormal(0, 0.1, (3, 3)))
    found = interval_of_threes(logs, confidence=0.984)
    assert not found.reaches_level
    assert found.confidence == pytest.approx(1 - 2 / 27)
    gains = logs[:, :2] - logs[:, 2:]
    assert (found.low, found.high) == (gains.min(), gains.max())


def test_a_copy_that_differs_from_the_base_stands_between_them() -> None:
    """A biased copy bends the estimate by half; the control is there to refuse that."""
    rng = np.random.default_rng(4)
    base, copy, candidate = rng.lognormal(0, 0.01, (3, 40))
    found = compare_with_copy((base * exp(0.1)).tolist(), copy.tolist(), candidate.tolist())
    assert 0.02 < log(found.speedup) < 0.08


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        (([1.0] * 6, [1.0] * 5, [1.0] * 6), "`6` base times, `5` copy times, `6` candidate times"),
        (([], [], []), "no pairs"),
        (([1.0] * 6, [0.0] * 6, [1.0] * 6), "above 0, not `0.0`"),
        (([1.0] * 6, [1.0] * 6, [float("nan")] * 6), "above 0, not `nan`"),
    ],
)
def test_times_that_are_none_are_refused(arms: tuple[list[float], ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compare_with_copy(*arms)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, 95.0])
def test_levels_that_are_none_are_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        compare_with_copy([1.0] * 6, [1.0] * 6, [1.0] * 6, confidence=confidence)
