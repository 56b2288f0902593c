"""speedup and its properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.eval.metrics.speedup import speedup

times = st.floats(min_value=1e-9, max_value=1e6)


@given(times, times)
def test_swapping_inverts(a: float, b: float) -> None:
    assert speedup(a, b) * speedup(b, a) == pytest.approx(1)


@given(times, times, times)
def test_gains_multiply(a: float, b: float, c: float) -> None:
    assert speedup(a, b) * speedup(b, c) == pytest.approx(speedup(a, c))


@given(times, times)
def test_above_one_is_faster(ref: float, cand: float) -> None:
    assert (speedup(ref, cand) > 1) == (cand < ref) or ref == pytest.approx(cand)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_times_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite and above 0"):
        speedup(bad, 1.0)
    with pytest.raises(ValueError, match="finite and above 0"):
        speedup(1.0, bad)


def test_quotients_beyond_floats_are_refused() -> None:
    with pytest.raises(ValueError, match="no speedup"):
        speedup(1e308, 1e-308)
    with pytest.raises(ValueError, match="no speedup"):
        speedup(1e-308, 1e308)
