"""Steps 6 and 7, screen and confirm: is it faster, and is the machine fit to say so?

Screen: base and candidate only, few pairs, on CPU time if the workload is serial; good for a
search, never for a claim. Confirm: new rounds with a byte-identical copy of the base as a third arm
(the A/A control), wall time, eight looks from 8 to 80 pairs; at each what is decided ends, and what
is not worth more pairs.
"""

from __future__ import annotations

import functools
import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.boxes import box_for, timing_cpus
from speedwright.eval.judge.explain import failure
from speedwright.eval.judge.look import (
    SCREEN_DROPS,
    drop_of_screen,
    look_of_confirmation,
    look_of_screen,
)
from speedwright.eval.judge.outputs import wrong_output
from speedwright.eval.judge.rounds import (
    BASE,
    CANDIDATE,
    COPY,
    Rounds,
    SampleFailed,
    off_the_timed_cores,
)
from speedwright.eval.progress import Progress
from speedwright.eval.stats import LOOKS, SequentialDesign, Word
from speedwright.eval.verdict import Measured, Unstable, Verdict
from speedwright.profiler import FunctionWorkload, Workload
from speedwright.profiler.timer import timer_for
from speedwright.profiler.timing_lock import timing_lock
from speedwright.profiler.workload import with_default_seed, with_fresh_seeds
from speedwright.sandbox import Session
from speedwright.sandbox.side_by_side import open_side_by_side

SCREEN_LOOKS = (7, 14, 20)
SCREEN_LEVEL = 0.008
GLANCES = 3


class Mode(StrEnum):
    """Whether a number is for the search or for a claim."""

    SCREEN = "screen"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Verdict and what it rests on.

    Attributes:
        verdict: Measured, unstable, or the candidate's failure.
        rounds: The rounds, `None` if none were run.
        runs: Timed processes.
        default_gain: Where fresh seeds showed no gain: the median speedup of three pairs on the
            seed that `setup()` has by default. No claim, but a reason to look.
    """

    verdict: Verdict
    rounds: Rounds | None
    runs: int
    default_gain: float | None = None

    @property
    def is_without_gain(self) -> bool:
        """It was measured to its end and shows no gain, be the machine ever so noisy."""
        if not isinstance(self.verdict, Measured | Unstable):
            return False
        return self.verdict.comparison.word is not Word.FASTER


def measure(
    baseline: Baseline,
    reference: Path,
    candidate: Path,
    *,
    mode: Mode,
    seed: int,
    progress: Progress,
    deadline_s: float | None = None,
    goal: float | None = None,
    most_pairs: int | None = None,
    loaded: tuple[str, ...] = (),
    is_default: bool = False,
    has_glance: bool = False,
) -> Measurement:
    """Time the version in `candidate` against the one in `reference`.

    Args:
        baseline: What is known of the target.
        reference: Folder of the built version to beat.
        candidate: Folder of the built version to judge.
        mode: Screen or confirm.
        seed: Of the order and the samples.
        progress: Hears of every look.
        deadline_s: Point on the monotonic clock at which the next look is the last.
        goal: Least relative difference that matters: a confirmation ends once it is excluded.
        most_pairs: No look beyond this one; `None` for all of the design.
        loaded: Modules that both versions find loaded (`newly_imported`).
        is_default: Confirm on the seed that `setup()` has by default, not on fresh ones.
        has_glance: Where fresh seeds showed no gain, say `default_gain`.

    Raises:
        SandboxError: The sandbox failed.
    """
    arms = {BASE: reference, CANDIDATE: candidate}
    if mode is Mode.CONFIRM:
        arms[COPY] = baseline.versions.copy(reference)
    cpus = timing_cpus(is_parallel=baseline.is_parallel)
    try:
        with (
            timing_lock(lambda: progress.note("waiting: another speedwright is measuring")),
            _open_arms(baseline, arms, cpus) as sessions,
            off_the_timed_cores(cpus),
        ):
            workload = baseline.target.workload
            default = with_default_seed(workload)
            if mode is Mode.CONFIRM:
                workload = default if is_default else with_fresh_seeds(workload)
            timer = timer_for(workload, loaded)
            rounds = Rounds(sessions, timer, baseline.sample_limits, seed=seed)
            design = _design(baseline, mode, goal, most_pairs)
            found = _run(baseline, rounds, design, mode, progress, deadline_s)
            if has_glance and _has_seed(workload) and found.is_without_gain:
                pair = {arm: sessions[arm] for arm in (BASE, CANDIDATE)}
                glance = Rounds(pair, timer_for(default, loaded), baseline.sample_limits, seed=seed)
                return _with_glance(found, glance)
            return found
    finally:
        if COPY in arms:
            baseline.versions.forget(arms[COPY])


def has_right_output(baseline: Baseline, candidate: Path) -> bool:
    """Run the base and a version once each, untimed: whether the version does and says the same.

    True of a base that does not repeat its own output, if the version runs at all.

    Raises:
        SandboxError: The sandbox failed.
    """
    arms = {BASE: baseline.folder, CANDIDATE: candidate}
    with _open_arms(baseline, arms, None) as sessions:
        timer = timer_for(baseline.target.workload)
        rounds = Rounds(sessions, timer, baseline.sample_limits, seed=0)
        try:
            rounds.run_one()
        except SampleFailed:
            return False
    return not baseline.is_repeatable or wrong_output(rounds) is None


def _has_seed(workload: Workload) -> bool:
    return isinstance(workload, FunctionWorkload) and workload.inputs.takes_seed


def _with_glance(found: Measurement, glance: Rounds) -> Measurement:
    """The same, with what three pairs on the default seed look like."""
    try:
        pairs = [glance.run_one().samples for _ in range(GLANCES)]
    except SampleFailed:
        return replace(found, runs=found.runs + glance.runs)
    gain = statistics.median(pair[BASE].wall_s / pair[CANDIDATE].wall_s for pair in pairs)
    return replace(found, runs=found.runs + glance.runs, default_gain=gain)


def _run(
    baseline: Baseline,
    rounds: Rounds,
    design: SequentialDesign,
    mode: Mode,
    progress: Progress,
    deadline_s: float | None,
) -> Measurement:
    try:
        rounds.warm_up()
        while True:
            is_last = _fill(rounds, design, mode, progress, deadline_s)
            verdict: Verdict | None = wrong_output(rounds) if baseline.is_repeatable else None
            if verdict is None and mode is Mode.SCREEN:
                verdict = drop_of_screen(rounds, design, baseline)
            if verdict is None and (is_last or len(rounds.kept) in design.looks):
                verdict = _look(rounds, design, mode, baseline, is_last=is_last)
            if verdict is not None:
                return Measurement(verdict=verdict, rounds=rounds, runs=rounds.runs)
    except SampleFailed as failed:
        verdict = failure(failed, baseline.sample_limits.wall_s)
        return Measurement(verdict=verdict, rounds=rounds, runs=rounds.runs)


def _look(
    rounds: Rounds, design: SequentialDesign, mode: Mode, baseline: Baseline, *, is_last: bool
) -> Verdict | None:
    """The verdict if this look ends the measurement."""
    if mode is Mode.SCREEN:
        return look_of_screen(rounds, design, baseline, is_last=is_last)
    return look_of_confirmation(rounds, design, is_last=is_last)


def _fill(
    rounds: Rounds,
    design: SequentialDesign,
    mode: Mode,
    progress: Progress,
    deadline_s: float | None,
) -> bool:
    """Rounds up to the next look; whether time is up, so that this look is the last."""
    done = len(rounds.kept)
    drops = SCREEN_DROPS if mode is Mode.SCREEN else ()
    goal = min(pairs for pairs in (*design.looks, *drops) if pairs > done)
    while len(rounds.kept) < goal:
        rounds.run_one()
        progress.update(len(rounds.kept), goal, "pairs")
        # Where the hypervisor took the first round, one more is run.
        if deadline_s is not None and time.monotonic() > deadline_s and rounds.kept:
            return len(rounds.kept) < design.looks[-1]
    return False


def _design(
    baseline: Baseline, mode: Mode, goal: float | None, most_pairs: int | None
) -> SequentialDesign:
    margin = baseline.target.margin
    if mode is Mode.SCREEN:
        return SequentialDesign(looks=SCREEN_LOOKS, level=SCREEN_LEVEL, margin=margin)
    # Fewer looks at the same level err less often, never more.
    looks = tuple(n for n in LOOKS if most_pairs is None or n <= most_pairs)
    return SequentialDesign(looks=looks, margin=margin, goal=goal)


@contextmanager
def _open_arms(
    baseline: Baseline, arms: Mapping[str, Path], cpus: tuple[int, ...] | None
) -> Iterator[dict[str, Session]]:
    """A session for every arm, opened side by side: a container takes its time to start."""
    limits = replace(baseline.sample_limits, cpus=cpus)

    def opened(folder: Path) -> Session:
        box = box_for(
            baseline.target,
            folder,
            trusted=baseline.versions.trusted,
            is_writable=baseline.needs_write,
            limits=limits,
        )
        return baseline.versions.open(box, folder)

    with ExitStack() as stack:
        openers = [functools.partial(opened, folder) for folder in arms.values()]
        sessions = open_side_by_side(stack, openers)
        yield dict(zip(arms, sessions, strict=True))


def fresh_seed() -> int:
    """A seed from the system, for a run that was given none; it is recorded."""
    return int.from_bytes(os.urandom(6), "big")
