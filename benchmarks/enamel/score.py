"""From runs to the score of a sample: stop rules and levels, for one clock at a time. Pure.

Official: `call_s`, which the program's own process reads around the call, as published.
Hardened: the same, believed as far as the clock outside cannot tell otherwise: never less than
`wall_s` there without what the reference takes beside its call.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.timing import GRACE_S, Run, Timing
from speedwright.eval.metrics.eff_at_k import level_efficiency, weighted_efficiency
from speedwright.eval.metrics.hodges_lehmann import hodges_lehmann

RESOLUTION_S = 50e-6  # shorter calls cannot be told apart from outside
SLOW = ("timed-out", "memory", "overflow")
Clock = Callable[[Run], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the reference took, measured on this machine right before the samples.

    Attributes:
        levels_s: Largest time over the cases of each level with a weight.
        limit_s: Time limit of the problem: a factor over the largest of these.
    """

    levels_s: Mapping[int, float]
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """Both references of a problem, and how the clock outside is read.

    Attributes:
        official: On the program's own clock.
        hardened: As far as the clock outside believes it.
        overhead_s: By case, the upper quartile of its level: what the reference takes beside
            its call outside (definitions, the go signal, marshalling and sending an output).
        gap_s: The same of what it takes from an answer until the next input is ready.
        opening_s: The upper quartile of what a call that opens a process takes outside.
        is_kept: Whether it was measured in full before and now calibrated.
    """

    official: Reference
    hardened: Reference
    overhead_s: Mapping[int, float]
    gap_s: Mapping[int, float] = field(default_factory=dict)
    opening_s: float = 0.0
    is_kept: bool = False

    def kill_s(self, parameters: Parameters) -> float:
        """When a repetition is killed: late enough that both clocks have passed their limit."""
        extra_s = max(self.overhead_s.values(), default=0.0)
        limit_s = max(self.official.limit_s, self.hardened.limit_s)
        return limit_s + 2 * extra_s + parameters.tolerance_s + GRACE_S

    def outside(self, run: Run) -> float:
        """Time of a call that both clocks allow, never below what can be told apart.

        What is taken beside a call differs from run to run by as much as a short call takes. So the
        clock outside bounds the program's own one from below and does not replace it: a program
        that lies about its time gains what the clock outside cannot resolve, and no more.
        """
        own_s = run.call_s if run.call_s is not None and math.isfinite(run.call_s) else 0.0
        return max(RESOLUTION_S, own_s, self.seen_s(run))

    def seen_s(self, run: Run) -> float:
        """Outside, from the answer before on, without what the reference takes beside its calls.

        A process that has answered once may work, or delay what it should do, before it says that
        it has its next input: no difference to when it does it after that.
        """
        seen_s = run.wall_s - self.overhead(run.case)
        if run.gap_s and run.case in self.gap_s:
            seen_s += run.gap_s - self.gap_s[run.case]
        return seen_s

    def overhead(self, case: int) -> float:
        """Of a case; of the cheapest one where the case was not measured (level 0)."""
        return self.overhead_s.get(case, min(self.overhead_s.values(), default=0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleScore:
    """A sample by one clock.

    Attributes:
        passed: Right on everything it got to, and through level 0.
        levels: Efficiency of each level, 0 for levels without weight.
        efficiency: Their weighted mean.
        elapsed_s: By level, the time of each case that was finished.
        why: What ended it; empty if nothing did.
    """

    passed: bool
    levels: tuple[float, ...]
    efficiency: float
    elapsed_s: tuple[tuple[float, ...], ...] = ()
    why: str = ""


@dataclass(slots=True)
class _Course:
    """Times so far, and where it ended."""

    times: dict[int, list[float]] = field(default_factory=dict)
    stopped_at: int | None = None
    why: str = ""


def own_clock(run: Run) -> float:
    """The published time: of the call, read inside; what is no number is no efficiency."""
    return math.inf if run.call_s is None else run.call_s


def _resolved(run: Run) -> float:
    """The reference's own time, which is believed, but for what could not be told of a sample."""
    return max(RESOLUTION_S, own_clock(run))


def yardstick(
    reference: Sequence[Run],
    cases: Sequence[Case],
    parameters: Parameters,
    *,
    is_kept: bool = False,
) -> Yardstick:
    """The references' times from runs of the reference by `reference_plan`.

    Raises:
        ValueError: A repetition of the reference failed.
    """
    bad = [run for run in reference if run.status != "ok" or run.call_s is None]
    if bad or not reference:
        raise ValueError(bad[0].status if bad else "no runs")
    by_case: dict[int, list[Run]] = {}
    for run in reference:
        if run.opens is None:
            by_case.setdefault(run.case, []).append(run)
    overhead = _beside(by_case, cases, lambda run: max(0.0, run.wall_s - own_clock(run)))
    gap = _beside(by_case, cases, lambda run: run.gap_s)
    # A sample's slowest case comes right after the opening, where an input lands on new pages.
    fresh: dict[int, list[Run]] = {}
    for before, run in pairwise(reference):
        if before.opens is not None and run.opens is None:
            fresh.setdefault(run.case, []).append(run)
    levels = {cases[n].draw.level: s for n, s in _beside(fresh, cases, lambda r: r.gap_s).items()}
    gap = {case: levels.get(cases[case].draw.level, seconds) for case, seconds in gap.items()}
    openings = [run.wall_s for run in reference if run.opens is not None]
    return Yardstick(
        official=_reference(by_case, cases, parameters, own_clock),
        hardened=_reference(by_case, cases, parameters, _resolved),
        overhead_s=overhead,
        gap_s=gap,
        opening_s=_upper_quartile(openings) if openings else 0.0,
        is_kept=is_kept,
    )


def _beside(
    by_case: Mapping[int, Sequence[Run]], cases: Sequence[Case], seconds: Clock
) -> dict[int, float]:
    """By case, of the level as a whole: what is sent is of like size, and one case has few runs."""
    by_level: dict[int, list[float]] = {}
    for case, runs in by_case.items():
        by_level.setdefault(cases[case].draw.level, []).extend(map(seconds, runs))
    return {case: _upper_quartile(by_level[cases[case].draw.level]) for case in by_case}


def _upper_quartile(values: Sequence[float]) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=4, method="inclusive")[-1]


def _reference(
    by_case: Mapping[int, Sequence[Run]],
    cases: Sequence[Case],
    parameters: Parameters,
    clock: Clock,
) -> Reference:
    levels: dict[int, float] = {}
    for case, runs in by_case.items():
        level = cases[case].draw.level
        levels[level] = max(levels.get(level, 0.0), hodges_lehmann([clock(run) for run in runs]))
    return Reference(
        levels_s=levels, limit_s=parameters.timeout_factor * max(levels.values(), default=0.0)
    )


def official_score(
    timing: Timing,
    is_right: Callable[[Run], bool],
    cases: Sequence[Case],
    stick: Yardstick,
    parameters: Parameters,
) -> SampleScore:
    """The published score.

    Differs: a repetition is too slow by what definitions and call took inside (published: an alarm
    in the same process); an output that is no plain builtin data is wrong (published: its own `==`
    decides); the reference's cases that may be the slowest get all repetitions, the others one;
    times of it that were kept are scaled only where a run of every level agrees; a time-out in
    level 0, which fails a sample, has to happen three times in a row.
    """
    limit = stick.official.limit_s + parameters.tolerance_s

    def is_late(run: Run) -> bool:
        return run.program_s is not None and run.program_s > limit

    return _score(timing, is_right, cases, stick.official, parameters, own_clock, is_late)


def hardened_score(
    timing: Timing,
    is_right: Callable[[Run], bool],
    cases: Sequence[Case],
    stick: Yardstick,
    parameters: Parameters,
    *,
    refused: Sequence[str] = (),
) -> SampleScore:
    """The same rules on the clock outside; 0 in all for what only a cheat does.

    Efficiencies are cut off at 1. Definitions count as work, since nothing of the program has run
    before the clock starts.

    Args:
        timing: Of the sample.
        is_right: Whether a run's output is right.
        cases: Of the problem.
        stick: Its references.
        parameters: Of the protocol.
        refused: Reasons to give nothing at all.
    """
    if refused:
        return _failed(parameters, refused[0])
    limit = stick.hardened.limit_s + parameters.tolerance_s

    def is_late(run: Run) -> bool:
        return stick.seen_s(run) > limit

    found = _score(
        timing,
        is_right,
        cases,
        stick.hardened,
        parameters,
        stick.outside,
        is_late,
        opened_s=_opened(timing, cases, stick),
    )
    clipped = tuple(min(1.0, level) for level in found.levels)
    return SampleScore(
        passed=found.passed,
        levels=clipped,
        efficiency=weighted_efficiency(clipped, parameters.hardness),
        elapsed_s=found.elapsed_s,
        why=found.why,
    )


def _score(
    timing: Timing,
    is_right: Callable[[Run], bool],
    cases: Sequence[Case],
    reference: Reference,
    parameters: Parameters,
    clock: Clock,
    is_late: Callable[[Run], bool],
    *,
    opened_s: Mapping[int, float] = MappingProxyType({}),
) -> SampleScore:
    course = _Course()
    for run in timing.runs:
        if run.opens is not None:
            continue
        if run.status in SLOW or is_late(run):
            course.stopped_at = cases[run.case].draw.level
            course.why = run.status if run.status in SLOW else "timed-out"
            break
        if run.status != "ok":
            return _failed(parameters, f"{run.status} {run.said}".strip())
        if not is_right(run):
            return _failed(parameters, "wrong output")
        course.times.setdefault(run.case, []).append(clock(run))
    if timing.fault:
        return _failed(parameters, timing.fault)
    if course.stopped_at is None and not _is_whole(course, cases, parameters):
        return _failed(parameters, "too much output")
    if course.stopped_at == 0:
        return _failed(parameters, course.why)
    return _passed(course, cases, reference, parameters, opened_s)


def _opened(timing: Timing, cases: Sequence[Case], stick: Yardstick) -> dict[int, float]:
    """By level, what the calls that open its processes take outside more than the expert's do.

    Added to the level's time: what is done in an opening for the cases after it would be free.
    """
    by_level: dict[int, list[float]] = {}
    for run in timing.runs:
        if run.opens is not None:
            by_level.setdefault(cases[run.opens].draw.level, []).append(run.wall_s)
    return {
        level: max(0.0, hodges_lehmann(walls) - stick.opening_s)
        for level, walls in by_level.items()
    }


def _is_whole(course: _Course, cases: Sequence[Case], parameters: Parameters) -> bool:
    return all(
        len(course.times.get(n, ())) == parameters.repetitions_at(case.draw.level)
        for n, case in enumerate(cases)
    )


def _passed(
    course: _Course,
    cases: Sequence[Case],
    reference: Reference,
    parameters: Parameters,
    opened_s: Mapping[int, float],
) -> SampleScore:
    efficiencies, elapsed = [], []
    for level, weight in enumerate(parameters.hardness):
        if course.stopped_at is not None and level >= course.stopped_at:
            efficiencies.append(0.0)
            continue
        members = [n for n, case in enumerate(cases) if case.draw.level == level]
        times = [hodges_lehmann(course.times[n]) for n in members]
        elapsed.append(tuple(times))
        slowest = max(times) if all(map(math.isfinite, times)) else math.inf
        slowest += opened_s.get(level, 0.0)
        efficiencies.append(
            level_efficiency(slowest, reference.levels_s[level], reference.limit_s)
            if weight
            else 0.0
        )
    return SampleScore(
        passed=True,
        levels=tuple(efficiencies),
        efficiency=weighted_efficiency(efficiencies, parameters.hardness),
        elapsed_s=tuple(elapsed),
        why=course.why,
    )


def _failed(parameters: Parameters, why: str) -> SampleScore:
    return SampleScore(
        passed=False, levels=(0.0,) * len(parameters.hardness), efficiency=0.0, why=why
    )
