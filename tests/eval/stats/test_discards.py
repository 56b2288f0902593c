"""Rounds are left out by what happened around them, never by their times."""

from __future__ import annotations

import numpy as np
import pytest

from speedwright.eval.stats import Covariates, DiscardRule, Word, compare, discard

CALM = Covariates(wall_s=0.1)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (CALM, None),
        (Covariates(wall_s=0.1, steal_s=0.002), "steal"),
        (Covariates(wall_s=0.1, steal_s=0.0009), None),
        (Covariates(wall_s=0.1, throttled_s=0.01), "throttled"),
        (Covariates(wall_s=0.1, involuntary_switches=11), "involuntary_switches"),
        (Covariates(wall_s=0.1, involuntary_switches=10), None),
        (Covariates(wall_s=0.001, involuntary_switches=3), None),
    ],
)
def test_limits(seen: Covariates, reason: str | None) -> None:
    assert DiscardRule().broken_by(seen) == reason


def test_one_bad_sample_takes_its_whole_round() -> None:
    stolen = Covariates(wall_s=0.1, steal_s=0.05)
    rounds = [[CALM, CALM, CALM], [CALM, stolen, CALM], [CALM, CALM, CALM], [stolen, CALM, CALM]]
    found = discard(rounds, DiscardRule())
    assert found.kept == (0, 2)
    assert found.reasons == {1: "steal", 3: "steal"}
    assert found.share == 0.5
    assert found.keep([1.0, 2.0, 3.0, 4.0]) == [1.0, 3.0]
    with pytest.raises(ValueError, match="`3` times for `4` rounds"):
        found.keep([1.0, 2.0, 3.0])


def test_threads_that_push_themselves_can_be_excused() -> None:
    busy = Covariates(wall_s=0.1, involuntary_switches=500)
    assert discard([[busy]], DiscardRule(max_involuntary_switches=None)).kept == (0,)
    assert discard([], DiscardRule()).share == 0.0


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_impossible_covariates_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="covariates"):
        Covariates(wall_s=0.1, steal_s=bad)


def test_discarding_leaves_the_error_rates_as_they_are() -> None:
    """Steal that slows what it hits: the noisy rounds go, the level stays, power grows."""
    rng = np.random.default_rng(4)
    rule = DiscardRule()
    fooled, kept_share = 0, 0.0
    found = {"all": 0, "kept": 0}
    runs = 2000
    for _ in range(runs):
        stolen = np.where(rng.random((20, 2)) < 0.15, rng.exponential(0.3, (20, 2)), 0.0)
        times = rng.lognormal(0, 0.015, (20, 2)) + stolen
        rounds = [
            [Covariates(wall_s=wall, steal_s=steal) for wall, steal in zip(*row, strict=True)]
            for row in zip(times, stolen, strict=True)
        ]
        chosen = discard(rounds, rule)
        base, same = chosen.keep(times[:, 0].tolist()), chosen.keep(times[:, 1].tolist())
        fooled += compare(base, same, margin=0.0).word is Word.FASTER
        kept_share += len(chosen.kept) / 20 / runs
        gain = (0.97 * times[:, 1]).tolist()
        found["all"] += compare(times[:, 0].tolist(), gain).word is Word.FASTER
        found["kept"] += compare(base, chosen.keep(gain)).word is Word.FASTER
    assert 100 * fooled / runs <= 3.5
    assert 0.6 < kept_share < 0.85
    assert found["kept"] > found["all"]
