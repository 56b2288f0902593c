"""The interval against brute force, and against scipy where ranks are not capped."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import rankdata, wilcoxon

from speedwright.eval.stats.signed_rank import (
    critical_value,
    half,
    interval,
    largest_statistic,
    null_distribution,
)


def statistic(differences: NDArray[np.float64], cap: int) -> float:
    """The definition: capped ranks of the sizes, summed over the positive ones."""
    ranks = np.minimum(rankdata(np.abs(differences)), cap)
    return float(ranks[differences > 0].sum())


@pytest.mark.parametrize("n", [1, 2, 5, 8, 11])
def test_the_null_distribution_counts_every_sign_pattern(n: int) -> None:
    for cap in {1, half(n), n}:
        scores = np.minimum(np.arange(1, n + 1), cap)
        sums = [int(np.dot(signs, scores)) for signs in product((0, 1), repeat=n)]
        counted = np.cumsum(np.bincount(sums)) / 2**n
        assert null_distribution(n, cap) == pytest.approx(counted)
        assert max(sums) == largest_statistic(n, cap)


@pytest.mark.parametrize("n", [6, 7, 10, 23, 40, 80])
@pytest.mark.parametrize("level", [0.025, 0.05, 0.1])
def test_the_interval_holds_the_shifts_that_the_test_does_not_reject(n: int, level: float) -> None:
    differences = np.random.default_rng(n).standard_t(3, n) * 0.03
    found = interval(differences, confidence=1 - 2 * level)
    cap = half(n)
    worst = critical_value(n, level, cap)
    assert worst is not None
    most = largest_statistic(n, cap)
    for shift, is_inside in (
        (found.low + 1e-9, True),
        (found.low - 1e-9, False),
        (found.high - 1e-9, True),
        (found.high + 1e-9, False),
    ):
        seen = statistic(differences - shift, cap)
        assert (worst < seen < most - worst) is is_inside


@pytest.mark.parametrize(
    ("n", "confidence"),
    [(6, 0.95), (7, 0.984), (10, 0.95), (10, 0.99), (23, 0.984), (40, 0.95), (40, 0.99)],
)
def test_uncapped_it_is_scipys_exact_wilcoxon_test(n: int, confidence: float) -> None:
    differences = np.random.default_rng(n).standard_t(3, n) * 0.03
    found = interval(differences, confidence=confidence, cap=n)
    for shift, is_inside in (
        (found.low + 1e-9, True),
        (found.low - 1e-9, False),
        (found.high - 1e-9, True),
        (found.high + 1e-9, False),
    ):
        p = float(wilcoxon(differences - shift, method="exact").pvalue)
        assert (p > 1 - confidence) is is_inside


def test_uncapped_the_point_is_hodges_lehmann() -> None:
    differences = [0.3, -0.1, 0.2, 0.7, 0.05, 0.0, 0.11]
    means = [(a + b) / 2 for i, a in enumerate(differences) for b in differences[i:]]
    assert interval(differences, confidence=0.9, cap=7).point == pytest.approx(np.median(means))


def test_capped_at_one_it_is_the_sign_test() -> None:
    differences = np.random.default_rng(1).normal(size=11)
    found = interval(differences, confidence=0.95, cap=1)
    ordered = np.sort(differences)
    assert (found.low, found.point, found.high) == (ordered[1], ordered[5], ordered[9])


def test_one_wild_difference_hardly_moves_the_interval() -> None:
    calm = np.linspace(-0.01, 0.01, 20)
    wild = calm.copy()
    wild[-1] = 100.0
    found, before = interval(wild, confidence=0.95), interval(calm, confidence=0.95)
    assert abs(found.point - before.point) < 1e-3
    assert abs(found.high - before.high) < 5e-3


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=25), st.floats(-1, 1))
def test_shifting_the_differences_shifts_the_interval(
    differences: list[float], shift: float
) -> None:
    plain = interval(differences, confidence=0.95)
    moved = interval([d + shift for d in differences], confidence=0.95)
    assert moved.point == pytest.approx(plain.point + shift, abs=1e-9)
    assert moved.low == pytest.approx(plain.low + shift, abs=1e-9)
    assert moved.high == pytest.approx(plain.high + shift, abs=1e-9)


@given(st.lists(st.floats(-1, 1), min_size=7, max_size=25))
def test_a_higher_level_gives_a_wider_interval(differences: list[float]) -> None:
    narrow = interval(differences, confidence=0.8)
    wide = interval(differences, confidence=0.98)
    assert wide.low <= narrow.low <= narrow.point <= narrow.high <= wide.high


@pytest.mark.parametrize("n", [201, 400])
def test_the_normal_distribution_takes_over_without_a_step(n: int) -> None:
    for level in (0.005, 0.008, 0.025):
        exact = null_distribution(n, half(n))
        approximate = critical_value(n, level, half(n))
        assert approximate is not None
        assert exact[approximate] == pytest.approx(level, abs=1e-3)


def test_thousands_of_differences_agree_with_writing_all_means_down() -> None:
    differences = np.sort(np.random.default_rng(5).normal(0.02, 0.05, 2500))
    rows, columns = np.triu_indices(2500)
    near = columns - rows < half(2500)
    means = np.sort((differences[rows[near]] + differences[columns[near]]) / 2)
    found = interval(differences, confidence=0.95)
    worst = critical_value(2500, 0.025, half(2500))
    assert worst is not None
    assert means.size == largest_statistic(2500, half(2500))
    assert found.point == pytest.approx(np.median(means), abs=1e-9)
    assert found.low == pytest.approx(means[worst], abs=1e-9)
    assert found.high == pytest.approx(means[-1 - worst], abs=1e-9)
