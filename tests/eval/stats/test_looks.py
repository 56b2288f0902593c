"""The looks: when to stop, and that word and interval agree."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from speedwright.eval.stats import (
    LOOK_LEVEL,
    LOOKS,
    SequentialDesign,
    Stop,
    Word,
    compare,
    control,
    decide_at_look,
)

NOISE = np.random.default_rng(1).lognormal(0, 0.1, 80).tolist()


def test_pairs_until_the_next_look() -> None:
    design = SequentialDesign()
    assert [design.next_pairs(done) for done in (0, 3, 10, 39, 80, 90)] == [8, 5, 4, 1, 0, 0]


def test_a_clear_gain_stops_at_the_first_look() -> None:
    look = decide_at_look([1.2] * 8, [1.0] * 8)
    assert (look.comparison.word, look.stop, look.next_look) == (Word.FASTER, Stop.DECIDED, None)
    assert look.is_final
    assert look.comparison.confidence == pytest.approx(0.9892)


def test_noise_goes_on_to_the_last_look() -> None:
    next_looks = [decide_at_look(NOISE[:k], [1.0] * k).next_look for k in LOOKS]
    assert next_looks == [*LOOKS[1:], None]
    last = decide_at_look(NOISE, [1.0] * 80)
    assert last.stop is Stop.PAIRS_USED_UP
    assert last.comparison.word is Word.INCONCLUSIVE


def test_all_looks_together_err_as_often_as_one_at_25_in_a_thousand() -> None:
    """Without discreteness: a random walk, asked at each look whether it has gone too far."""
    steps = np.random.default_rng(7).standard_normal((200_000, LOOKS[-1]))
    at = np.array(LOOKS)
    walked = np.cumsum(steps, axis=1)[:, at - 1] / np.sqrt(at)
    erred = float((walked > norm.isf(LOOK_LEVEL)).any(axis=1).mean())
    assert 0.023 <= erred <= 0.0255


def test_the_interval_is_wider_than_a_single_look_needs() -> None:
    look = decide_at_look(NOISE[:40], [1.0] * 40).comparison
    single = compare(NOISE[:40], [1.0] * 40)
    assert look.half_width >= single.half_width
    assert look.speedup == single.speedup


def test_peeking_between_the_looks_is_refused() -> None:
    with pytest.raises(ValueError, match="`11` pairs are no look"):
        decide_at_look([1.2] * 11, [1.0] * 11)
    with pytest.raises(ValueError, match="`81` pairs are no look"):
        SequentialDesign().conclude([1.2] * 81, [1.0] * 81, is_last=True)


def test_a_spent_budget_may_end_between_the_looks() -> None:
    design = SequentialDesign()
    look = design.conclude(NOISE[:13], [1.0] * 13, is_last=True)
    assert (look.stop, look.is_final) == (Stop.BUDGET_USED_UP, True)
    assert design.conclude([1.2] * 13, [1.0] * 13, is_last=True).stop is Stop.DECIDED


def test_a_narrow_interval_stops_undecided_when_asked() -> None:
    base = [1.0099, 1.0101] * 5
    assert not decide_at_look(base, [1.0] * 10).is_final
    look = SequentialDesign(target_half_width=0.01).conclude(base, [1.0] * 10)
    assert (look.comparison.word, look.stop) == (Word.INCONCLUSIVE, Stop.NARROW_ENOUGH)


def test_a_wide_control_takes_more_pairs_before_a_word_is_final() -> None:
    design = SequentialDesign()
    wide = control(NOISE[:10], [1.0] * 10)
    assert wide.contains_one and not wide.is_narrow
    early = design.conclude([1.03] * 10, [1.0] * 10, gate=wide)
    assert (early.comparison.word, early.next_look) == (Word.FASTER, 14)
    last = design.conclude([1.03] * 80, [1.0] * 80, gate=wide)
    assert last.is_final and not last.is_sound


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_a_large_effect_stands_beside_a_wide_control(gain: float) -> None:
    wide = control(NOISE[:10], [1.0] * 10)
    look = SequentialDesign().conclude([gain] * 10, [1.0] * 10, gate=wide)
    assert look.is_final and look.is_sound


def test_equivalence_needs_a_narrow_control() -> None:
    wide = control(NOISE[:10], [1.0] * 10)
    narrow = control([1.0] * 10, [1.0] * 10)
    for gate, is_sound in ((wide, False), (narrow, True)):
        look = SequentialDesign().conclude([1.0] * 10, [1.0] * 10, gate=gate)
        assert look.comparison.word is Word.EQUIVALENT
        assert (look.is_final, look.is_sound) == (is_sound, is_sound)


def test_a_biased_control_lets_nothing_stand() -> None:
    biased = control([1.0] * 10, [1.02] * 10)
    assert biased.is_narrow and not biased.contains_one
    look = SequentialDesign().conclude([2.0] * 10, [1.0] * 10, gate=biased)
    assert look.is_final and not look.is_sound


def test_without_a_control_the_word_stands() -> None:
    assert decide_at_look([1.2] * 10, [1.0] * 10).is_sound


@pytest.mark.parametrize(
    ("looks", "level"), [((), 0.008), ((20, 10), 0.008), ((10, 10), 0.008), ((6, 12), 0.008)]
)
def test_designs_that_cannot_work_are_refused(looks: tuple[int, ...], level: float) -> None:
    with pytest.raises(ValueError, match=r"looks|pairs"):
        SequentialDesign(looks=looks, level=level)
