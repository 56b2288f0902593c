"""Location of paired differences: an exact signed-rank interval with capped ranks.

Wilcoxon's test gives the largest differences the largest weight, and on a shared machine these
are the pairs that a neighbour hit. Here a rank counts at most half the number of differences
(Winsorised scores). Under symmetry every sign is a fair coin whatever the scores, so the null
distribution stays exact; only power changes: the interval on recorded noisy wall times is 27-49 %
narrower, and 8 % wider if noise were normal (docs/design/0003-statistics.md).

The test's inversion stays as simple: T = sum of min(rank, cap) over positive differences equals
the number of positive means of two sorted differences fewer than cap places apart (each with
itself too). So the interval's ends are order statistics of those means, and its point is their
median. With cap = n these are all Walsh averages: Wilcoxon's interval and the Hodges-Lehmann
estimate. Ties and zeros need no correction: the closed interval only gets safer.

Paper: J. L. Hodges and E. L. Lehmann, Estimates of location based on rank tests, Annals of
    Mathematical Statistics 34 (1963), 598-611.
Differs: ranks are capped at half.
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
"""Most differences with the exact null distribution; above, the normal one is off by < 1e-3."""

DIRECT_UP_TO = 2000
"""Most differences whose means are all written down (16 MB)."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Location of a symmetric distribution.

    Attributes:
        point: Median of the means of two differences.
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


def half(n: int) -> int:
    """The cap of the ranks of n differences."""
    return (n + 1) // 2


def interval(
    differences: Sequence[float] | NDArray[np.float64],
    *,
    confidence: float,
    cap: int | None = None,
) -> Interval:
    """Estimate and interval of the centre of the differences.

    Args:
        differences: Finite numbers, at least one.
        confidence: Two-sided level, e.g. 0.95.
        cap: Largest rank; `half` of the differences unless told, all of them for Wilcoxon's test.

    Returns:
        The interval; with too few differences for the level, the range of the differences with
        the lower level it does have, 1 - 2 ** (1 - n).
    """
    n = len(differences)
    if n == 0:
        raise ValueError("no differences to estimate from")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not `{confidence}`")
    cap = half(n) if cap is None else cap
    last = largest_statistic(n, cap) - 1
    below = critical_value(n, (1 - confidence) / 2, cap)
    if below is None:
        return _whole_range(differences, last=last, cap=cap)
    low, left, right, high = _order_statistics(
        differences, (below, last // 2, last - last // 2, last - below), cap=cap
    )
    return Interval(
        point=(left + right) / 2, low=low, high=high, confidence=confidence, reaches_level=True
    )


def largest_statistic(n: int, cap: int) -> int:
    """Sum of min(rank, cap) over n differences; also the number of means."""
    return cap * (cap + 1) // 2 + (n - cap) * cap


@lru_cache(maxsize=1024)
def critical_value(n: int, level: float, cap: int) -> int | None:
    """Largest t with P(T <= t) <= level, T the statistic of n symmetric differences.

    Args:
        n: Number of differences.
        level: One-sided level.
        cap: Largest rank.

    Returns:
        The value, or None if even T = 0 is likelier than the level: n can prove nothing.
    """
    if n <= EXACT_UP_TO:
        at_most = int((null_distribution(n, cap) <= level + _ROUNDING).sum())
        return at_most - 1 if at_most else None
    squares = cap * (cap + 1) * (2 * cap + 1) / 6 + (n - cap) * cap**2
    mean, sd = largest_statistic(n, cap) / 2, squares**0.5 / 2
    at_most = int(mean + sd * NormalDist().inv_cdf(level) - 0.5)
    return at_most if at_most >= 0 else None


@lru_cache(maxsize=256)
def null_distribution(n: int, cap: int) -> NDArray[np.float64]:
    """P(T <= t) for every t: each score min(1, cap), ..., min(n, cap) counts by a fair coin."""
    import numpy as np

    chance = np.ones(1)
    for rank in range(1, n + 1):
        score = min(rank, cap)
        longer = np.zeros(chance.size + score)
        longer[: chance.size] += chance
        longer[score:] += chance
        chance = longer / 2
    return np.cumsum(chance)


def _whole_range(
    differences: Sequence[float] | NDArray[np.float64], *, last: int, cap: int
) -> Interval:
    n = len(differences)
    low, left, right, high = _order_statistics(
        differences, (0, last // 2, last - last // 2, last), cap=cap
    )
    level = 1 - 2.0 ** (1 - n)
    return Interval(
        point=(left + right) / 2, low=low, high=high, confidence=level, reaches_level=False
    )


def _order_statistics(
    differences: Sequence[float] | NDArray[np.float64],
    positions: tuple[int, int, int, int],
    *,
    cap: int,
) -> tuple[float, float, float, float]:
    """The means at the given positions of their sorted list, counted from 0."""
    import numpy as np

    values = np.sort(np.asarray(differences, dtype=np.float64))
    if values.size > DIRECT_UP_TO:
        a, b, c, d = (_select_by_bisection(values, position + 1, cap) for position in positions)
        return a, b, c, d
    rows, columns = _near_pairs(values.size, cap)
    means = (values[rows] + values[columns]) / 2
    means.partition(positions)
    a, b, c, d = (float(means[position]) for position in positions)
    return a, b, c, d


@lru_cache(maxsize=32)
def _near_pairs(n: int, cap: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    import numpy as np

    rows, columns = np.triu_indices(n)
    is_near = columns - rows < cap
    return rows[is_near], columns[is_near]


def _select_by_bisection(values: NDArray[np.float64], rank: int, cap: int) -> float:
    """The mean of the given rank (from 1) of sorted values, without writing them all down."""
    import numpy as np

    index = np.arange(values.size)
    most = np.minimum(cap, values.size - index)
    low, high = float(values[0]), float(values[-1])
    while high - low > _ROUNDING * max(1.0, abs(low), abs(high)):
        middle = (low + high) / 2
        partners = np.searchsorted(values, 2 * middle - values, side="right") - index
        if int(np.clip(partners, 0, most).sum()) >= rank:
            high = middle
        else:
            low = middle
    return high
