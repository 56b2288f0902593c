"""In which order the arms of each round run."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Arm = TypeVar("Arm")


def order(seed: int, arms: Sequence[Arm], rounds: int) -> tuple[tuple[Arm, ...], ...]:
    """Shuffle the arms anew for every round.

    Each order is equally likely in each round, whatever came before: that independence is what
    makes the signed-rank test valid under any drift, so orders are not balanced.
    A longer run with the same seed starts with the shorter one.

    Args:
        seed: Names the order; stored with the run.
        arms: What runs once in each round.
        rounds: How many rounds.

    Raises:
        ValueError: `rounds` is negative.

    >>> order(1, ("base", "candidate"), 3)
    (('base', 'candidate'), ('candidate', 'base'), ('candidate', 'base'))
    """
    if rounds < 0:
        raise ValueError(f"rounds must be 0 or more, not `{rounds}`")
    coin = Random(seed)
    return tuple(tuple(coin.sample(list(arms), len(arms))) for _ in range(rounds))
