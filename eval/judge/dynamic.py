"""Step 3, dynamic guards: what the timed runs themselves give away.

Covers: work moved from the timed call to import or `setup()`; processes left running behind the
sample. (A gain too large to believe asks for a hold-out: `generality.py`.)
Does not cover: state kept between samples (every sample is a fresh process on a fresh scratch, and
the source is read-only); clocks (they stand outside the process).
"""

from __future__ import annotations

import statistics

from speedwright.eval.judge.rounds import BASE, CANDIDATE, Rounds
from speedwright.eval.stats import Comparison, Word, compare
from speedwright.eval.verdict import Rejected

MOVED_SHARE = 0.5
NOTED_SHARE = 0.1
MOVED_LEAST_S = 0.002
PLAUSIBLE_SPEEDUP = 10.0
LOOK_AT = "look at: "


def refuse_dishonest(rounds: Rounds, wall: Comparison) -> Rejected | None:
    """A refusal, if a gain was bought by moving or hiding work."""
    if wall.word is not Word.FASTER:
        return None
    reasons = tuple(filter(None, (_moved(rounds), _left_behind(rounds))))
    return Rejected(reasons=reasons) if reasons else None


def warnings(rounds: Rounds, wall: Comparison) -> tuple[str, ...]:
    """Sentences on a gain that is no reason to refuse but to look closer."""
    if wall.word is not Word.FASTER:
        return ()
    found = []
    more_s, gained_s = _set_up(rounds)
    if more_s >= max(MOVED_LEAST_S, NOTED_SHARE * gained_s):
        found.append(f"{LOOK_AT}import and setup() take {more_s * 1e3:.1f} ms longer than before")
    return tuple(found)


def _moved(rounds: Rounds) -> str:
    """Work that left the timed call and came back in its set-up."""
    more_s, gained_s = _set_up(rounds)
    if more_s < max(MOVED_LEAST_S, MOVED_SHARE * gained_s):
        return ""
    return (
        f"import and setup() take {more_s * 1e3:.1f} ms longer while workload() takes "
        f"{gained_s * 1e3:.1f} ms less: the work was moved, not saved"
    )


def _set_up(rounds: Rounds) -> tuple[float, float]:
    """Seconds that set-up lost and the call won, pair by pair, so that drift cancels."""
    pairs = [(r.samples[BASE], r.samples[CANDIDATE]) for r in rounds.kept]
    if any(s.setup_s is None for pair in pairs for s in pair):
        return 0.0, 0.0
    base = [b.setup_s or 0.0 for b, _ in pairs]
    candidate = [c.setup_s or 0.0 for _, c in pairs]
    if min(*base, *candidate) <= 0 or compare(base, candidate).word is not Word.SLOWER:
        # Starting an interpreter takes longer now and then: only what is sure counts.
        return 0.0, 0.0
    more_s = statistics.median(c - b for b, c in zip(base, candidate, strict=True))
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
