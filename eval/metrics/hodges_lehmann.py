"""hodges_lehmann: the location of few noisy times, robust against a minority of outliers."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def hodges_lehmann(values: Sequence[float]) -> float:
    """Median of the Walsh averages (a + b) / 2 over all pairs, a value paired with itself too.

    Source: Hodges and Lehmann 1963; ENAMEL takes it over 6 repetitions (21 averages).

    Raises:
        ValueError: There are no values.

    >>> hodges_lehmann([1.0, 2.0, 9.0])
    3.25
    """
    if not values:
        raise ValueError("no values")
    halves = [value / 2.0 for value in values]
    return statistics.median(a + b for i, a in enumerate(halves) for b in halves[: i + 1])
