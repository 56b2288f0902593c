"""Wall time and CPU time read together: what kind of gain it is, and whether it can be true."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import isfinite
from statistics import median

from speedwright.eval.stats.comparison import Comparison, Word

CPU_BOUND_FROM = 0.9
"""CPU / wall of a single-threaded program that does not wait."""

SINGLE_THREADED_TO = 1.1
"""CPU / wall above this needs more than one thread."""

MORE_CORES_FACTOR = 1.25
"""CPU / wall grows by this at least before a gain is put down to more cores."""

VANISHED_FACTOR = 4.0
"""CPU time may shrink this much more than wall time before one asks where the work went."""


class ClockLabel(StrEnum):
    """What wall and CPU time say together."""

    CONSISTENT = "consistent"
    PARALLELISED = "parallelised"
    WAITS_LESS = "waits_less"
    IO_BOUND = "io_bound"
    SUSPICIOUS = "suspicious"


def classify_clocks(
    wall: Comparison,
    cpu: Comparison,
    *,
    base_cores: float | None = None,
    candidate_cores: float | None = None,
) -> ClockLabel:
    """Name what happened to the two clocks.

    - `parallelised`: less wall and more CPU, or less wall on clearly more cores.
    - `waits_less`: less wall, same CPU, and the base did wait (or nobody knows).
    - `io_bound`: less CPU, but wall does not follow: the program waits for something else.
    - `suspicious`: the clocks contradict each other. Either less wall at the same CPU although
      the base never waited and the candidate uses one core; or the CPU time shrank far more than
      the wall time and the candidate now waits, as if a process not accounted for did the work.
      A reason to look, not a proof.
    - `consistent`: anything else; both clocks tell the same story.

    A gain on which both clocks agree can still be an exploit; this sees contradictions only.

    Args:
        wall: The pairs by wall time.
        cpu: The same pairs by CPU time of everything the sample started.
        base_cores: CPU / wall of the base (`cores_used`), if known.
        candidate_cores: CPU / wall of the candidate, if known.
    """
    if wall.word is not Word.FASTER:
        return ClockLabel.IO_BOUND if cpu.word is Word.FASTER else ClockLabel.CONSISTENT
    if cpu.word is Word.SLOWER or _uses_more_cores(base_cores, candidate_cores):
        return ClockLabel.PARALLELISED
    if cpu.ci_low > VANISHED_FACTOR * wall.ci_high:
        is_busy = candidate_cores is not None and candidate_cores >= CPU_BOUND_FROM
        return ClockLabel.CONSISTENT if is_busy else ClockLabel.SUSPICIOUS
    if cpu.word is Word.FASTER or cpu.ci_high >= wall.ci_low:
        return ClockLabel.CONSISTENT
    if base_cores is not None and CPU_BOUND_FROM <= base_cores <= SINGLE_THREADED_TO:
        return ClockLabel.SUSPICIOUS
    return ClockLabel.WAITS_LESS


def cores_used(wall_s: Sequence[float], cpu_s: Sequence[float]) -> float:
    """Median CPU / wall of the samples: below 1 it waited, above 1 it used more cores.

    Raises:
        ValueError: The lengths differ, there is no sample, a wall time is not finite and above 0,
            or a CPU time is not finite and 0 or more.
    """
    if len(wall_s) != len(cpu_s) or len(wall_s) == 0:
        raise ValueError(
            f"samples need both clocks: `{len(wall_s)}` wall times, `{len(cpu_s)}` CPU times"
        )
    for wall, cpu in zip(wall_s, cpu_s, strict=True):
        if not (isfinite(wall) and wall > 0 and isfinite(cpu) and cpu >= 0):
            raise ValueError(f"impossible sample: wall `{wall}` s, CPU `{cpu}` s")
    return median(cpu / wall for wall, cpu in zip(wall_s, cpu_s, strict=True))


def is_cpu_bound(wall_s: Sequence[float], cpu_s: Sequence[float]) -> bool:
    """Say whether the program computes on one core and does not wait: CPU time may screen it.

    The median is taken, so a busy neighbour in a third of the samples does not matter.

    Raises:
        ValueError: As `cores_used`.
    """
    return CPU_BOUND_FROM <= cores_used(wall_s, cpu_s) <= SINGLE_THREADED_TO


def _uses_more_cores(base_cores: float | None, candidate_cores: float | None) -> bool:
    if base_cores is None or candidate_cores is None:
        return False
    return candidate_cores > max(SINGLE_THREADED_TO, MORE_CORES_FACTOR * base_cores)
