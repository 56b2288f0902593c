"""Step 8 the other way round: no gain on fresh seeds, but one on the seed in the workload's file.

Seeds of a confirmation are drawn anew, so a patch that holds the answers for `setup(seed=7)` gains
nothing and no claim is made. That alone would read like an honest attempt that did not pay. Three
pairs on the default seed, right after, tell whether it is worth asking; only then it is measured in
full. On recorded runs a gain of 1.2x is looked at 99 times of 100 (92 with a bursty neighbour), no
gain at all 1 time (8): the full measurement decides, the glance only saves it.

Covers: answers and special cases for the default seed, also where the work for them was moved.
Does not cover: workloads whose `setup()` has no default seed; gains there below `SUSPICIOUS`.
"""

from __future__ import annotations

from speedwright.eval.inputs import HoldoutKind
from speedwright.eval.judge.generality import settle
from speedwright.eval.judge.holdout import HoldoutResult
from speedwright.eval.judge.measure import Measurement
from speedwright.eval.verdict import Measured, Rejected, word_of

SUSPICIOUS = 1.1
"""Median speedup of the three pairs from which on the default seed is measured."""


def is_suspicious(found: Measurement) -> bool:
    """Whether a confirmation without a gain is to be repeated on the default seed."""
    return found.default_gain is not None and found.default_gain >= SUSPICIOUS


def refuse_bound_to_default(default: Measurement, fresh: Measurement) -> Rejected | None:
    """A refusal, if there is a gain on the default seed and none on the others.

    Args:
        default: The confirmation on the default seed.
        fresh: The one before it, on seeds that nobody has measured; maybe `unstable`.
    """
    verdict = default.verdict
    if isinstance(verdict, Measured) and word_of(verdict) == "faster":
        other = HoldoutResult(
            kind=HoldoutKind.SEEDS, how="other seeds", verdict=fresh.verdict, rounds=fresh.rounds
        )
        verdict = settle(verdict, [other])
    return verdict if isinstance(verdict, Rejected) else None
