"""Whether more pairs are worth measuring; it can only end a comparison, never make a claim.

Covers: a comparison whose interval already excludes every difference that somebody cares about,
    and one of which CPU time knows the answer before wall time does: that the goal is not there,
    or on a noisy machine that nothing is.
Does not cover: words. Ending early can turn `faster` into `inconclusive`, never the reverse, so the
    error rates of the looks stay what they are.
"""

from __future__ import annotations

from math import log, log1p

from speedwright.eval.stats.comparison import Comparison, Control
from speedwright.eval.stats.paired import LEAST_PAIRS

NOISY_GOAL = 0.02
"""What CPU time must exclude before a noisy machine is left alone, unless a goal was named."""


def excludes(comparison: Comparison, goal: float) -> bool:
    """Say whether the interval holds neither a gain nor a loss of the goal or more.

    Args:
        comparison: What the pairs say.
        goal: Least relative difference that matters, e.g. 0.03; symmetric in logs.
    """
    edge = log1p(goal)
    is_inside = -edge < log(comparison.ci_low) and log(comparison.ci_high) < edge
    return is_inside and comparison.pairs >= LEAST_PAIRS


def cpu_excludes(
    wall: Comparison, gate: Control | None, cpu: Comparison | None, goal: float | None
) -> bool:
    """Say whether CPU time excludes every difference that is worth more pairs.

    A program that computes nine tenths of its time can still wait a little more or less, which CPU
    time does not see. So wall time is asked too: its estimate has to be within the same bounds.

    Args:
        wall: What the pairs say by wall time.
        gate: The A/A control; while it is narrow the machine is quiet enough for wall time, and
            without a goal that is waited for.
        cpu: The same pairs by CPU time; None unless both arms compute on one core.
        goal: Least relative difference that matters; 2 % on a noisy machine unless told.
    """
    if gate is None or cpu is None or (goal is None and gate.is_narrow):
        return False
    least = NOISY_GOAL if goal is None else goal
    return abs(log(wall.speedup)) < log1p(least) and excludes(cpu, least)
