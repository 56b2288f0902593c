"""How time grows with size: the exponent of a power law, with an interval.

Covers: times at two sizes or more, several at each; runs of one version, or of two versions in
    pairs, of which the difference of the exponents is then known better than either of them.
Does not cover: sums of powers (a constant part flattens the curve at small sizes): what does not
    lie on one line widens the interval, and `worst_misfit` says how far off the worst size is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, exp, isfinite, lgamma, log, pi, sqrt, tan
from statistics import fmean, median, variance

LEAST_SIZES = 2
_MEDIAN_VARIANCE = pi / 2
"""Variance of a median over that of a mean, for normal errors: cautious for heavier tails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """`time ~ size ** exponent`.

    Attributes:
        exponent: Slope of ln(time) over ln(size).
        low: Lower end of its interval.
        high: Upper end.
        confidence: Two-sided level of the interval.
        sizes: Number of sizes.
        worst_misfit: Largest distance of a size's centre from the line, relative (0.1: 10 %).
    """

    exponent: float
    low: float
    high: float
    confidence: float
    sizes: int
    worst_misfit: float


def growth(times_s: Mapping[int, Sequence[float]], *, confidence: float = 0.95) -> Growth:
    """Fit `time ~ size ** exponent` to times at several sizes.

    A line through the medians of ln(time), by least squares over sizes that count alike. Its
    interval adds two variances: of the medians, by the spread of the times at each size, and of
    the sizes around the line, and takes Student's t with the degrees of freedom that belong to
    the sum.

    Paper: An approximate distribution of estimates of variance components, F. E. Satterthwaite,
        Biometrics Bulletin 2 (1946), for the degrees of freedom.
    Differs: medians in place of means, since times have outliers upwards; only misfit beyond what
        the medians' own spread explains counts.

    Args:
        times_s: Times in seconds by size, at least 2 sizes and 2 times at each.
        confidence: Two-sided level of the interval.

    Raises:
        ValueError: Too few sizes or times, or one that is not finite and above 0.

    >>> round(growth({10: [1.0, 1.0], 100: [100.0, 100.0]}).exponent, 6)
    2.0
    """
    return _fit({size: _logs(times) for size, times in times_s.items()}, confidence)


def growth_saved(
    base_s: Mapping[int, Sequence[float]],
    candidate_s: Mapping[int, Sequence[float]],
    *,
    confidence: float = 0.95,
) -> Growth:
    """Exponent of base / candidate: above 0, the gain grows with the size.

    Args:
        base_s: Times of the base by size; the i-th is the partner of the candidate's i-th.
        candidate_s: Times of the candidate, as many.
        confidence: Two-sided level of the interval.

    Raises:
        ValueError: As `growth`, or the arms do not match.
    """
    if {s: len(t) for s, t in base_s.items()} != {s: len(t) for s, t in candidate_s.items()}:
        raise ValueError("both arms need the same sizes and as many times at each")
    ratios = {
        size: [
            before - after
            for before, after in zip(_logs(times), _logs(candidate_s[size]), strict=True)
        ]
        for size, times in base_s.items()
    }
    return _fit(ratios, confidence)


def _logs(times_s: Sequence[float]) -> list[float]:
    bad = [t for t in times_s if not (isfinite(t) and t > 0)]
    if bad:
        raise ValueError(f"a time must be finite and above 0, not `{bad[0]}`")
    return [log(t) for t in times_s]


def _fit(values: Mapping[int, Sequence[float]], confidence: float) -> Growth:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not `{confidence}`")
    if len(values) < LEAST_SIZES or min(map(len, values.values()), default=0) < 2:
        raise ValueError("an exponent needs two sizes or more, and two times or more at each")
    if min(values) < 1:
        raise ValueError(f"a size must be 1 or more, not `{min(values)}`")
    sizes = sorted(values)
    xs = [log(size) for size in sizes]
    ys = [median(values[size]) for size in sizes]
    middle = fmean(xs)
    spread = sum((x - middle) ** 2 for x in xs)
    weights = [(x - middle) / spread for x in xs]
    slope = sum(w * y for w, y in zip(weights, ys, strict=True))
    start = fmean(ys) - slope * middle
    misfits = [y - start - slope * x for x, y in zip(xs, ys, strict=True)]
    noise = [_variance_of_median(values[size]) for size in sizes]
    parts = [
        ((w * w) * v, len(values[s]) - 1) for w, v, s in zip(weights, noise, sizes, strict=True)
    ]
    free = len(sizes) - 2
    if free:
        beyond = max(0.0, sum(m * m for m in misfits) / free - fmean(noise))
        parts.append((beyond / spread, free))
    half = _half_width(parts, confidence)
    return Growth(
        exponent=slope,
        low=slope - half,
        high=slope + half,
        confidence=confidence,
        sizes=len(sizes),
        worst_misfit=exp(max(abs(m) for m in misfits)) - 1,
    )


def _variance_of_median(values: Sequence[float]) -> float:
    return _MEDIAN_VARIANCE * variance(values) / len(values)


def _half_width(parts: Sequence[tuple[float, int]], confidence: float) -> float:
    """Half the interval for a sum of variances with their degrees of freedom."""
    total = sum(v for v, _ in parts)
    if total <= 0:
        return 0.0
    free = total**2 / sum(v * v / df for v, df in parts if v > 0)
    return student(confidence, free) * sqrt(total)


def student(confidence: float, free: float) -> float:
    """The t with `confidence` of Student's distribution between -t and t.

    Args:
        confidence: Between 0 and 1.
        free: Degrees of freedom, 1 or more; not necessarily whole.

    >>> [round(student(0.95, free), 3) for free in (1, 2, 10)]
    [12.706, 4.303, 2.228]
    """
    low, high = 0.0, pi / 2 - 1e-9
    for _ in range(60):
        angle = (low + high) / 2
        if _inside(angle, free) < confidence:
            low = angle
        else:
            high = angle
    return sqrt(free) * tan(low)


def _inside(angle: float, free: float, steps: int = 200) -> float:
    """P(|T| <= sqrt(free) * tan(angle)): with that substitution the density is a power of cos."""
    scale = exp(lgamma((free + 1) / 2) - lgamma(free / 2)) * 2 / sqrt(pi)
    width = angle / steps
    total = 0.0
    for step in range(steps + 1):
        weight = 1 if step in (0, steps) else 4 if step % 2 else 2
        total += weight * cos(step * width) ** (free - 1)
    return scale * total * width / 3
