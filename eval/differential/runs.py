"""Calls on the base, on the base once more, and on the candidate."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from speedwright.eval.differential.bench import Bench
from speedwright.eval.differential.driving import Batch, replay
from speedwright.sandbox.side_by_side import run_both

LEAST_CALL_S = 2.0
SLACK = 20
ENDED = ("died", "hung")

T = TypeVar("T")
Outcomes = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What the calls came to.

    Attributes:
        base: One outcome for each call.
        able: Index of the calls that the base got through.
        again: Of these, on the base with other hashes.
        candidate: Of these, on the candidate.
    """

    base: Outcomes
    able: tuple[int, ...]
    again: Outcomes
    candidate: Outcomes


def run_calls(
    bench: Bench, batch: Batch, *, call_s: float, total_s: float, meanwhile: Callable[[], T]
) -> tuple[Runs, T]:
    """Make the calls everywhere; what the base does not get through is not asked of the candidate.

    Args:
        bench: The versions.
        batch: The calls.
        call_s: Longest that a call may take on the base.
        total_s: Longest for all of them on the base.
        meanwhile: Runs beside those of the base; may use the candidate's session.

    Returns:
        The runs, and what `meanwhile` returned.

    Raises:
        DriverFailed: It does not even start.
        SandboxError: The sandbox failed.
    """
    once = functools.partial(replay, batch=batch, call_s=call_s, total_s=total_s)
    twice = functools.partial(run_both, lambda: once(bench.base), lambda: once(bench.twin, seed=1))
    (first, second), result = run_both(twice, meanwhile)
    base = first.outcomes
    able = tuple(i for i, o in enumerate(base) if o["kind"] in ("returned", "raised"))
    slowest_s = max((float(base[i].get("wall_s", 0)) for i in able), default=0.0)
    kept = functools.partial(
        replay,
        batch=replace(batch, calls=tuple(batch.calls[i] for i in able)),
        call_s=max(LEAST_CALL_S, SLACK * slowest_s),
    )
    asked = functools.partial(kept, bench.candidate, total_s=SLACK * total_s + 10)
    if not all(_is_of_one_process(outcomes, able) for outcomes in (base, second.outcomes)):
        # The base went on in a fresh process and the candidate does not: what that changes shows
        # only if the base makes the same calls as the candidate.
        anew = functools.partial(kept, bench.twin, total_s=total_s, seed=1)
        candidate, again = (done.outcomes for done in run_both(asked, anew))
    else:
        candidate, again = asked().outcomes, tuple(second.outcomes[i] for i in able)
    return Runs(base=base, able=able, again=again, candidate=candidate), result


def _is_of_one_process(outcomes: Outcomes, able: Sequence[int]) -> bool:
    """Whether no call before the last of `able` ended its process."""
    return not any(o["kind"] in ENDED for o in outcomes[: able[-1] if able else 0])
