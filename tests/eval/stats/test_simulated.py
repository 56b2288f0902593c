"""Seeded simulations of what a machine does to times; the truth is known, so errors are counted.

Pairs lie next to each other in time and a coin orders each pair, as the protocol does.
"""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from speedwright.eval.stats import SequentialDesign, Word, compare
from tests.eval.stats.noises import NOISES, Noise, lognormal_tail, percent

RUNS = 2000
Arms = tuple[list[float], list[float]]


def pairs(noise: Noise, *, k: int, gain: float = 1.0, runs: int = RUNS) -> list[Arms]:
    """Runs of k pairs; the candidate is `gain` times faster, whatever the noise."""
    rng = np.random.default_rng([k, runs, NOISES.index(noise)])
    drawn = []
    for _ in range(runs):
        rows = noise(rng, 2 * k).reshape(k, 2)
        first_is_base = rng.random(k) < 0.5
        base = np.where(first_is_base, rows[:, 0], rows[:, 1])
        candidate = np.where(first_is_base, rows[:, 1], rows[:, 0])
        drawn.append((base.tolist(), (candidate / gain).tolist()))
    return drawn


@pytest.mark.parametrize("k", [10, 20, 40])
@pytest.mark.parametrize("noise", NOISES)
def test_equal_programs(noise: Noise, k: int) -> None:
    found = [compare(base, candidate) for base, candidate in pairs(noise, k=k)]
    assert 93 <= percent([f.ci_low <= 1 <= f.ci_high for f in found]) <= 97.5
    # Equal noise left and right of the margin: never more than the level itself.
    assert percent([f.word is Word.FASTER for f in found]) <= 3.0
    assert percent([f.word is Word.SLOWER for f in found]) <= 3.0


@pytest.mark.parametrize("k", [10, 20, 40])
@pytest.mark.parametrize("noise", NOISES)
def test_against_zero_the_test_keeps_its_level(noise: Noise, k: int) -> None:
    said = [compare(base, candidate, margin=0.0).word for base, candidate in pairs(noise, k=k)]
    assert percent([word is Word.FASTER for word in said]) <= 3.5
    assert percent([word is Word.SLOWER for word in said]) <= 3.5


@pytest.mark.parametrize("gain", [1.05, 0.8])
@pytest.mark.parametrize("noise", NOISES)
def test_the_interval_contains_a_true_gain(noise: Noise, gain: float) -> None:
    found = [compare(base, candidate) for base, candidate in pairs(noise, k=20, gain=gain)]
    assert 93 <= percent([f.ci_low <= gain <= f.ci_high for f in found]) <= 97.5


@pytest.mark.parametrize("noise", NOISES)
def test_four_looks(noise: Noise) -> None:
    design = SequentialDesign(margin=0.0)
    words = []
    for base, candidate in pairs(noise, k=design.looks[-1], runs=2000):
        for done in design.looks:
            look = design.conclude(base[:done], candidate[:done])
            if look.is_final:
                break
        words.append(look.comparison.word)
    assert percent([word is Word.FASTER for word in words]) <= 3.5
    assert percent([word is Word.SLOWER for word in words]) <= 3.5


def test_a_gain_of_exactly_the_margin_is_claimed_no_more_than_the_level_allows() -> None:
    drawn = pairs(lognormal_tail, k=20, gain=1.01)
    said = [compare(base, candidate).word is Word.FASTER for base, candidate in drawn]
    assert 1.5 <= percent(said) <= 3.5


def test_start_up_noise_shrinks_a_gain_and_never_invents_one() -> None:
    """What both arms add (start-up) dilutes the ratio towards 1; the estimate must follow."""
    rng = np.random.default_rng(8)
    added = 1 + 0.05 * rng.standard_exponential((2, 2000, 20))
    base, candidate = 1.0 + added[0], 0.8 + added[1]
    found = [compare(b.tolist(), c.tolist()) for b, c in zip(base, candidate, strict=True)]
    diluted = log(2.05 / 1.85)
    assert np.median([log(f.speedup) for f in found]) == pytest.approx(diluted, rel=0.02)
    assert all(f.speedup < 1 / 0.8 for f in found)


def test_a_fixed_order_would_be_fooled() -> None:
    """The control of these simulations: without the coin a period of two samples is a verdict."""
    rng = np.random.default_rng(9)
    wave = 1 + 0.05 * np.cos(np.pi * np.arange(40))
    times = (wave * rng.lognormal(0, 0.01, (200, 40))).reshape(200, 20, 2)
    said = [compare(run[:, 0].tolist(), run[:, 1].tolist()).word for run in times]
    assert percent([word is Word.FASTER for word in said]) == 100
