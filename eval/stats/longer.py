"""How many seconds more a part of the candidate takes: a shift in seconds, not a factor.

Work that is moved into a start of 30 ms adds to it, whatever else that start takes, so the shift
has a far narrower interval than the factor where the part itself varies a lot.

Covers: rounds in random order, as `paired`; with a copy of the base in them, rounds of three.
Does not cover: a margin. One of 1 % would hide a call of 50 ms in a set-up of five seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speedwright.eval.stats.paired import LEAST_PAIRS
from speedwright.eval.stats.signed_rank import interval
from speedwright.eval.stats.threes import interval_of_threes


@dataclass(frozen=True, slots=True, kw_only=True)
class Longer:
    """Seconds by which the candidate takes longer; below 0 where it takes less.

    Attributes:
        more_s: Centre of the differences.
        at_least_s: Lower end of the interval.
        at_most_s: Upper end.
        is_sure: The interval lies above 0, and there were enough rounds to say so.
    """

    more_s: float
    at_least_s: float
    at_most_s: float
    is_sure: bool


def longer(*arms: Sequence[float], confidence: float) -> Longer:
    """Compare seconds of the same rounds.

    Args:
        arms: Base and candidate, or base, its copy and candidate; as many seconds of each.
        confidence: Two-sided level of the interval.

    Raises:
        ValueError: Not two or three arms, none or unequal numbers of rounds, or a confidence that
            makes no sense.
    """
    if len(arms) not in (2, 3) or len({len(arm) for arm in arms}) != 1 or not arms[0]:
        raise ValueError(f"rounds need every arm, not `{[len(arm) for arm in arms]}` times")
    import numpy as np

    seconds = np.asarray(arms, dtype=np.float64).T
    # The search for the ends of an interval of threes is as fine for seconds as for logs.
    unit = float(np.abs(seconds).max()) or 1.0
    if len(arms) == 3:
        less = interval_of_threes(seconds / unit, confidence=confidence)
    else:
        less = interval((seconds[:, 0] - seconds[:, 1]) / unit, confidence=confidence)
    is_sure = len(arms[0]) >= LEAST_PAIRS and less.reaches_level and less.high < 0
    return Longer(
        more_s=-less.point * unit,
        at_least_s=-less.high * unit,
        at_most_s=-less.low * unit,
        is_sure=is_sure,
    )
