"""Intervals over tasks: against scipy's, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from speedwright.eval.stats.bootstrap import bootstrap, geometric_mean

RNG = np.random.default_rng(7)
SKEWED = RNG.exponential(1.0, 60).tolist()
SHARES = (RNG.random(142) < 0.9).astype(float).tolist()


@pytest.mark.parametrize("values", [SKEWED, SHARES])
def test_it_is_scipys_interval(values: list[float]) -> None:
    ours = bootstrap(values, resamples=20_000, seed=1)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    assert ours is not None
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.06 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.06 * width)
    assert ours.value == pytest.approx(float(np.mean(values)))


def test_nineteen_of_twenty_hold_the_truth() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for trial in range(300):
        found = bootstrap(rng.normal(0.5, 0.3, 80).tolist(), resamples=600, seed=trial)
        assert found is not None
        held += found.low <= 0.5 <= found.high
    assert 0.90 <= held / 300 <= 0.99


def test_equal_seeds_give_equal_intervals() -> None:
    assert bootstrap(SKEWED, seed=5) == bootstrap(SKEWED, seed=5)
    assert bootstrap(SKEWED, seed=5) != bootstrap(SKEWED, seed=6)


def test_few_values_are_no_interval() -> None:
    assert bootstrap([]) is None
    one = bootstrap([2.0])
    assert one is not None
    assert (one.low, one.value, one.high, one.n) == (2.0, 2.0, 2.0, 1)
    flat = bootstrap([1.0] * 9)
    assert flat is not None
    assert (flat.low, flat.high) == (1.0, 1.0)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        bootstrap([1.0, bad])


@given(st.lists(st.floats(min_value=0.01, max_value=100), min_size=1, max_size=30))
def test_the_interval_holds_the_figure(values: list[float]) -> None:
    found = bootstrap(values, statistic=geometric_mean, resamples=200)
    assert found is not None
    assert found.low <= found.value <= found.high
    assert min(values) - 1e-9 <= found.low
    assert found.high <= max(values) + 1e-9
