"""Recorded runs of one unchanged program: how often the rule is wrong, and what it finds.

The bounds were fixed before the rule was written. A miss means that the method or the design
changed: mend that, never the bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pytest
from scipy.stats import mannwhitneyu

from speedwright.eval.stats import LOOKS, SequentialDesign, Word, compare, control

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace

CLOCKS = ["quiet wall", "quiet cpu", "noisy wall", "noisy cpu"]
Samples = Iterable[tuple[list[float], list[float]]]


def shares(samples: Samples, *, margin: float = 0.01) -> dict[Word, float]:
    """Percent of each word."""
    counts = Counter(compare(base, candidate, margin=margin).word for base, candidate in samples)
    return {word: 100 * counts[word] / counts.total() for word in Word}


@pytest.mark.parametrize("k", [10, 20, 40])
@pytest.mark.parametrize("clock", CLOCKS)
def test_equal_programs_are_hardly_ever_told_apart(
    trace: Callable[[str], Trace], clock: str, k: int
) -> None:
    found = [compare(base, candidate) for base, candidate in trace(clock).pairs(k)]
    counts = Counter(f.word for f in found)
    bound = 1.5 if clock == "noisy wall" else 1.0
    assert 100 * counts[Word.FASTER] / len(found) <= bound
    assert 100 * counts[Word.SLOWER] / len(found) <= bound
    covered = sum(f.ci_low <= 1 <= f.ci_high for f in found)
    assert 92.5 <= 100 * covered / len(found) <= 97.5


@pytest.mark.parametrize("k", [10, 20, 40])
@pytest.mark.parametrize("clock", CLOCKS)
def test_against_zero_the_test_keeps_its_level(
    trace: Callable[[str], Trace], clock: str, k: int
) -> None:
    said = shares(trace(clock).pairs(k, seeds=10), margin=0.0)
    assert 1.0 <= said[Word.FASTER] <= 3.5


@pytest.mark.parametrize("clock", CLOCKS)
def test_equal_programs_are_rarely_proven_equal_by_twenty_pairs(
    trace: Callable[[str], Trace], clock: str
) -> None:
    """So `inconclusive` is as good an answer to A/A as `equivalent`; both claim no gain."""
    said = shares(trace(clock).pairs(20))
    assert said[Word.EQUIVALENT] + said[Word.INCONCLUSIVE] >= 98
    assert 1 <= said[Word.EQUIVALENT] <= 30
    wide = shares(trace(clock).pairs(20, seeds=5), margin=0.03)
    assert wide[Word.EQUIVALENT] > 2 * said[Word.EQUIVALENT]


@pytest.mark.parametrize(
    ("clock", "k", "least"),
    [
        ("quiet wall", 20, 90),
        ("quiet cpu", 20, 90),
        ("noisy cpu", 20, 90),
        ("noisy wall", 20, 55),
        ("noisy wall", 40, 75),
    ],
)
def test_five_percent_less_time_is_found(
    trace: Callable[[str], Trace], clock: str, k: int, least: float
) -> None:
    said = shares(trace(clock).pairs(k, saved=0.05))
    assert said[Word.FASTER] >= least
    assert said[Word.SLOWER] == 0


def test_slowdowns_mirror_speedups(trace: Callable[[str], Trace]) -> None:
    said = shares(trace("quiet wall").pairs(20, saved=-0.05))
    assert said[Word.SLOWER] >= 88
    assert said[Word.FASTER] == 0


@pytest.mark.parametrize("saved", [0.05, 0.5, 0.99, -3.0])
def test_five_pairs_say_nothing_and_six_may(trace: Callable[[str], Trace], saved: float) -> None:
    assert shares(trace("quiet wall").pairs(5, saved=saved, seeds=2))[Word.INCONCLUSIVE] == 100
    if abs(saved) >= 0.5:
        six = shares(trace("quiet wall").pairs(6, saved=saved, seeds=2))
        assert six[Word.INCONCLUSIVE] < 2


@pytest.mark.parametrize(("clock", "least"), [("quiet wall", 7), ("noisy wall", 15)])
def test_blocks_still_fail(trace: Callable[[str], Trace], clock: str, least: float) -> None:
    said = [
        mannwhitneyu(candidate, base, alternative="less").pvalue < 0.025
        for base, candidate in trace(clock).blocks(20)
    ]
    assert 100 * sum(said) / len(said) >= least


@pytest.mark.parametrize("clock", CLOCKS)
def test_peeking_still_fails(trace: Callable[[str], Trace], clock: str) -> None:
    windows = list(trace(clock).pairs(40, seeds=2))
    fooled = sum(
        any(compare(b[:k], c[:k], margin=0.0).word is Word.FASTER for k in range(6, 41))
        for b, c in windows
    )
    assert 100 * fooled / len(windows) >= 8


def ask_in_looks(samples: Samples, *, margin: float = 0.01) -> tuple[dict[Word, float], float, int]:
    """Percent of each final word, mean pairs used, number of windows."""
    design = SequentialDesign(margin=margin)
    words: Counter[Word] = Counter()
    used = 0
    for base, candidate in samples:
        done = 0
        while more := design.next_pairs(done):
            done += more
            look = design.conclude(base[:done], candidate[:done])
            if look.is_final:
                break
        words[look.comparison.word] += 1
        used += done
    total = words.total()
    return {word: 100 * words[word] / total for word in Word}, used / total, total


@pytest.mark.parametrize("clock", CLOCKS)
def test_eight_looks_keep_the_level(trace: Callable[[str], Trace], clock: str) -> None:
    seeds = 24 if clock.startswith("quiet") else 60  # the noisy recording is shorter
    samples = list(trace(clock).pairs(LOOKS[-1], seeds=seeds))
    said, _, total = ask_in_looks(samples, margin=0.0)
    assert total >= 2000
    assert 1.0 <= said[Word.FASTER] <= 3.5
    assert 1.0 <= said[Word.SLOWER] <= 3.5
    said, _, _ = ask_in_looks(samples)
    bound = 1.5 if clock == "noisy wall" else 1.0
    assert said[Word.FASTER] <= bound
    assert said[Word.SLOWER] <= bound


@pytest.mark.parametrize(
    ("saved", "least", "most_pairs"), [(0.03, 95, 32), (0.05, 98, 20), (0.10, 98, 15)]
)
def test_looks_find_gains_with_few_pairs(
    trace: Callable[[str], Trace], saved: float, least: float, most_pairs: float
) -> None:
    said, used, _ = ask_in_looks(trace("quiet wall").pairs(80, saved=saved))
    assert said[Word.FASTER] >= least
    assert used <= most_pairs


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("k", [20, 40])
def test_the_control_rarely_sees_a_bias_that_is_not_there(
    trace: Callable[[str], Trace], clock: str, k: int
) -> None:
    gates = [control(base, copy) for base, copy in trace(clock).pairs(k)]
    biased = sum(not gate.contains_one for gate in gates)
    assert 100 * biased / len(gates) <= 2


def test_the_control_sees_three_percent_of_bias(trace: Callable[[str], Trace]) -> None:
    gates = [control(base, copy) for base, copy in trace("quiet wall").pairs(40, saved=0.03)]
    assert sum(not gate.is_sound for gate in gates) / len(gates) >= 0.95


@pytest.mark.parametrize(
    ("clock", "saved", "least", "most_unstable"),
    [
        ("quiet wall", 0.0, 0, 4),
        ("quiet wall", 0.05, 95, 4),
        ("quiet wall", 0.5, 95, 4),
        ("noisy wall", 0.0, 0, 30),
        ("noisy wall", 0.5, 95, 4),
    ],
)
def test_rounds_of_three_with_a_control(
    trace: Callable[[str], Trace], clock: str, saved: float, least: float, most_unstable: float
) -> None:
    design = SequentialDesign()
    found = {"faster": 0, "slower": 0, "unstable": 0}
    runs = list(trace(clock).rounds(LOOKS[-1], arms=3, saved=saved))
    for base, copy, candidate in runs:
        for done in design.looks:
            gate = control(base[:done], copy[:done])
            look = design.conclude(base[:done], candidate[:done], copy=copy[:done], gate=gate)
            if look.is_final:
                break
        word = str(look.comparison.word) if look.is_sound else "unstable"
        found[word] = found.get(word, 0) + 1
    percent = {word: 100 * count / len(runs) for word, count in found.items()}
    assert percent["unstable"] <= most_unstable
    assert percent["faster"] >= least
    assert percent["slower"] <= (0 if saved else 1)
    if not saved:
        assert percent["faster"] <= 1
