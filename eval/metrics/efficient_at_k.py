"""efficient@k and speedup as COFFE defines them: total cost against the best known solution."""

from __future__ import annotations

from collections.abc import Sequence

from speedwright.eval.metrics.pass_at_k import pass_at_k


def is_efficient(cost: float | None, best: float) -> bool:
    """Whether a sample costs less in all than the best ground truth; `None`: wrong or missing."""
    return cost is not None and best > cost


def efficient_at_k(costs: Sequence[float | None], best: float, k: int) -> float:
    """Chance that one of k samples is right and beats the best ground truth.

    Args:
        costs: Instructions or seconds of each sample over all tests; `None` if it is not right.
        best: The same of the best ground truth.
        k: Samples drawn.

    Paper: Peng et al. 2025, "COFFE: A Code Efficiency Benchmark for Code Generation".

    Raises:
        ValueError: k is not in 1..number of samples.

    >>> efficient_at_k([1.0, 3.0, None], 2.0, 1)
    0.33333333333333337
    """
    return pass_at_k(len(costs), sum(is_efficient(cost, best) for cost in costs), k)


def coffe_speedup(costs: Sequence[float | None], ground_truth: float) -> float | None:
    """Mean of ground truth over sample, right samples only; `None` if there are none.

    >>> coffe_speedup([1.0, None, 4.0], 2.0)
    1.25
    """
    ratios = [ground_truth / cost for cost in costs if cost is not None and cost > 0]
    return sum(ratios) / len(ratios) if ratios else None
