"""eff@k: the expected best efficiency among k samples drawn without replacement."""

from __future__ import annotations

from collections.abc import Sequence


def level_efficiency(slowest_s: float, reference_s: float, limit_s: float) -> float:
    """Share of the room between reference and limit that a level's slowest case leaves.

    max(0, limit - t) / (limit - t*): 1 is as fast as the reference, above 1 faster; not clipped.

    Args:
        slowest_s: Largest time over the cases of the level, seconds.
        reference_s: Largest time of the reference over the same cases, taken separately.
        limit_s: Time limit of the problem, above `reference_s`.

    Paper: Qiu et al. 2024, "How efficient is LLM-generated code?" (ENAMEL).

    Raises:
        ValueError: The limit is not above the reference.

    >>> level_efficiency(1.5, 1.0, 2.0)
    0.5
    """
    if not limit_s > reference_s:
        raise ValueError(f"the limit `{limit_s}` is not above the reference's `{reference_s}`")
    return max(0.0, limit_s - slowest_s) / (limit_s - reference_s)


def weighted_efficiency(levels: Sequence[float], weights: Sequence[float]) -> float:
    """Mean of the levels' efficiencies, weighted by hardness.

    Raises:
        ValueError: The lengths differ, or no weight is above 0.

    >>> weighted_efficiency([0.0, 1.0, 1.0, 0.25], [0, 3, 3, 4])
    0.7
    """
    if len(levels) != len(weights) or not sum(weights) > 0:
        raise ValueError(f"`{len(levels)}` levels do not fit the weights `{list(weights)}`")
    total = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    return total / sum(weights)


def eff_at_k(efficiencies: Sequence[float], k: int) -> float:
    """Unbiased estimator of the expected maximum over k of the n samples.

    Sum over r = k..n of C(r - 1, k - 1) / C(n, k) times the r-th smallest; the weights are made
    from the largest downwards, so that no binomial is ever formed.

    Paper: Qiu et al. 2024, "How efficient is LLM-generated code?" (ENAMEL), Rao-Blackwellised.

    Raises:
        ValueError: k is not in 1..n.

    >>> eff_at_k([0.0, 0.5, 1.0], 2)
    0.8333333333333334
    """
    n = len(efficiencies)
    if not 1 <= k <= n:
        raise ValueError(f"k must be in 1..{n}, not `{k}`")
    ascending = sorted(efficiencies)
    weight, total = k / n, 0.0
    for r in range(n, k - 1, -1):
        total += weight * ascending[r - 1]
        if r > 1:
            weight *= 1.0 - (k - 1) / (r - 1)
    return total
