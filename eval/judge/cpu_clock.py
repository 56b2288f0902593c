"""CPU time of the rounds, the second clock: quieter than wall time, and blind to waiting."""

from __future__ import annotations

from speedwright.eval.judge.rounds import BASE, CANDIDATE, Rounds
from speedwright.eval.stats import LEAST_PAIRS, Comparison, compare, cores_used, is_cpu_bound
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


def cpu_comparison(rounds: Rounds, *, margin: float, confidence: float) -> Comparison | None:
    """CPU time; `None` where it or the rounds are too few, or it is not known of the timed part."""
    base, candidate = _cpus(rounds, BASE), _cpus(rounds, CANDIDATE)
    if base is None or candidate is None or len(base) < LEAST_PAIRS:
        return None
    if min(*base, *candidate) < LEAST_CPU_S:
        return None
    return compare(base, candidate, margin=margin, confidence=confidence)


def cpu_witness(rounds: Rounds, *, margin: float, confidence: float) -> Comparison | None:
    """CPU time where both arms compute on one core and hardly wait; `None` elsewhere."""
    for arm in (BASE, CANDIDATE):
        cpus = _cpus(rounds, arm)
        if cpus is None or not is_cpu_bound(rounds.walls(arm), cpus):
            return None
    return cpu_comparison(rounds, margin=margin, confidence=confidence)


def cores(rounds: Rounds, arm: str) -> float:
    """Median CPU / wall of an arm."""
    return cores_used(rounds.walls(arm), _cpus(rounds, arm) or rounds.cpus(arm))


def _cpus(rounds: Rounds, arm: str) -> list[float] | None:
    found = [timed_cpu_s(r.samples[arm]) for r in rounds.kept]
    known = [seconds for seconds in found if seconds is not None]
    return known if len(known) == len(found) else None
