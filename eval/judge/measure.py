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
from speedwright.eval.judge.cpu_clock import cores, cpu_comparison, cpu_witness
from speedwright.eval.judge.dynamic import process_comparison, refuse_dishonest, warnings
from speedwright.eval.judge.explain import (
    failure,
    read_together,
    sentence,
    who_vouches,
    why_ended_early,
    why_unstable,
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
from speedwright.eval.stats import (
    LOOKS,
    Comparison,
    Control,
    Outlook,
    SequentialDesign,
    Word,
    compare,
    control,
    screen,
)
from speedwright.eval.verdict import (
    Measured,
    Unstable,
    Verdict,
)
from speedwright.profiler import FunctionWorkload, Workload
from speedwright.profiler.timer import timer_for
from speedwright.profiler.timing_lock import timing_lock
from speedwright.profiler.workload import with_default_seed, with_fresh_seeds
from speedwright.sandbox import Session
from speedwright.sandbox.side_by_side import open_side_by_side

SERIAL_CPU_OVER_WALL = 0.9
SCREEN_LOOKS = (7, 14, 20)
SCREEN_LEVEL = 0.008
SCREEN_DROPS = (5, 7)
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
                verdict = _dropped(rounds, design, baseline)
            if verdict is None and (is_last or len(rounds.kept) in design.looks):
                verdict = _look(rounds, design, mode, baseline, is_last=is_last)
            if verdict is not None:
                verdict = _honest(verdict, rounds)
                return Measurement(verdict=verdict, rounds=rounds, runs=rounds.runs)
    except SampleFailed as failed:
        verdict = failure(failed, baseline.sample_limits.wall_s)
        return Measurement(verdict=verdict, rounds=rounds, runs=rounds.runs)


def _honest(verdict: Verdict, rounds: Rounds) -> Verdict:
    """The verdict after the dynamic guards."""
    if not isinstance(verdict, Measured):
        return verdict
    refused = refuse_dishonest(rounds, verdict.comparison)
    if refused is not None:
        return refused
    said = warnings(rounds, verdict.comparison)
    return replace(verdict, reasons=(*verdict.reasons, *said))


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


def _dropped(rounds: Rounds, design: SequentialDesign, baseline: Baseline) -> Measured | None:
    """A verdict for the hopeless, where few pairs already exclude a gain worth having."""
    if len(rounds.kept) not in SCREEN_DROPS:
        return None
    is_cpu = _screens_on_cpu(baseline, rounds)
    base, candidate = _times(rounds, is_cpu=is_cpu)
    found = screen(base, candidate)
    if found.outlook is not Outlook.HOPELESS:
        return None
    comparison = compare(base, candidate, margin=design.margin, confidence=design.confidence)
    why = (
        f"dropped after {found.pairs} pairs: the gain is at most {max(0.0, found.at_most - 1):.1%}"
    )
    return _measured(rounds, comparison, None, why=why)


def _screens_on_cpu(baseline: Baseline, rounds: Rounds) -> bool:
    """CPU time is the quieter clock where the workload is serial and does not wait."""
    is_serial = SERIAL_CPU_OVER_WALL <= baseline.cpu_s / baseline.wall_s <= 1.1
    return is_serial and min(*rounds.cpus(BASE), *rounds.cpus(CANDIDATE)) > 0


def _look(
    rounds: Rounds, design: SequentialDesign, mode: Mode, baseline: Baseline, *, is_last: bool
) -> Verdict | None:
    """The verdict if this look ends the measurement."""
    wall = _times(rounds, is_cpu=False)
    if mode is Mode.SCREEN:
        is_cpu = _screens_on_cpu(baseline, rounds)
        times = _times(rounds, is_cpu=is_cpu)
        look = design.conclude(*times, is_last=is_last)
        clock = "CPU time" if is_cpu else "wall time"
        why = f"screened on {clock}; no claim"
        return _measured(rounds, look.comparison, None, why=why) if look.is_final else None
    gate = control(rounds.walls(BASE), rounds.walls(COPY))
    cpu = cpu_witness(rounds, margin=design.margin, confidence=design.confidence)
    look = design.conclude(*wall, copy=rounds.walls(COPY), is_last=is_last, gate=gate, cpu=cpu)
    if not look.is_final:
        return None
    if not look.is_sound:
        return Unstable(control=gate, comparison=look.comparison, reasons=(why_unstable(gate),))
    why = why_ended_early(look.stop, design.goal)
    vouched = who_vouches(look.comparison, gate, cpu)
    return _measured(rounds, look.comparison, gate, why=why, vouched=vouched)


def _measured(
    rounds: Rounds,
    comparison: Comparison,
    gate: Control | None,
    *,
    why: str = "",
    vouched: str = "",
) -> Measured:
    cpu = cpu_comparison(rounds, margin=comparison.margin, confidence=comparison.confidence)
    base_s = statistics.median(rounds.walls(BASE))
    candidate_s = statistics.median(rounds.walls(CANDIDATE))
    label, reasons = read_together(comparison, cpu, cores(rounds, BASE), cores(rounds, CANDIDATE))
    said = (why, sentence(comparison, gate), vouched, *reasons)
    return Measured(
        comparison=comparison,
        cpu=cpu,
        control=gate,
        base_wall_s=base_s,
        candidate_wall_s=candidate_s,
        base_rss_bytes=_peak(rounds, BASE),
        candidate_rss_bytes=_peak(rounds, CANDIDATE),
        process=process_comparison(rounds),
        label=label,
        reasons=tuple(filter(None, said)),
    )


def _design(
    baseline: Baseline, mode: Mode, goal: float | None, most_pairs: int | None
) -> SequentialDesign:
    margin = baseline.target.margin
    if mode is Mode.SCREEN:
        return SequentialDesign(looks=SCREEN_LOOKS, level=SCREEN_LEVEL, margin=margin)
    # Fewer looks at the same level err less often, never more.
    looks = tuple(n for n in LOOKS if most_pairs is None or n <= most_pairs)
    return SequentialDesign(looks=looks, margin=margin, goal=goal)


def _times(rounds: Rounds, *, is_cpu: bool) -> tuple[list[float], list[float]]:
    read = rounds.cpus if is_cpu else rounds.walls
    return read(BASE), read(CANDIDATE)


def _peak(rounds: Rounds, arm: str) -> int:
    return int(statistics.median(r.samples[arm].peak_rss_bytes for r in rounds.kept))


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
