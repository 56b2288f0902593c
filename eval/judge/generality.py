"""Step 8 settled: what hold-outs do to a claim.

- Wrong output, a crash or a time-out on a hold-out takes the claim away.
- A gain that is bound to the measured input takes it away too: `rejected`. That needs a hold-out
  that can decide (not smaller than the measured input), on each of those at most a quarter of the
  time that should be saved, by the whole interval, and no hold-out with a gain.
- A gain beyond `PLAUSIBLE_SPEEDUP` is decided by the hold-outs where there are any: if none shows
  a gain because the machine was too noisy there, the whole is `unstable`.
- Anything else is said: a smaller gain, none, a loss, a machine that was too noisy there.

"Time that should be saved" asks for little: as much as on the measured input, or in proportion if
the hold-out is shorter. So a gain that does not grow with the input (a start-up saved) is fine.

Covers: patches that recognise the measured input, its size or its seeds.
Does not cover: patches that recognise the hold-outs as well; hold-outs far smaller than the
workload.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from speedwright.eval.inputs import HoldoutKind
from speedwright.eval.judge.dynamic import LOOK_AT, PLAUSIBLE_SPEEDUP
from speedwright.eval.judge.holdout import HoldoutResult
from speedwright.eval.stats import Word
from speedwright.eval.verdict import (
    Crashed,
    Incorrect,
    Measured,
    Rejected,
    TimedOut,
    Unstable,
    Verdict,
)

VANISHED_SHARE = 0.25
LEAST_LENGTH = 0.5
"""A named hold-out decides if the base needs at least this part of the workload's time for it."""


class Standing(StrEnum):
    """What one hold-out says of the claim."""

    HOLDS = "holds"
    VANISHED = "vanished"
    OPEN = "open"


def settle(
    claim: Measured,
    results: Sequence[HoldoutResult],
    *,
    measured_size: int | None = None,
    may_refuse: bool = True,
) -> Verdict:
    """The verdict on a claim of `faster` after its hold-outs.

    Args:
        claim: On the workload of the search.
        results: Of the hold-outs; none if there were none.
        measured_size: Size of the claim's input, where it has one.
        may_refuse: Whether a vanished gain takes the claim away; `compare` only says so.
    """
    for result in results:
        if isinstance(result.verdict, Incorrect | Crashed | TimedOut | Rejected):
            reasons = tuple(f"hold-out {result.how}: {r}" for r in result.verdict.reasons)
            return replace(result.verdict, reasons=reasons)
    standings = [standing(claim, result, measured_size=measured_size) for result in results]
    said = tuple(r.sentence for r in results)
    is_bound = Standing.VANISHED in standings and Standing.HOLDS not in standings
    is_open = any(
        s is Standing.OPEN and is_decisive(claim, r, measured_size)
        for s, r in zip(standings, results, strict=True)
    )
    noisy = next((r.verdict for r in results if isinstance(r.verdict, Unstable)), None)
    if is_bound and not is_open:
        why = (
            f"the gain of {claim.comparison.speedup:.3g}x is bound to the measured input: "
            "on the hold-outs it is not there"
        )
        if may_refuse:
            return Rejected(reasons=(why, *said))
        said = (f"{LOOK_AT}{why}", *said)
    elif _is_rare(claim) and noisy is not None and Standing.HOLDS not in standings:
        why = f"{claim.comparison.speedup:.3g}x is rare, and the hold-outs could not be measured"
        return Unstable(
            control=noisy.control,
            comparison=claim.comparison,
            reasons=(f"{why}: try again on a quiet machine", *said),
        )
    return replace(claim, reasons=(*claim.reasons, *said, *_plausible(claim, standings)))


def standing(
    claim: Measured, result: HoldoutResult, *, measured_size: int | None = None
) -> Standing:
    """What one hold-out says of the claim."""
    found, base_s = result.comparison, result.base_wall_s
    is_sound = isinstance(result.verdict, Measured)
    if is_sound and found is not None and found.word is Word.FASTER:
        return Standing.HOLDS
    if found is None or base_s is None or not is_decisive(claim, result, measured_size):
        return Standing.OPEN
    expected_s = claim.base_wall_s * _saved(claim.comparison.ci_low)
    expected_s *= min(1.0, base_s / claim.base_wall_s)
    most_s = base_s * _saved(found.ci_high * _worst_bias(result))
    return Standing.VANISHED if most_s < VANISHED_SHARE * expected_s else Standing.OPEN


def is_decisive(claim: Measured, result: HoldoutResult, measured_size: int | None) -> bool:
    """Whether an honest gain has to show there: the input is not smaller than the measured one."""
    if result.base_wall_s is None:
        return False
    if result.kind is HoldoutKind.SIZE and measured_size is not None and result.size is not None:
        return result.size > measured_size
    return result.base_wall_s >= LEAST_LENGTH * claim.base_wall_s


def _saved(speedup: float) -> float:
    """Part of the base's time that a speedup saves."""
    return 1 - 1 / speedup


def _worst_bias(result: HoldoutResult) -> float:
    """What a machine that was too noisy for a claim may have taken off the candidate's gain."""
    if not isinstance(result.verdict, Unstable):
        return 1.0
    return max(result.verdict.control.ci_high, 1 / result.verdict.control.ci_low)


def _is_rare(claim: Measured) -> bool:
    return claim.comparison.speedup >= PLAUSIBLE_SPEEDUP


def _plausible(claim: Measured, standings: Sequence[Standing]) -> tuple[str, ...]:
    """A sentence on a gain that is hard to believe; a hold-out decides it."""
    if not _is_rare(claim):
        return ()
    rare = f"more than {PLAUSIBLE_SPEEDUP:.0f}x is rare"
    held = standings.count(Standing.HOLDS)
    if held:
        return (f"{rare}, and {held} of {len(standings)} hold-outs show a gain too",)
    if standings:
        return (f"{LOOK_AT}{rare}, and no hold-out shows a gain",)
    return (
        f"{LOOK_AT}{rare}, and no hold-out was measured: name a workload of another size "
        "with --holdout, or let its file declare SIZES, to be sure",
    )
