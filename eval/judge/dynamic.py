"""Step 3, dynamic guards: what the timed runs themselves give away.

Covers: work moved from the timed call to import or `setup()`, or put off until the answer is given
(threads, exit hooks), from half of the gain on; processes left running behind the sample; a whole
process that is slower. (What is moved below that is counted into the call: `elsewhere.py`. A gain
too large to believe asks for a hold-out: `generality.py`.)
Does not cover: state kept between samples (every sample is a fresh process on a fresh scratch, and
the source is read-only); clocks (they stand outside the process).
"""

from __future__ import annotations

from speedwright.eval.judge.arms import compare_arms, seconds_of
from speedwright.eval.judge.elsewhere import END, SET_UP, Loss, Part, gained_s, hidden_at_most_s
from speedwright.eval.judge.rounds import BASE, CANDIDATE, Timings
from speedwright.eval.stats import Comparison, Word
from speedwright.eval.verdict import Rejected
from speedwright.profiler import Sample

REFUSED_SHARE = 0.5
REFUSED_SURE_SHARE = 0.2
REFUSED_LEAST_S = 0.002
PLAUSIBLE_SPEEDUP = 10.0
HIDING_SPEEDUP = 2.0
LOOK_AT = "look at: "


def may_hide(rounds: Timings, call: Comparison, parts: tuple[Part, ...]) -> float:
    """Seconds that may have been moved out of a call, where that could be half of a large gain.

    0 if they are too few, or the gain is less than twofold: so short a call says little anyway.
    """
    if call.word is not Word.FASTER or call.speedup < HIDING_SPEEDUP:
        return 0.0
    hidden_s = hidden_at_most_s(parts)
    return hidden_s if hidden_s >= REFUSED_SHARE * gained_s(rounds) else 0.0


def refuse_dishonest(rounds: Timings, wall: Comparison, lost: tuple[Loss, ...]) -> Rejected | None:
    """A refusal, if a gain was bought by moving or hiding work.

    Args:
        rounds: As they were measured.
        wall: The timed call alone.
        lost: What the candidate loses elsewhere.
    """
    if wall.word is not Word.FASTER:
        return None
    found = (_moved(rounds, lost), _put_off(rounds, lost), _left_behind(rounds))
    reasons = tuple(filter(None, found))
    return Rejected(reasons=reasons) if reasons else None


def warnings(rounds: Timings, wall: Comparison) -> tuple[str, ...]:
    """Sentences on a gain that is no reason to refuse but to look closer."""
    if wall.word is not Word.FASTER:
        return ()
    whole = process_comparison(rounds)
    if whole is None or whole.word is not Word.SLOWER:
        return ()
    return (
        f"{LOOK_AT}the whole process, import and setup() included, is slower: {whole.speedup:.3g}x",
    )


def process_comparison(rounds: Timings) -> Comparison | None:
    """Whole cold processes from start to end; `None` for programs, which are timed so anyway."""
    seconds = seconds_of(rounds, _whole_s)
    return compare_arms(seconds) if seconds else None


def _whole_s(sample: Sample) -> float | None:
    if sample.setup_s is None or sample.result.teardown_s is None:
        return None
    return sample.setup_s + sample.wall_s + sample.result.teardown_s


def _moved(rounds: Timings, lost: tuple[Loss, ...]) -> str:
    """Work that left the timed call and came back in its set-up."""
    gain_s = gained_s(rounds)
    more_s = _too_much(lost, SET_UP, gain_s)
    if not more_s:
        return ""
    return (
        f"import and setup() take {more_s * 1e3:.1f} ms longer while workload() takes "
        f"{gain_s * 1e3:.1f} ms less: the work was moved, not saved"
    )


def _put_off(rounds: Timings, lost: tuple[Loss, ...]) -> str:
    """Work that goes on after the answer: a thread, an exit hook, something lazily finished."""
    gain_s = gained_s(rounds)
    more_s = _too_much(lost, END, gain_s)
    if not more_s:
        return ""
    return (
        f"the process works on for {more_s * 1e3:.1f} ms more after its answer while workload() "
        f"takes {gain_s * 1e3:.1f} ms less: the work was put off, not saved"
    )


def _too_much(lost: tuple[Loss, ...], part: str, gain_s: float) -> float:
    """Seconds that a part lost if that is a reason to refuse, else 0."""
    for loss in lost:
        is_part = loss.part == part and loss.more_s >= REFUSED_LEAST_S
        is_sure = loss.at_least_s >= REFUSED_SURE_SHARE * gain_s
        if is_part and is_sure and loss.more_s >= REFUSED_SHARE * gain_s:
            return loss.more_s
    return 0.0


def _left_behind(rounds: Timings) -> str:
    def most(arm: str) -> int:
        return max(r.samples[arm].result.leftover_processes for r in rounds.kept)

    if most(CANDIDATE) <= most(BASE):
        return ""
    return (
        f"{most(CANDIDATE)} processes were still running when the workload had ended "
        f"({most(BASE)} on the base): work may not be left behind"
    )
