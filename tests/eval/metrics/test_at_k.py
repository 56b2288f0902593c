"""Estimators against brute force over all subsets, on small lists."""

from __future__ import annotations

import itertools
import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.eval.metrics.dps import dps
from speedwright.eval.metrics.eff_at_k import eff_at_k, level_efficiency, weighted_efficiency
from speedwright.eval.metrics.efficient_at_k import coffe_speedup, efficient_at_k
from speedwright.eval.metrics.hodges_lehmann import hodges_lehmann
from speedwright.eval.metrics.pass_at_k import pass_at_k

EFFICIENCIES = st.lists(st.floats(0, 2), min_size=1, max_size=7)


@given(EFFICIENCIES, st.integers(1, 7))
def test_eff_at_k_is_the_mean_of_the_best_of_every_subset(values: list[float], k: int) -> None:
    if k > len(values):
        with pytest.raises(ValueError, match="k must be"):
            eff_at_k(values, k)
        return
    subsets = itertools.combinations(values, k)
    assert eff_at_k(values, k) == pytest.approx(statistics.fmean(max(s) for s in subsets))


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(1, 8))
def test_pass_at_k_is_the_share_of_subsets_with_a_right_one(right: list[bool], k: int) -> None:
    if k > len(right):
        with pytest.raises(ValueError, match="k must be"):
            pass_at_k(len(right), sum(right), k)
        return
    share = statistics.fmean(any(s) for s in itertools.combinations(right, k))
    assert pass_at_k(len(right), sum(right), k) == pytest.approx(share)


def test_many_samples_neither_overflow_nor_lose_the_end() -> None:
    values = [i / 10_000 for i in range(10_000)]
    assert eff_at_k(values, 1) == pytest.approx(statistics.fmean(values))
    assert eff_at_k(values, 10_000) == values[-1]
    exact = 1 - math.comb(9_000, 100) / math.comb(10_000, 100)
    assert pass_at_k(10_000, 1_000, 100) == pytest.approx(exact)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_hodges_lehmann_is_the_median_of_all_walsh_averages(values: list[float]) -> None:
    averages = [(a + b) / 2 for i, a in enumerate(values) for b in values[i:]]
    assert hodges_lehmann(values) == pytest.approx(statistics.median(averages), abs=1e-12)
    if len(values) == 6:
        assert len(averages) == 21


def test_level_efficiency_is_not_clipped_above_and_is_below() -> None:
    assert level_efficiency(0.5, 1.0, 2.0) == 1.5
    assert level_efficiency(2.5, 1.0, 2.0) == 0.0
    assert level_efficiency(math.inf, 1.0, 2.0) == 0.0
    with pytest.raises(ValueError, match="limit"):
        level_efficiency(1.0, 2.0, 2.0)


def test_weights_of_level_zero_do_not_count() -> None:
    assert weighted_efficiency([9.0, 1.0, 1.0, 0.0], [0, 3, 3, 4]) == pytest.approx(0.6)
    with pytest.raises(ValueError, match="weights"):
        weighted_efficiency([1.0], [0.0])


def test_dps_takes_the_fastest_reference_that_is_no_faster() -> None:
    references, scores = [10.0, 5.0, 1.0], [20.0, 60.0, 100.0]
    found = [dps(cost, references, scores) for cost in (0.5, 1.0, 1.5, 7.0, 10.0, 11.0, None)]
    assert [one.score for one in found] == [100.0, 100.0, 60.0, 20.0, 20.0, 0.0, 0.0]
    assert found[2].norm == pytest.approx(100 * 2 / 3)


def test_efficient_at_k_needs_to_beat_the_best() -> None:
    assert efficient_at_k([2.0, 1.0, None, 1.9], 2.0, 1) == pytest.approx(0.5)
    assert efficient_at_k([2.0, None], 2.0, 2) == 0.0
    assert coffe_speedup([None], 2.0) is None
    assert coffe_speedup([1.0, 4.0, None], 2.0) == pytest.approx(1.25)
