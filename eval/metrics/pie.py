"""PIE: accuracy by lines, best@k over the first k, speedup, %Opt and Correct.

Paper: Shypula, Madaan et al., Learning Performance-Improving Code Edits, 2024,
    arXiv 2302.07867; the formulas are those of the evaluation code (`gem5/benchmarking.py` and
    `gem5/gem5_eval.py` of LearningOpt/pie), in which they are fixed more exactly.
Differs: a test whose expected output is empty divides by zero there; here it is right if the
    output is empty too.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TypeVar

LINE_TOLERANCE = 1e-3
ACCURACY_GATE = 0.95
THRESHOLD_ACCURACY = 1.0
OPT_THRESHOLD = 1.10
SPEEDUP_THRESHOLDS = (1.10, 1.25, 1.50, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 10.0)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One generated program.

    Attributes:
        accuracy: Mean over its tests, 0 to 1; 0 if it does not compile.
        agg_runtime: Sum over the row's tests, in the unit of the row's; `inf` if any test failed
            or it was not timed.
    """

    accuracy: float = 0.0
    agg_runtime: float = inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One row of the test set with what was generated for it, in the order of generation.

    Attributes:
        src_agg_runtime: Of the slow program.
        generations: May be fewer than k, or none (a missing row).
    """

    src_agg_runtime: float
    generations: tuple[Generation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PieReport:
    """Aggregates over all rows.

    Attributes:
        rows: How many.
        percent_opt: Share with speedup >= 1.10.
        speedup: Arithmetic mean of max(1, src / best).
        correct: Share whose best accuracy equals the threshold.
        mean_accuracy: Mean of the best accuracy.
        shares: Share of rows by speedup threshold.
    """

    rows: int
    percent_opt: float
    speedup: float
    correct: float
    mean_accuracy: float
    shares: dict[float, float]


def line_accuracy(output: str, expected: str) -> float:
    r"""Right lines over expected lines; lines beyond the expected ones cost nothing.

    Both are stripped as a whole and cut into lines, which are then compared as they are: equal,
    or both numbers less than 1e-3 apart.

    >>> line_accuracy("1\n2\nmore", "1\n3")
    0.5
    >>> line_accuracy("0.5004", "0.5")
    1.0
    """
    wanted = expected.strip().splitlines()
    found = output.strip().splitlines()
    if not wanted:
        return 0.0 if found else 1.0
    return sum(map(_is_right, found, wanted)) / len(wanted)


def _is_right(found: str, wanted: str) -> bool:
    if found == wanted:
        return True
    try:
        return abs(float(found) - float(wanted)) < LINE_TOLERANCE
    except ValueError:
        return False


def program_accuracy(per_test: Sequence[float]) -> float:
    """Mean over the tests; 0 without any.

    >>> program_accuracy([1.0, 0.5])
    0.75
    """
    return sum(per_test) / len(per_test) if per_test else 0.0


def best_at_k(row: Scored, k: int, *, threshold: float = THRESHOLD_ACCURACY) -> float:
    """Least run time among the **first** k generations that are right; `inf` if none is.

    This is no unbiased estimate over all generations: the order counts.

    Raises:
        ValueError: k is below 1.
    """
    if k < 1:
        raise ValueError(f"k must be 1 or more, not `{k}`")
    right = [g.agg_runtime for g in row.generations[:k] if g.accuracy >= threshold]
    return min(right, default=inf)


def speedup_at_k(row: Scored, k: int, *, threshold: float = THRESHOLD_ACCURACY) -> float:
    """max(1, src / best); what is wrong or slower than its source counts as the source.

    >>> right = Generation(accuracy=1.0, agg_runtime=2.0)
    >>> wrong = Generation(accuracy=0.9, agg_runtime=0.1)
    >>> speedup_at_k(Scored(src_agg_runtime=3.0, generations=(wrong, right)), 2)
    1.5
    """
    best = best_at_k(row, k, threshold=threshold)
    if not (isfinite(row.src_agg_runtime) and row.src_agg_runtime > 0 and best > 0):
        return 1.0
    return max(1.0, row.src_agg_runtime / best)


def accuracy_at_k(row: Scored, k: int) -> float:
    """Best accuracy among the first k generations; 0 without any."""
    return max((g.accuracy for g in row.generations[:k]), default=0.0)


def is_correct_at_k(row: Scored, k: int, *, threshold: float = THRESHOLD_ACCURACY) -> bool:
    """Whether the best accuracy equals the threshold (equals, as upstream: not `at least`)."""
    return accuracy_at_k(row, k) == threshold


def distinct(rows: Sequence[tuple[Key, Scored]]) -> dict[Key, Scored]:
    """The first row of each key; upstream's key is the source code with the target code."""
    found: dict[Key, Scored] = {}
    for key, row in rows:
        found.setdefault(key, row)
    return found


def filled(found: dict[Key, Scored], reference: Sequence[tuple[Key, float]]) -> list[Scored]:
    """One row for every distinct key of the reference; a missing one is a failure.

    Args:
        found: Rows that there are, by key.
        reference: Key and source run time of every row of the test set.
    """
    sources = dict(reversed(list(reference)))
    return [found.get(key, Scored(src_agg_runtime=sources[key])) for key in dict(reference)]


def report(
    rows: Sequence[Scored], k: int, *, threshold: float = THRESHOLD_ACCURACY
) -> PieReport | None:
    """All aggregates at one k; `None` without rows."""
    if not rows:
        return None
    speedups = [speedup_at_k(row, k, threshold=threshold) for row in rows]
    shares = {
        least: sum(speedup >= least for speedup in speedups) / len(rows)
        for least in SPEEDUP_THRESHOLDS
    }
    return PieReport(
        rows=len(rows),
        percent_opt=shares[OPT_THRESHOLD],
        speedup=sum(speedups) / len(rows),
        correct=sum(is_correct_at_k(row, k, threshold=threshold) for row in rows) / len(rows),
        mean_accuracy=sum(accuracy_at_k(row, k) for row in rows) / len(rows),
        shares=shares,
    )


def is_exact(output: str, expected: str) -> bool:
    r"""The same lines with the same words; only white space within and after lines may differ.

    No part of the published metric: it stands beside it. Extra lines, missing lines and numbers
    that are merely close all fail.

    >>> is_exact("1  2\n3 \n\n", "1 2\n3")
    True
    >>> is_exact("1 2\n3\n4", "1 2\n3")
    False
    """
    found = output.rstrip().split("\n")
    wanted = expected.rstrip().split("\n")
    return len(found) == len(wanted) and all(
        one.split() == other.split() for one, other in zip(found, wanted, strict=True)
    )
