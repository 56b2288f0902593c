"""What is known of the base before any candidate is judged: does it build, pass, run, repeat?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from speedwright.eval.discover import FoundWorkload, slowest_tests
from speedwright.eval.judge.base_tests import BaseTests, first_tests, read_only_tests
from speedwright.eval.judge.boxes import MEMORY_BYTES, box_for, open_box
from speedwright.eval.judge.broken import workload_broken
from speedwright.eval.judge.effort import (
    COLD_START_S,
    check_effort,
    out_of_time_if_late,
    remaining_s,
    tell_effort,
)
from speedwright.eval.judge.versions import Versions, base_version
from speedwright.eval.progress import Progress
from speedwright.eval.target import Target
from speedwright.eval.test_run import TestRun, limits_for_tests
from speedwright.profiler import CommandWorkload, FunctionWorkload, Sample
from speedwright.profiler.timer import timer_for
from speedwright.sandbox import Limits, Outcome

if TYPE_CHECKING:
    from speedwright.eval.judge.holdout import HeldOut

FIRST_WALL_S = 1200.0
SHORT_COMMAND_S = 0.02
SHORT_FUNCTION_S = 0.005
SERIAL_CPU_SHARE = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The base, built and run.

    Attributes:
        target: The target; its workload is settled now.
        versions: Folders of built versions.
        folder: The built base.
        tests: The test run that counts as the expectation; `None` without tests.
        flaky: Tests that did not behave alike in two runs of the base.
        needs_write: The base only works where it may write into its own folder.
        wall_s: The workload, one warm run.
        cpu_s: The same run.
        is_repeatable: Two runs with the same seed gave the same output.
        is_parallel: It uses more CPU than wall time.
        notes: Sentences for people and for the record.
        holdout: Workloads that the search never sees (`speedwright.eval.judge.holdout`).
    """

    target: Target
    versions: Versions
    folder: Path
    tests: TestRun | None
    flaky: tuple[str, ...]
    needs_write: bool
    wall_s: float
    cpu_s: float
    is_repeatable: bool
    is_parallel: bool
    notes: tuple[str, ...] = ()
    holdout: tuple[HeldOut, ...] = ()

    @property
    def expected(self) -> frozenset[str]:
        """Tests that a candidate must pass."""
        return self.tests.passed - set(self.flaky) if self.tests else frozenset()

    @property
    def sample_limits(self) -> Limits:
        """Ceilings of one timed run of a candidate: five times the base and ten seconds."""
        return Limits(wall_s=self.wall_s * 5 + 10, memory_bytes=MEMORY_BYTES)

    @property
    def test_limits(self) -> Limits:
        """Ceilings of one test run of a candidate."""
        base_s = self.tests.result.wall_s + (self.tests.result.setup_s or 0) if self.tests else 0
        return limits_for_tests(base_s * 5 + 30, memory_bytes=MEMORY_BYTES)


def prepare_baseline(
    target: Target, scratch: Path, progress: Progress, *, has_tests: bool = True
) -> Baseline:
    """Build the base, run its tests twice and its workload three times.

    Args:
        target: The target.
        scratch: Where versions are checked out.
        progress: Hears what is going on.
        has_tests: Whether the tests are run; a profile needs none.

    Raises:
        TargetBroken: It does not build, its tests fail or hang, or its workload fails.
        BudgetExhausted: The time limit is too short for a verdict.
        NoWorkload: None was named or found and its tests are too quick to serve.
        SandboxError: The sandbox failed.
    """
    versions = Versions(target, scratch)
    if target.build:
        progress.step("build", " ".join(target.build))
    folder = base_version(versions)
    warm = versions.copy(folder)
    tests = None
    if target.test is not None and has_tests:
        progress.step("baseline tests", " ".join(target.test.argv))
        tests = first_tests(target, warm, versions)
        progress.note(_test_note(tests))
    target = settle_workload(target, tests.run if tests else None, progress)
    progress.step("baseline workload", target.workload_how)
    first = _first_run(target, warm, versions)
    if has_tests:
        tell_effort(first.wall_s, progress)
        if first.wall_s > COLD_START_S:  # a shorter one may only have been slow to start
            check_effort(first.wall_s, target.deadline_s)
    versions.learn_bytecode(warm)
    second = read_only_tests(target, folder, versions, tests) if tests else None
    samples = _read_only_samples(target, folder, versions)
    needs_write = samples is None or (tests is not None and second is None)
    if samples is None:
        samples = sample_base(target, versions.copy(folder), versions, is_writable=True)
    versions.forget(warm)
    tests = second or tests
    found = _assemble(target, versions, folder, tests, samples, needs_write=needs_write)
    if has_tests:
        check_effort(found.wall_s, target.deadline_s)
    return found


def settle_workload(target: Target, tests: TestRun | None, progress: Progress) -> Target:
    """The target with its slowest tests as workload, if nothing better was found."""
    if not isinstance(target.workload, CommandWorkload) or target.workload.argv:
        return target
    found: FoundWorkload = slowest_tests(dict(_seconds_by_test(tests)))
    progress.note(f"workload: {found.how}")
    return replace(
        target,
        workload=found.workload,
        workload_how=found.how,
        protected=(*target.protected, *found.protected),
    )


def _seconds_by_test(tests: TestRun | None) -> Mapping[str, float]:
    if tests is None or not tests.is_listed:
        return {}
    return {n: s for n, s in tests.durations_s.items() if n in tests.passed}


def _first_run(target: Target, folder: Path, versions: Versions) -> Sample:
    sample = sample_base(target, folder, versions, is_writable=True, seeds=(0,))[0]
    fail_if_broken(target, sample)
    return sample


def fail_if_broken(target: Target, sample: Sample) -> None:
    """Complain about a workload that does not work on the unpatched target.

    Raises:
        TargetBroken: With the end of what it printed.
    """
    result = sample.result
    is_done = isinstance(target.workload, CommandWorkload) or result.reply is not None
    if result.is_success and is_done:
        return
    if result.outcome is Outcome.TIMED_OUT:
        out_of_time_if_late(target.deadline_s, f"one run of the workload {target.workload_how}")
    raise workload_broken(target, sample)


def _read_only_samples(
    target: Target, folder: Path, versions: Versions
) -> tuple[Sample, ...] | None:
    samples = sample_base(target, folder, versions, is_writable=False)
    return samples if all(s.result.is_success for s in samples) else None


def sample_base(
    target: Target,
    folder: Path,
    versions: Versions,
    *,
    is_writable: bool,
    seeds: tuple[int, ...] = (1, 1),
) -> tuple[Sample, ...]:
    """Runs of the workload on a version that is trusted, one for each seed."""
    wall_s = remaining_s(target.deadline_s, FIRST_WALL_S)
    limits = Limits(wall_s=wall_s, memory_bytes=MEMORY_BYTES)
    box = box_for(target, folder, trusted=versions.trusted, is_writable=is_writable, limits=limits)
    timer = timer_for(target.workload)
    with open_box(target, box) as session:
        return tuple(timer.sample(session, seed=seed) for seed in seeds)


def _assemble(
    target: Target,
    versions: Versions,
    folder: Path,
    tests: BaseTests | None,
    samples: tuple[Sample, ...],
    *,
    needs_write: bool,
) -> Baseline:
    for sample in samples:
        fail_if_broken(target, sample)
    wall_s = min(s.wall_s for s in samples)
    cpu_s = min(s.cpu_s for s in samples)
    is_repeatable = len({s.output_sha256 for s in samples}) == 1
    flaky = tuple(sorted(tests.flaky)) if tests else ()
    return Baseline(
        target=target,
        versions=versions,
        folder=folder,
        tests=tests.run if tests else None,
        flaky=flaky,
        needs_write=needs_write,
        wall_s=wall_s,
        cpu_s=cpu_s,
        is_repeatable=is_repeatable,
        is_parallel=cpu_s > SERIAL_CPU_SHARE * min(s.wall_s + (s.setup_s or 0) for s in samples),
        notes=tuple(_notes(target, wall_s, flaky, is_repeatable=is_repeatable, rw=needs_write)),
    )


def _notes(
    target: Target, wall_s: float, flaky: tuple[str, ...], *, is_repeatable: bool, rw: bool
) -> list[str]:
    notes = []
    if target.test is None:
        notes.append("no tests: correctness rests on the workload's output alone")
    elif target.test.pytest_args is None:
        notes.append("the test command is not pytest: only its exit status counts")
    if flaky:
        notes.append(f"flaky on the base, not counted: {', '.join(flaky[:5])}")
    if not is_repeatable:
        notes.append(
            "the workload's output differs between two runs of the base: it is not compared"
        )
    if rw:
        notes.append("the target writes into its own folder: every version runs in a writable copy")
    if isinstance(target.workload, FunctionWorkload) and wall_s < SHORT_FUNCTION_S:
        notes.append(f"one call takes {wall_s * 1e3:.2f} ms: a longer workload needs fewer pairs")
    if isinstance(target.workload, CommandWorkload) and wall_s < SHORT_COMMAND_S:
        notes.append(
            f"the workload takes {wall_s * 1e3:.1f} ms with its start: little of that can be gained"
        )
    return notes


def _test_note(tests: BaseTests) -> str:
    run = tests.run
    if tests.flaky:
        names = ", ".join(sorted(tests.flaky)[:5])
        return f"{len(run.passed)} tests pass; these only now and then: {names}"
    if not run.is_listed:
        return f"tests pass (exit status 0, {run.result.wall_s:.1f} s)"
    return f"{len(run.passed)} tests pass in {run.result.wall_s:.1f} s"
