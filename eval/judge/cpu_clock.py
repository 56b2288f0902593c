"""CPU time of the rounds, the second clock: quieter than wall time, and blind to waiting."""

from __future__ import annotations

from speedwright.eval.judge.arms import compare_arms, seconds_of, seconds_of_arm, timed_arms
from speedwright.eval.judge.rounds import COPY, Timings
from speedwright.eval.stats import (
    LEAST_PAIRS,
    Comparison,
    Witness,
    control,
    cores_used,
    is_cpu_bound,
)
from speedwright.profiler import Sample

LEAST_CPU_S = 0.002
MOST_SETUP_SHARE = 0.1


def timed_cpu_s(sample: Sample) -> float | None:
    """CPU seconds of what the wall time covers; `None` where they cannot be told from the rest.

    The wall time of a function workload leaves imports, `setup()` and the end out. The supervisor
    reads the CPU time of the command's own process in between; where it cannot, all of it stands
    for the call if the set-up is short.
    """
    before_s, after_s = sample.result.setup_cpu_s, sample.result.teardown_cpu_s
    if sample.setup_s is None:
        return sample.cpu_s
    if before_s is not None and after_s is not None:
        return max(0.0, sample.cpu_s - before_s - after_s)
    return sample.cpu_s if sample.setup_s <= MOST_SETUP_SHARE * sample.wall_s else None


def cpu_comparison(rounds: Timings, *, margin: float, confidence: float) -> Comparison | None:
    """CPU time; `None` where it or the rounds are too few, or it is not known of the timed part."""
    seconds = _enough(rounds)
    if seconds is None:
        return None
    return compare_arms(seconds, margin=margin, confidence=confidence)


def cpu_witness(rounds: Timings, *, margin: float, confidence: float) -> Witness | None:
    """CPU time where all arms compute on one core and hardly wait; `None` elsewhere."""
    seconds, arms = _enough(rounds), timed_arms(rounds)
    if seconds is None or COPY not in arms:
        return None
    for arm, cpus in zip(arms, seconds, strict=True):
        if not is_cpu_bound(rounds.walls(arm), cpus):
            return None
    base, copy, _ = seconds
    found = compare_arms(seconds, margin=margin, confidence=confidence)
    return Witness(comparison=found, gate=control(base, copy))


def _enough(rounds: Timings) -> tuple[list[float], ...] | None:
    seconds = seconds_of(rounds, timed_cpu_s)
    if seconds is None or len(rounds.kept) < LEAST_PAIRS:
        return None
    return seconds if min(map(min, seconds)) >= LEAST_CPU_S else None


def cores(rounds: Timings, arm: str) -> float:
    """Median CPU / wall of an arm."""
    known = seconds_of_arm(rounds, arm, timed_cpu_s)
    return cores_used(rounds.walls(arm), known or rounds.cpus(arm))
