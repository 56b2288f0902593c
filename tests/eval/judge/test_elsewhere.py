"""Losses outside of the timed call, in simulated rounds, so that rates can be counted."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from speedwright.eval.judge.elsewhere import END, SET_UP, Loss, charged, losses, outside
from speedwright.eval.judge.look import look_of_confirmation
from speedwright.eval.judge.rounds import Round, Timings
from speedwright.eval.stats import LOOKS, SequentialDesign, Word
from speedwright.eval.verdict import Measured, Rejected, Verdict
from speedwright.profiler import Sample
from speedwright.sandbox import Outcome, ProcessResult

CALL_S, QUICK_S = 0.008, 0.002
GAIN_S = CALL_S - QUICK_S
RUNS = 30
CONFIDENCE = 0.989  # of a look


def sample(
    draw: random.Random, call_s: float, *, moved_s: float = 0, put_off_s: float = 0
) -> Sample:
    """A start of 25 ms, stretched by neighbours two times in five, a call, and an end of 4 ms."""

    def stretched(least_s: float) -> float:
        busy_s = draw.expovariate(1 / 0.02) if draw.random() < 0.4 else 0.0
        return least_s + abs(draw.gauss(0, 0.002)) + busy_s

    wall_s = call_s * draw.uniform(0.97, 1.03)
    setup_cpu_s = 0.018 + moved_s + abs(draw.gauss(0, 0.0006))
    teardown_cpu_s = 0.003 + put_off_s + abs(draw.gauss(0, 0.0006))
    return Sample(
        wall_s=wall_s,
        cpu_s=wall_s + setup_cpu_s + teardown_cpu_s,
        peak_rss_bytes=1,
        setup_s=stretched(0.025 + moved_s),
        output_sha256="",
        seed=1,
        result=ProcessResult(
            outcome=Outcome.EXITED,
            setup_cpu_s=setup_cpu_s,
            teardown_s=stretched(0.004 + put_off_s),
            teardown_cpu_s=teardown_cpu_s,
        ),
    )


def rounds(seed: int, pairs: int, quick_s: float = QUICK_S, **how: float) -> Timings:
    draw = random.Random(seed)
    return Timings(
        [
            Round(
                seed=1,
                order=(),
                samples={
                    "base": sample(draw, CALL_S),
                    "copy": sample(draw, CALL_S),
                    "candidate": sample(draw, quick_s, **how),
                },
                steal=0.0,
                is_discarded=False,
            )
            for _ in range(pairs)
        ]
    )


def confirmed(seed: int, quick_s: float = QUICK_S, **how: float) -> Verdict:
    every = rounds(seed, LOOKS[-1], quick_s, **how)
    for pairs in LOOKS:
        found = look_of_confirmation(Timings(every.kept[:pairs]), SequentialDesign(), is_last=False)
        if found is not None:
            return found
    raise AssertionError("the last look ends")


def lost(found: Timings) -> tuple[Loss, ...]:
    return losses(outside(found, confidence=CONFIDENCE))


def told(seed: int, quick_s: float = QUICK_S, **how: float) -> Measured:
    found = confirmed(seed, quick_s, **how)
    assert isinstance(found, Measured), found
    return found


def refused_or_told(seed: int, **how: float) -> Measured | None:
    """`None` if refused: noise may lift two fifths to half."""
    found = confirmed(seed, **how)
    return None if isinstance(found, Rejected) else told(seed, **how)


@pytest.mark.parametrize("part", ["moved_s", "put_off_s"])
@pytest.mark.parametrize("share", [0.2, 0.4])
def test_a_part_of_the_gain_that_was_moved_is_not_told_as_gain(part: str, share: float) -> None:
    honest = CALL_S / (QUICK_S + share * GAIN_S)
    every = [refused_or_told(seed, **{part: share * GAIN_S}) for seed in range(RUNS)]
    told_of = [found for found in every if found is not None]
    assert len(told_of) >= 0.8 * RUNS
    too_much = [found for found in told_of if found.comparison.speedup > 1.25 * honest]
    assert len(too_much) <= 0.05 * RUNS, [found.comparison for found in too_much]
    assert sum(found.comparison.ci_low <= honest for found in told_of) >= 0.95 * len(told_of)
    counted = [found for found in told_of if found.call is not None]
    assert len(counted) >= 0.95 * len(told_of)
    assert all(found.comparison.word is Word.FASTER for found in counted)


def test_what_is_lost_in_two_parts_is_counted_twice() -> None:
    """Two fifths in each: neither is a reason to refuse, and together they leave a fifth."""
    honest = CALL_S / (QUICK_S + 0.8 * GAIN_S)
    parts = {"moved_s": 0.4 * GAIN_S, "put_off_s": 0.4 * GAIN_S}
    every = [refused_or_told(seed, **parts) for seed in range(RUNS)]
    told_of = [found for found in every if found is not None]
    assert len(told_of) >= 0.6 * RUNS
    assert sum(found.comparison.ci_low <= honest for found in told_of) >= 0.95 * len(told_of)
    assert sum(found.comparison.speedup < 1.25 * honest for found in told_of) >= 0.95 * len(told_of)


@pytest.mark.parametrize("quick_s", [0.0075, 0.004, 0.002])
def test_an_honest_gain_keeps_its_size_and_needs_few_rounds(quick_s: float) -> None:
    every = [told(seed, quick_s) for seed in range(RUNS)]
    assert all(found.comparison.word is Word.FASTER for found in every)
    whole = [found for found in every if found.comparison.speedup > 0.98 * CALL_S / quick_s]
    assert len(whole) >= 0.95 * RUNS
    # A gain of 6 % needs more rounds for itself.
    assert sum(found.comparison.pairs <= 20 for found in every) >= 0.9 * RUNS


def test_a_gain_that_noise_may_hide_says_so() -> None:
    """A call of 8 ms in a start whose CPU time is not counted and whose wall varies by 20 ms."""
    every = rounds(3, LOOKS[-1])
    kept = []
    for done in every.kept:
        samples = {
            arm: replace(s, result=replace(s.result, setup_cpu_s=None, teardown_cpu_s=None))
            for arm, s in done.samples.items()
        }
        kept.append(replace(done, samples=samples))
    design = SequentialDesign()
    assert look_of_confirmation(Timings(kept[:8]), design, is_last=False) is None
    found = look_of_confirmation(Timings(kept[:8]), design, is_last=True)
    assert isinstance(found, Measured) and found.comparison.word is Word.FASTER
    assert any("may be done there unseen" in reason for reason in found.reasons)
    late = look_of_confirmation(Timings(kept), design, is_last=False)
    assert isinstance(late, Measured)


def test_losses_are_told_apart_and_programs_have_none() -> None:
    found = lost(rounds(1, 20, moved_s=0.004, put_off_s=0.002))
    assert [loss.part for loss in found] == [SET_UP, END]
    assert found[0].at_least_s < 0.004 < found[0].at_most_s
    assert found[1].at_least_s < 0.002 < found[1].at_most_s
    program = ProcessResult(outcome=Outcome.EXITED)
    plain = []
    for done in rounds(1, 20).kept:
        samples = {arm: replace(s, setup_s=None, result=program) for arm, s in done.samples.items()}
        plain.append(replace(done, samples=samples))
    assert lost(Timings(plain)) == ()


def test_what_is_charged_is_time_of_the_candidates_call_alone() -> None:
    before = rounds(1, 6)
    after = charged(before, 0.5, 0.25)
    for old, new in zip(before.kept, after.kept, strict=True):
        assert new.samples["base"] is old.samples["base"]
        was, now = old.samples["candidate"], new.samples["candidate"]
        assert now.wall_s == was.wall_s + 0.5
        assert now.setup_s == was.setup_s
        assert was.result.setup_cpu_s is not None
        assert now.result.setup_cpu_s == was.result.setup_cpu_s - 0.25
