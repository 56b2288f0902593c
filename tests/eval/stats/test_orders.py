"""The coin that orders the arms."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from speedwright.eval.stats import order

ARMS = ("base", "copy", "candidate")


def test_every_round_runs_every_arm_once() -> None:
    assert all(sorted(found) == sorted(ARMS) for found in order(7, ARMS, 50))


def test_the_seed_names_the_order() -> None:
    assert order(7, ARMS, 50) == order(7, ARMS, 50)
    assert order(7, ARMS, 50) != order(8, ARMS, 50)
    assert order(7, ARMS, 50)[:10] == order(7, ARMS, 10)


def test_all_orders_are_equally_likely_and_rounds_independent() -> None:
    drawn = order(3, ARMS, 24_000)
    counts = Counter(drawn)
    assert len(counts) == 6
    # Ten standard deviations of a share of 1/6; a follower of the last order shares 1/36.
    assert all(abs(n - 4_000) < 580 for n in counts.values())
    following = Counter(pairwise(drawn))
    assert len(following) == 36
    assert all(abs(n - 24_000 / 36) < 255 for n in following.values())


def test_bad_numbers_of_rounds() -> None:
    assert order(1, ARMS, 0) == ()
    with pytest.raises(ValueError, match="rounds"):
        order(1, ARMS, -1)
