"""A target's programs with other inputs, on base and candidate.

The workload command and what the tests start (`program_runs.py`) are run as they are and varied
(`program_variants.py`). The base runs twice; what it does not repeat is not compared. Where the
base turns an input down (an exit status of its own, an uncaught C++ exception), a candidate that
accepts it behaves otherwise; where it breaks over it by accident, nothing was promised.
"""

from __future__ import annotations

import functools
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from speedwright.eval.differential.driving import open_driver
from speedwright.eval.differential.program_runs import recorded_runs
from speedwright.eval.differential.program_variants import Variant, variants, variants_of_runs
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.outputs import difference
from speedwright.eval.verdict import Incorrect
from speedwright.profiler import CommandWorkload
from speedwright.profiler.timer import SOURCE_MOUNT, import_env, seed_env
from speedwright.sandbox import Call, Limits, Outcome, ProcessResult, Session
from speedwright.sandbox.side_by_side import open_side_by_side, run_side_by_side

MAX_WALL_S = 2.0
SHARE = 0.5
LEAST_SHELL_STATUS = 126
PYTHON_BROKE = b"Traceback (most recent call last)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramReport:
    """What came of it."""

    verdict: Incorrect | None = None
    compared: int = 0
    notes: tuple[str, ...] = ()


def all_variants(baseline: Baseline, *, seed: int) -> tuple[Variant, ...]:
    """Varied runs of the workload command and of the programs that the tests start.

    Raises:
        SandboxError: The sandbox failed.
    """
    return (*_of_workload(baseline, seed), *_of_tests(baseline, seed))


def check_programs(
    baseline: Baseline, folder: Path, made: Sequence[Variant], *, end_s: float
) -> ProgramReport:
    """Compare varied runs, as far as time allows.

    Raises:
        SandboxError: The sandbox failed.
    """
    if not made:
        return ProgramReport()
    end_s = min(end_s, time.monotonic() + SHARE * max(0.0, end_s - time.monotonic()) + 5)
    with ExitStack() as stack:
        folders = [baseline.folder, folder]
        if baseline.needs_write:
            folders = [baseline.versions.copy(f) for f in folders]
            for place in folders:
                stack.callback(baseline.versions.forget, place)
        openers = [functools.partial(open_driver, baseline, f) for f in folders]
        base, candidate = open_side_by_side(stack, openers)
        return _run(baseline, base, candidate, made, end_s)


def _of_workload(baseline: Baseline, seed: int) -> tuple[Variant, ...]:
    workload = baseline.target.workload
    if not isinstance(workload, CommandWorkload) or "pytest" in workload.argv:
        return ()
    if baseline.wall_s > MAX_WALL_S or not baseline.is_repeatable:
        return ()
    return variants(workload.argv, baseline.folder, seed=seed)


def _of_tests(baseline: Baseline, seed: int) -> tuple[Variant, ...]:
    return variants_of_runs(recorded_runs(baseline), seed=seed)


def _run(
    baseline: Baseline, base: Session, candidate: Session, made: Sequence[Variant], end_s: float
) -> ProgramReport:
    compared, notes = 0, []
    limits = Limits(wall_s=5 * baseline.wall_s + 1)
    long = Limits(wall_s=20 * baseline.wall_s + 10)
    for variant in made:
        if time.monotonic() > end_s:
            break
        first = functools.partial(run_once, base, variant, limits, 0)
        other = functools.partial(run_once, candidate, variant, long, 0)
        before, after = run_side_by_side((first, other))
        second = run_once(base, variant, limits, 1)
        if not (before.is_success or _is_refusal(before)) or _differs(before, second):
            continue
        compared += 1
        said = _differs(before, after)
        if not said:
            continue
        sentence = f"`{variant.said}`: {said}"
        if before.is_success or after.is_success:
            return ProgramReport(verdict=Incorrect(reasons=(sentence,)), compared=compared)
        notes.append(f"differs, not counted (the base fails there): {sentence}")
    return ProgramReport(compared=compared, notes=tuple(notes[:3]))


def run_once(session: Session, variant: Variant, limits: Limits, seed: int) -> ProcessResult:
    """One run, its input files written anew.

    Raises:
        SandboxError: The sandbox failed.
    """
    argv = list(variant.argv)
    for number, data in variant.files:
        session.write(f"input{number}", data)
        argv[number] = f"{session.where('scratch')}/input{number}"
    env = {**import_env(session), **seed_env(seed), "PYTHONDONTWRITEBYTECODE": "1"}
    source = session.where(SOURCE_MOUNT)
    call = Call(argv=tuple(argv), cwd=source, env=env, stdin=variant.stdin, limits=limits)
    return session.run(call)


def _is_refusal(result: ProcessResult) -> bool:
    """Whether a program turned its input down, rather than broke over it."""
    if result.outcome is Outcome.SIGNALED:
        return result.signal == signal.SIGABRT
    if result.exit_code is None or PYTHON_BROKE in result.stderr:
        return False
    return 0 < result.exit_code < LEAST_SHELL_STATUS


def _ending(result: ProcessResult) -> str:
    """How it ended, for people."""
    if result.outcome is Outcome.EXITED:
        return f"exit status {result.exit_code}"
    if result.outcome is Outcome.SIGNALED and result.signal is not None:
        return f"killed by signal {result.signal}"
    return result.detail or result.outcome.value


def _differs(before: ProcessResult, after: ProcessResult) -> str:
    """One sentence, empty if both ended alike and said the same."""
    if after.outcome is not before.outcome or before.is_success != after.is_success:
        return f"{_ending(before)} on the base, {_ending(after)} with the patch"
    if before.stdout_sha256 == after.stdout_sha256:
        return ""
    said = difference(before.stdout, after.stdout)
    return f"the output differs {said}" if said else ""
