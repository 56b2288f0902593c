"""A shift in seconds, and looks at pairs of which a part is known within bounds only."""

from __future__ import annotations

import random

import pytest

from speedwright.eval.stats import Look, SequentialDesign, Stop, Word, longer

RUNS = 400
PAIRS = 14
CONFIDENCE = 0.989


def part(draw: random.Random, more_s: float = 0.0) -> list[float]:
    """Seconds of a start that varies by more than what is asked for."""
    return [0.03 + more_s + draw.expovariate(1 / 0.004) for _ in range(PAIRS)]


@pytest.mark.parametrize("arms", [2, 3])
def test_the_interval_holds_the_shift(arms: int) -> None:
    held = sure = 0
    for seed in range(RUNS):
        draw = random.Random(seed)
        times = [*(part(draw) for _ in range(arms - 1)), part(draw, 0.01)]
        found = longer(*times, confidence=CONFIDENCE)
        held += found.at_least_s <= 0.01 <= found.at_most_s
        sure += found.is_sure
        assert found.at_least_s <= found.more_s <= found.at_most_s
    assert held >= 0.97 * RUNS
    assert sure >= 0.97 * RUNS


@pytest.mark.parametrize("arms", [2, 3])
def test_equal_parts_are_hardly_ever_called_longer(arms: int) -> None:
    draw = random.Random(7)
    sure = [
        longer(*(part(draw) for _ in range(arms)), confidence=CONFIDENCE).is_sure
        for _ in range(RUNS)
    ]
    assert sum(sure) <= 0.0125 * RUNS  # half of 1 - confidence, and what 400 draws leave open


def test_a_small_part_of_a_long_one_is_seen_and_units_do_not_matter() -> None:
    base = [5.0 + 0.001 * (i % 3) for i in range(PAIRS)]
    found = longer(base, [s + 0.05 for s in base], confidence=CONFIDENCE)
    assert found.is_sure and found.more_s == pytest.approx(0.05)
    in_us = longer(base, [s + 0.05e-6 for s in base], confidence=CONFIDENCE)
    assert in_us.more_s == pytest.approx(0.05e-6, rel=1e-3)


def test_few_rounds_are_never_sure_and_bad_ones_are_refused() -> None:
    assert not longer([1.0] * 5, [2.0] * 5, confidence=0.9).is_sure
    for arms in ([[1.0]], [[1.0], [1.0, 2.0]], [[], []], [[1.0]] * 4):
        with pytest.raises(ValueError, match="every arm"):
            longer(*arms, confidence=0.95)


def looks(*slower: float) -> list[Look]:
    design = SequentialDesign()
    base = [1.0 + 0.001 * (i % 4) for i in range(8)]
    return [design.conclude(base, [s * factor for s in base]) for factor in slower]


def test_a_word_stands_if_both_bounds_say_it() -> None:
    low, centre, high = looks(0.8, 0.7, 0.5)
    found = SequentialDesign().within(low, centre, high)
    assert (found.comparison.word, found.is_final) == (Word.FASTER, True)
    assert found.comparison.speedup == centre.comparison.speedup
    assert found.comparison.ci_low == low.comparison.ci_low
    assert found.comparison.ci_high == high.comparison.ci_high


def test_where_they_differ_more_pairs_are_needed_until_none_are_left() -> None:
    slow, centre, fast = looks(1.2, 0.9, 0.5)
    assert slow.is_final and fast.is_final
    going = SequentialDesign().within(slow, centre, fast)
    assert (going.comparison.word, going.next_look) == (Word.INCONCLUSIVE, 10)
    ended = SequentialDesign().within(slow, centre, fast, is_last=True)
    assert (ended.stop, ended.next_look) == (Stop.BUDGET_USED_UP, None)
    short = SequentialDesign(looks=(8,)).within(slow, centre, fast)
    assert short.stop is Stop.PAIRS_USED_UP
