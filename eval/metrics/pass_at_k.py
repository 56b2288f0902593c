"""pass@k: the chance that at least one of k samples drawn without replacement is right."""

from __future__ import annotations


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """Unbiased estimator 1 - C(n - c, k) / C(n, k), as a product that neither over- nor underflows.

    Paper: Chen et al. 2021, "Evaluating Large Language Models Trained on Code".

    Raises:
        ValueError: k is not in 1..samples, or correct is not in 0..samples.

    >>> pass_at_k(2, 1, 1)
    0.5
    """
    if not 1 <= k <= samples:
        raise ValueError(f"k must be in 1..{samples}, not `{k}`")
    if not 0 <= correct <= samples:
        raise ValueError(f"correct must be in 0..{samples}, not `{correct}`")
    if samples - correct < k:
        return 1.0
    none = 1.0
    for drawn in range(samples - correct + 1, samples + 1):
        none *= 1.0 - k / drawn
    return 1.0 - none
