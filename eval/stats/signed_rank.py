"""Hodges-Lehmann estimate and exact signed-rank interval of paired differences.

The interval inverts Wilcoxon's signed-rank test, so it is the set of shifts the test does not
reject. Its ends are order statistics of the Walsh averages (means of all pairs of differences,
each with itself too). Ties and zeros need no correction: the closed interval only gets safer.

Paper: J. L. Hodges and E. L. Lehmann, Estimates of location based on rank tests, Annals of
    Mathematical Statistics 34 (1963), 598-611.
Differs: none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXACT_UP_TO = 200
"""Most differences with the exact null distribution; above, the normal one is off by < 1e-4."""

DIRECT_UP_TO = 2000
"""Most differences whose Walsh averages are all written down (16 MB)."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Location of a symmetric distribution.

    Attributes:
        point: Hodges-Lehmann estimate, the median of the Walsh averages.
        low: Lower end.
        high: Upper end.
        confidence: Level asked for, or the highest that so few differences can reach.
        reaches_level: The level asked for was reached.
    """

    point: float
    low: float
    high: float
    confidence: float
    reaches_level: bool


def interval(differences: Sequence[float] | NDArray[np.float64], *, confidence: float) -> Interval:
    """Estimate and interval of the centre of the differences.

    Args:
        differences: Finite numbers, at least one.
        confidence: Two-sided level, e.g. 0.95.

    Returns:
        The interval; with too few differences for the level, the range of the differences with
        the lower level it does have, 1 - 2 ** (1 - n).
    """
    if len(differences) == 0:
        raise ValueError("no differences to estimate from")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not `{confidence}`")
    n = len(differences)
    total = n * (n + 1) // 2
    below = critical_value(n, (1 - confidence) / 2)
    reaches_level = below is not None
    skipped = 0 if below is None else below
    middle = (total - 1) // 2
    low, left, right, high = _walsh_order_statistics(
        differences, (skipped, middle, total - 1 - middle, total - 1 - skipped)
    )
    return Interval(
        point=(left + right) / 2,
        low=low,
        high=high,
        confidence=confidence if reaches_level else 1 - 2.0 ** (1 - n),
        reaches_level=reaches_level,
    )


@lru_cache(maxsize=1024)
def critical_value(n: int, level: float) -> int | None:
    """Largest w with P(W <= w) <= level, W the signed-rank statistic of n symmetric differences.

    Args:
        n: Number of differences.
        level: One-sided level.

    Returns:
        The value, or None if even W = 0 is likelier than the level: n can prove nothing.
    """
    if n <= EXACT_UP_TO:
        at_most = int((null_distribution(n) <= level + _ROUNDING).sum())
        return at_most - 1 if at_most else None
    mean = n * (n + 1) / 4
    sd = (n * (n + 1) * (2 * n + 1) / 24) ** 0.5
    at_most = int(mean + sd * NormalDist().inv_cdf(level) - 0.5)
    return at_most if at_most >= 0 else None


@lru_cache(maxsize=256)
def null_distribution(n: int) -> NDArray[np.float64]:
    """P(W <= w) for w = 0, 1, ..., n (n + 1) / 2: sums over random subsets of 1..n."""
    import numpy as np

    chance = np.ones(1)
    for rank in range(1, n + 1):
        longer = np.zeros(chance.size + rank)
        longer[: chance.size] += chance
        longer[rank:] += chance
        chance = longer / 2
    return np.cumsum(chance)


def _walsh_order_statistics(
    differences: Sequence[float] | NDArray[np.float64], positions: tuple[int, int, int, int]
) -> tuple[float, float, float, float]:
    """The Walsh averages at the given positions of their sorted list, counted from 0."""
    import numpy as np

    values = np.sort(np.asarray(differences, dtype=np.float64))
    if values.size > DIRECT_UP_TO:
        a, b, c, d = (_select_by_bisection(values, position + 1) for position in positions)
        return a, b, c, d
    rows, columns = _upper_triangle(values.size)
    averages = (values[rows] + values[columns]) / 2
    averages.partition(positions)
    a, b, c, d = (float(averages[position]) for position in positions)
    return a, b, c, d


@lru_cache(maxsize=16)
def _upper_triangle(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    import numpy as np

    rows, columns = np.triu_indices(n)
    return rows, columns


def _select_by_bisection(values: NDArray[np.float64], rank: int) -> float:
    """The Walsh average of the given rank (from 1) of sorted values, without writing them down."""
    import numpy as np

    index = np.arange(values.size)
    low, high = float(values[0]), float(values[-1])
    while high - low > _ROUNDING * max(1.0, abs(low), abs(high)):
        middle = (low + high) / 2
        partners = np.searchsorted(values, 2 * middle - values, side="right") - index
        if int(np.maximum(partners, 0).sum()) >= rank:
            high = middle
        else:
            low = middle
    return high
