"""Intervals over tasks: what a suite's figure would be with other tasks of the same kind.

Paper: B. Efron, "Better bootstrap confidence intervals", JASA 82 (1987), 171-185, section 2 (BCa).
Differs: none; where all resamples agree, or the correction is not finite, the plain percentiles.

This is the spread between tasks. It says nothing of the noise of each measurement.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

RESAMPLES = 2000
CONFIDENCE = 0.95
_LEAST_TASKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapInterval:
    """A figure with its interval.

    Attributes:
        value: Of the tasks there are.
        low: Lower end; equal to `value` where fewer than two tasks leave nothing to resample.
        high: Upper end.
        confidence: Of the interval.
        n: Tasks.
    """

    value: float
    low: float
    high: float
    confidence: float
    n: int

    def to_json(self) -> dict[str, Any]:
        """Its fields, the ends named as everywhere."""
        return {
            "value": self.value,
            "ci_low": self.low,
            "ci_high": self.high,
            "confidence": self.confidence,
            "n": self.n,
        }


def bootstrap(
    values: Sequence[float],
    *,
    statistic: Callable[[Any], Any] | None = None,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> BootstrapInterval | None:
    """BCa interval of a statistic of the tasks' values; `None` without any value.

    Args:
        values: One finite number a task.
        statistic: Takes an array whose last axis are the tasks, and does away with that axis; the
            mean by default.
        confidence: Two-sided.
        resamples: How many.
        seed: Equal seeds give equal intervals.

    Raises:
        ValueError: A value or a figure is not finite.

    >>> bootstrap([1.0, 1.0, 1.0]).low
    1.0
    """
    import numpy as np

    data = np.asarray(values, dtype=float)
    if data.size == 0:
        return None
    if not np.isfinite(data).all():
        raise ValueError("a task's value is not finite")
    figure = statistic if statistic is not None else _mean
    value = float(figure(data))
    low = high = value
    if data.size >= _LEAST_TASKS:
        picks = np.random.default_rng(seed).integers(data.size, size=(resamples, data.size))
        found = np.sort(np.asarray(figure(data[picks]), dtype=float))
        left_out = np.asarray(figure(_without_each(data)), dtype=float)
        tail = (1 - confidence) / 2
        ends = _bca_levels(found, left_out, value, (tail, 1 - tail))
        low, high = (float(end) for end in np.quantile(found, ends))
    if not all(map(math.isfinite, (value, low, high))):
        raise ValueError("the figure of a resample is not finite")
    return BootstrapInterval(
        value=value, low=min(low, value), high=max(high, value), confidence=confidence, n=data.size
    )


def geometric_mean(values: Any) -> Any:
    """Geometric mean along the last axis; a statistic for `bootstrap`.

    >>> round(float(geometric_mean([1.0, 4.0])), 6)
    2.0
    """
    import numpy as np

    return np.exp(np.mean(np.log(np.asarray(values, dtype=float)), axis=-1))


def _mean(values: Any) -> Any:
    return values.mean(axis=-1)


def _without_each(data: Any) -> Any:
    """Row i holds all values but the i-th."""
    import numpy as np

    rows = np.broadcast_to(data, (data.size, data.size))
    return rows[~np.eye(data.size, dtype=bool)].reshape(data.size, data.size - 1)


def _bca_levels(
    found: Any, left_out: Any, value: float, levels: tuple[float, float]
) -> tuple[float, float]:
    """Efron's corrected quantile levels (equation 2.3 with the jackknife acceleration, 6.6)."""
    import numpy as np

    below = float((found < value).mean() + (found == value).mean() / 2)
    spread = left_out.mean() - left_out
    scale = float((spread**2).sum()) ** 1.5
    if not 0 < below < 1 or not scale > np.finfo(float).tiny:
        return levels
    normal = NormalDist()
    bias = normal.inv_cdf(below)
    acceleration = float((spread**3).sum()) / (6 * scale)

    def corrected(level: float) -> float:
        shifted = bias + normal.inv_cdf(level)
        scaled = 1 - acceleration * shifted
        return normal.cdf(bias + shifted / scaled) if scaled > 0 else level

    low, high = corrected(levels[0]), corrected(levels[1])
    return (low, high) if low < high else levels
