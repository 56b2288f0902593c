"""The arms of the rounds against each other, with the copy of the base where it ran."""

from __future__ import annotations

from collections.abc import Callable

from speedwright.eval.judge.rounds import BASE, CANDIDATE, COPY, Timings
from speedwright.eval.stats import MARGIN, Comparison, compare, compare_with_copy
from speedwright.profiler import Sample


def timed_arms(rounds: Timings) -> tuple[str, ...]:
    """Base, its copy if there is one, candidate."""
    has_copy = any(COPY in r.samples for r in rounds.kept)
    return (BASE, COPY, CANDIDATE) if has_copy else (BASE, CANDIDATE)


def seconds_of(
    rounds: Timings, part: Callable[[Sample], float | None]
) -> tuple[list[float], ...] | None:
    """Seconds of a part of every sample, a list an arm; `None` if one is not known."""
    found = [seconds_of_arm(rounds, arm, part) for arm in timed_arms(rounds)]
    known = tuple(seconds for seconds in found if seconds is not None)
    return known if len(known) == len(found) else None


def seconds_of_arm(
    rounds: Timings, arm: str, part: Callable[[Sample], float | None]
) -> list[float] | None:
    """The same of one arm."""
    found = [part(r.samples[arm]) for r in rounds.kept]
    known = [seconds for seconds in found if seconds is not None]
    return known if len(known) == len(found) else None


def compare_arms(
    seconds: tuple[list[float], ...], *, margin: float = MARGIN, confidence: float = 0.95
) -> Comparison:
    """Base against candidate; of three arms the copy of the base says as much as the base.

    Args:
        seconds: As `seconds_of` gives them.
        margin: As for `compare`.
        confidence: As for `compare`.

    Raises:
        ValueError: As `compare`.
    """
    if len(seconds) == 3:
        return compare_with_copy(*seconds, margin=margin, confidence=confidence)
    base, candidate = seconds
    return compare(base, candidate, margin=margin, confidence=confidence)
