"""Location of a candidate against a base and its copy: an exact test in rounds of three.

An order drawn anew for every round decided which run was base, copy and candidate. If the
candidate's times differ by a factor only, then times that factor the three are exchangeable: each
of the three could have been the candidate, whatever drift, bursts or tails the machine had. That is
all that is used, so the null distribution is exact, given the times (Hodges and Lehmann's aligned
test within blocks). A third of the runs, needed for the control anyway, counts twice this way.

The statistic: all three differences of log times in every round, ranked together by size, a rank
counting at most half the number of differences and in LEVELS steps; summed with their signs over
base - candidate and copy - candidate. The mean of base and copy less the candidate would be simpler
and is not symmetric: it leans, and calls equal programs faster (docs/design/0003-statistics.md).

Paper: J. L. Hodges and E. L. Lehmann, Rank methods for combination of independent experiments in
    analysis of variance, Annals of Mathematical Statistics 33 (1962), 482-497.
Differs: differences are ranked in place of aligned times, in few steps, and capped at half.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from speedwright.eval.stats.signed_rank import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Logs = NDArray[np.float64]

LEVELS = 4
"""Steps of the scores; more of them find nothing more, and take longer."""

ARMS = 3
_GRID = 12
_ROUNDING = 1e-12
_CLOSE = 1e-5  # a thousandth of a percent


def interval_of_threes(logs: Logs, *, confidence: float) -> Interval:
    """Estimate and interval of how much less log time the candidate takes.

    Args:
        logs: Logs of times, a row a round: base, copy, candidate. Finite, at least one row.
        confidence: Two-sided level, e.g. 0.989.

    Returns:
        The shifts that the test does not reject, from the outermost on either side. With too few
        rounds for the level, the range of the differences at the level it does have.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not `{confidence}`")
    level = (1 - confidence) / 2
    reachable = float(ARMS) ** -len(logs)
    differences = logs[:, :2] - logs[:, 2:]
    ends = float(differences.min()), float(differences.max())
    left = _outermost(lambda shift: statistic(scores(logs, shift)) <= 0, ends)
    right = _outermost(lambda shift: statistic(scores(logs, shift)) >= 0, ends[::-1])
    point = (left + right) / 2
    if reachable > level + _ROUNDING:
        highest = 1 - 2 * reachable
        return Interval(
            point=point, low=ends[0], high=ends[1], confidence=highest, reaches_level=False
        )
    return Interval(
        point=point,
        low=_outermost(lambda shift: chance(scores(logs, shift)) > level, (ends[0], point)),
        high=_outermost(lambda shift: chance(-scores(logs, shift)) > level, (ends[1], point)),
        confidence=confidence,
        reaches_level=True,
    )


def scores(logs: Logs, shift: float) -> NDArray[np.int64]:
    """What each run of a round would add to the statistic if it were the candidate.

    Args:
        logs: A row a round: base, copy, candidate.
        shift: How much less log time the candidate is taken to need; it is added to its column.

    Returns:
        Whole numbers like `logs`; the last column is what the candidate does add.
    """
    import numpy as np

    base, copy, candidate = logs[:, 0], logs[:, 1], logs[:, 2] + shift
    differences = np.stack((base - copy, base - candidate, copy - candidate))
    sizes = np.abs(differences)
    # Steps that are made of all sizes, so that they know nothing of who the candidate was.
    at = np.arange(LEVELS) * sizes.size // (2 * LEVELS)
    steps = np.sort(sizes, axis=None)[at] - _ROUNDING
    signs = np.sign(differences) * (sizes > _ROUNDING)
    first, second, third = (signs * np.searchsorted(steps, sizes, side="right")).astype(np.int64)
    return np.stack((-first - second, first - third, second + third), axis=1)


def statistic(found: NDArray[np.int64]) -> int:
    """Sum of the scores of the candidate; above 0 if it took less time than base and copy."""
    return int(found[:, -1].sum())


def chance(found: NDArray[np.int64]) -> float:
    """P(statistic as large as this or larger), each run of each round as likely the candidate."""
    import numpy as np

    reach = 2 * LEVELS
    of_round = np.zeros((len(found), 2 * reach + 1))
    for run in range(ARMS):
        of_round[np.arange(len(found)), found[:, run] + reach] += 1 / ARMS
    sums = list(of_round)
    while len(sums) > 1:
        odd = sums[-1:] if len(sums) % 2 else []
        sums = [*map(np.convolve, sums[::2], sums[1::2]), *odd]
    return float(sums[0][statistic(found) + reach * len(found) :].sum())


def _outermost(holds: Callable[[float], bool], ends: tuple[float, float]) -> float:
    """The first place at which it holds, from the first end to the second; there it does hold.

    A test in ranks is not quite monotone in the shift: a coarse grid finds the outermost cell.
    """
    start, end = ends
    if holds(start):
        return start
    outside = start
    for step in range(1, _GRID + 1):
        inside = start + (end - start) * step / _GRID
        if holds(inside):
            break
        outside = inside
    while abs(inside - outside) > _CLOSE:
        middle = (inside + outside) / 2
        if holds(middle):
            inside = middle
        else:
            outside = middle
    return inside
