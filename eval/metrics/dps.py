"""DPS: the score of the fastest reference that a sample keeps up with (EvalPerf)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dps:
    """Differential performance score of one sample.

    Attributes:
        score: Of the fastest reference at least as costly as the sample, 0 if it is behind all.
        norm: 100 (rank of that reference, slowest is 1) / number of references.
    """

    score: float
    norm: float


def dps(cost: float | None, references: Sequence[float], scores: Sequence[float]) -> Dps:
    """Where a sample stands among references.

    Args:
        cost: Instructions or seconds of the sample; `None` if it timed out.
        references: The same of the references, listed from slow to fast.
        scores: Score of each reference.

    Paper: Liu et al. 2024, "Evaluating Language Models for Efficient Code Generation" (EvalPerf).

    Raises:
        ValueError: There are no references, or the lengths differ.

    >>> dps(5.0, [9.0, 6.0, 2.0], [10.0, 60.0, 100.0]).score
    60.0
    """
    if not references or len(references) != len(scores):
        raise ValueError(f"`{len(references)}` references do not fit `{len(scores)}` scores")
    if cost is not None:
        for rank in range(len(references), 0, -1):
            if references[rank - 1] >= cost:
                return Dps(score=scores[rank - 1], norm=100.0 * rank / len(references))
    return Dps(score=0.0, norm=0.0)
