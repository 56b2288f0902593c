"""Step 3, dynamic guards: what the timed runs themselves give away.

Covers: work moved from the timed call to import or `setup()`, or put off until the answer is given
(threads, exit hooks); processes left running behind the sample; a whole process that is slower. (A
gain too large to believe asks for a hold-out: `generality.py`.)
Does not cover: state kept between samples (every sample is a fresh process on a fresh scratch, and
the source is read-only); clocks (they stand outside the process).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

from speedwright.eval.judge.arms import compare_arms, seconds_of
from speedwright.eval.judge.rounds import BASE, CANDIDATE, Rounds
from speedwright.eval.stats import Comparison, Word
from speedwright.eval.verdict import Rejected
from speedwright.profiler import Sample

MOVED_SHARE = 0.5
NOTED_SHARE = 0.1
MOVED_LEAST_S = 0.002
PLAUSIBLE_SPEEDUP = 10.0
LOOK_AT = "look at: "


def refuse_dishonest(rounds: Rounds, wall: Comparison) -> Rejected | None:
    """A refusal, if a gain was bought by moving or hiding work."""
    if wall.word is not Word.FASTER:
        return None
    found = (_moved(rounds, wall), _put_off(rounds, wall), _left_behind(rounds))
    reasons = tuple(filter(None, found))
    return Rejected(reasons=reasons) if reasons else None


def warnings(rounds: Rounds, wall: Comparison) -> tuple[str, ...]:
    """Sentences on a gain that is no reason to refuse but to look closer."""
    if wall.word is not Word.FASTER:
        return ()
    found = []
    more_s, gained_s = _set_up(rounds, wall)
    if more_s >= max(MOVED_LEAST_S, NOTED_SHARE * gained_s):
        found.append(f"{LOOK_AT}import and setup() take {more_s * 1e3:.1f} ms longer than before")
    whole = process_comparison(rounds)
    if whole is not None and whole.word is Word.SLOWER:
        found.append(
            f"{LOOK_AT}the whole process, import and setup() included, is slower: "
            f"{whole.speedup:.3g}x"
        )
    return tuple(found)


def process_comparison(rounds: Rounds) -> Comparison | None:
    """Whole cold processes from start to end; `None` for programs, which are timed so anyway."""
    seconds = seconds_of(rounds, _whole_s)
    return compare_arms(seconds) if seconds else None


def _whole_s(sample: Sample) -> float | None:
    if sample.setup_s is None or sample.result.teardown_s is None:
        return None
    return sample.setup_s + sample.wall_s + sample.result.teardown_s


def _moved(rounds: Rounds, wall: Comparison) -> str:
    """Work that left the timed call and came back in its set-up."""
    more_s, gained_s = _set_up(rounds, wall)
    if more_s < max(MOVED_LEAST_S, MOVED_SHARE * gained_s):
        return ""
    return (
        f"import and setup() take {more_s * 1e3:.1f} ms longer while workload() takes "
        f"{gained_s * 1e3:.1f} ms less: the work was moved, not saved"
    )


def _put_off(rounds: Rounds, wall: Comparison) -> str:
    """Work that goes on after the answer: a thread, an exit hook, something lazily finished."""
    more_s, gained_s = _end(rounds, wall)
    if more_s < max(MOVED_LEAST_S, MOVED_SHARE * gained_s):
        return ""
    return (
        f"the process works on for {more_s * 1e3:.1f} ms more after its answer while workload() "
        f"takes {gained_s * 1e3:.1f} ms less: the work was put off, not saved"
    )


def _set_up(rounds: Rounds, wall: Comparison) -> tuple[float, float]:
    """Seconds that set-up lost and the call won.

    By the wall or by CPU time: neighbours stretch a start by more than what is moved there.
    """
    by_wall = _longer(rounds, wall, lambda s: s.setup_s)
    by_cpu = _longer(rounds, wall, lambda s: s.result.setup_cpu_s)
    return max(by_wall, by_cpu)


def _end(rounds: Rounds, wall: Comparison) -> tuple[float, float]:
    """Seconds that the end lost, by either clock, and the call won."""
    by_wall = _longer(rounds, wall, lambda s: s.result.teardown_s)
    by_cpu = _longer(rounds, wall, lambda s: s.result.teardown_cpu_s)
    return max(by_wall, by_cpu)


def _longer(
    rounds: Rounds, wall: Comparison, part: Callable[[Sample], float | None]
) -> tuple[float, float]:
    """Seconds that a part lost and the call won, pair by pair, so that drift cancels."""
    seconds = seconds_of(rounds, part)
    if seconds is None or min(map(min, seconds)) <= 0:
        return 0.0, 0.0
    # Starting an interpreter takes longer now and then: a loss counts that is as sure as the gain.
    if compare_arms(seconds, confidence=wall.confidence).word is not Word.SLOWER:
        return 0.0, 0.0
    base, candidate = seconds[0], seconds[-1]
    more_s = statistics.median(c - b for b, c in zip(base, candidate, strict=True))
    pairs = [(r.samples[BASE], r.samples[CANDIDATE]) for r in rounds.kept]
    return more_s, statistics.median(b.wall_s - c.wall_s for b, c in pairs)


def _left_behind(rounds: Rounds) -> str:
    def most(arm: str) -> int:
        return max(r.samples[arm].result.leftover_processes for r in rounds.kept)

    if most(CANDIDATE) <= most(BASE):
        return ""
    return (
        f"{most(CANDIDATE)} processes were still running when the workload had ended "
        f"({most(BASE)} on the base): work may not be left behind"
    )
