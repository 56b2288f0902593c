"""CPU time of the rounds, the second clock: quieter than wall time, and blind to waiting."""

from __future__ import annotations

from speedwright.eval.judge.rounds import BASE, CANDIDATE, Rounds
from speedwright.eval.stats import Comparison, compare, cores_used, is_cpu_bound

LEAST_CPU_S = 0.002
MOST_SETUP_SHARE = 0.1


def cpu_comparison(rounds: Rounds, *, margin: float, confidence: float) -> Comparison | None:
    """CPU time; `None` where it is too little, or not of the same work as the wall time.

    The wall time of a function workload leaves its imports and set-up out, CPU time holds them.
    """
    arms = [r.samples[arm] for r in rounds.kept for arm in (BASE, CANDIDATE)]
    if any((sample.setup_s or 0.0) > MOST_SETUP_SHARE * sample.wall_s for sample in arms):
        return None
    base, candidate = rounds.cpus(BASE), rounds.cpus(CANDIDATE)
    if min(*base, *candidate) < LEAST_CPU_S:
        return None
    return compare(base, candidate, margin=margin, confidence=confidence)


def cpu_witness(rounds: Rounds, *, margin: float, confidence: float) -> Comparison | None:
    """CPU time where both arms compute on one core and hardly wait; `None` elsewhere."""
    if not all(is_cpu_bound(rounds.walls(arm), rounds.cpus(arm)) for arm in (BASE, CANDIDATE)):
        return None
    return cpu_comparison(rounds, margin=margin, confidence=confidence)


def cores(rounds: Rounds, arm: str) -> float:
    """Median CPU / wall of an arm."""
    return cores_used(rounds.walls(arm), rounds.cpus(arm))
