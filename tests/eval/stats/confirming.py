"""A confirmation as the judge makes it, replayed: rounds of three, control, looks, CPU time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speedwright.eval.stats import (
    LOOKS,
    MARGIN,
    Control,
    Look,
    SequentialDesign,
    Witness,
    compare,
    control,
    looks,
)

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace

ONE = [1.0] * 10
NOISE = np.random.default_rng(1).lognormal(0, 0.1, 10).tolist()
QUIET = control(ONE, ONE)
WIDE = control(NOISE, ONE)
BIASED = control(ONE, [1.02] * 10)
LOOK_CONFIDENCE = SequentialDesign().confidence


def witness(cpu: float, gate: Control = QUIET) -> Witness:
    """CPU time that knows the speedup for sure."""
    return Witness(comparison=compare([cpu] * 10, ONE, confidence=LOOK_CONFIDENCE), gate=gate)


def ended(
    design: SequentialDesign,
    base: Sequence[float],
    candidate: Sequence[float],
    copy: Sequence[float],
    cpu: Witness | None,
) -> Look | None:
    """The look if it is the last one."""
    gate = control(base, copy)
    look = design.conclude(base, candidate, copy=copy, gate=gate, cpu=cpu)
    return look if look.is_final else None


def by_cpu(arms: Sequence[Sequence[float]], done: int) -> Witness:
    """What CPU time says of base, copy and candidate."""
    base, copy, candidate = (arm[:done] for arm in arms)
    found = looks.compare_with_copy(
        base, copy, candidate, margin=MARGIN, confidence=LOOK_CONFIDENCE
    )
    return Witness(comparison=found, gate=control(base, copy))


def ask(
    trace: Callable[[str], Trace],
    name: str,
    saved: float,
    *,
    goal: float | None,
    has_cpu: bool,
) -> tuple[dict[str, float], float]:
    """Percent of each end, and mean rounds, with a control and maybe CPU time as the witness."""
    design = SequentialDesign(goal=goal)
    ends: Counter[str] = Counter()
    used = 0
    clocks = (
        trace(f"{name} {clock}").rounds(80, arms=3, saved=saved, seeds=5)
        for clock in ("wall", "cpu")
    )
    for walls, cpus in zip(*clocks, strict=True):
        for done in LOOKS:
            base, copy, candidate = (arm[:done] for arm in walls)
            cpu = by_cpu(cpus, done) if has_cpu else None
            look = ended(design, base, candidate, copy, cpu)
            if look is not None:
                break
        assert look is not None
        ends[look.comparison.word if look.is_sound else "unstable"] += 1
        used += done
    total = ends.total()
    return {end: 100 * count / total for end, count in ends.items()}, used / total
