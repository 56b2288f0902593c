"""The tests of the unpatched base: which ones may a candidate be held to?

Covers: tests that fail now and then on the base (run again, named, not counted), tests that only
pass where the target may write into its own folder.
Does not cover: tests that fail more rarely than once in two or three runs: `tests.py` meets those
on the candidate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from speedwright.eval.judge.boxes import MEMORY_BYTES, box_for, open_box
from speedwright.eval.judge.broken import tests_broken
from speedwright.eval.judge.effort import out_of_time_if_late, remaining_s
from speedwright.eval.judge.versions import Versions
from speedwright.eval.target import Target
from speedwright.eval.test_run import TestRun, limits_for_tests, run_tests
from speedwright.sandbox import Outcome

TESTS_WALL_S = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseTests:
    """What runs of the base's tests showed.

    Attributes:
        run: The run that counts as the expectation.
        flaky: Tests that did not behave alike in all runs.
    """

    run: TestRun
    flaky: frozenset[str] = frozenset()


def first_tests(target: Target, folder: Path, versions: Versions) -> BaseTests:
    """Run the tests where the target may write; what fails is run a second time.

    Raises:
        TargetBroken: A test fails twice, or nothing can be said.
        BudgetExhausted: The time limit ended the run.
        SandboxError: The sandbox failed.
    """
    first = _tests(target, folder, versions, is_writable=True)
    if first.is_green:
        return BaseTests(run=first)
    if first.result.outcome is Outcome.TIMED_OUT:
        out_of_time_if_late(target.deadline_s, "the tests of the unpatched target")
    flaky = _passing_again(first, lambda: _tests(target, folder, versions, is_writable=True))
    if flaky is None:
        raise tests_broken(target, first)
    return BaseTests(run=first, flaky=flaky)


def read_only_tests(
    target: Target, folder: Path, versions: Versions, known: BaseTests
) -> BaseTests | None:
    """Run them where the target cannot write to itself; `None` if that breaks it.

    Args:
        target: The target.
        folder: The built base.
        versions: Its versions.
        known: What the first run showed.

    Raises:
        SandboxError: The sandbox failed.
    """
    second = _tests(target, folder, versions, is_writable=False)
    flaky = known.flaky | (known.run.passed ^ second.passed if second.is_listed else frozenset())
    if second.is_green or (second.is_complete and not set(second.failed) - known.flaky):
        return BaseTests(run=known.run, flaky=flaky)
    again = _passing_again(second, lambda: _tests(target, folder, versions, is_writable=False))
    return None if again is None else BaseTests(run=known.run, flaky=flaky | again)


def _passing_again(run: TestRun, anew: Callable[[], TestRun]) -> frozenset[str] | None:
    """Tests that differ in another run; `None` if what failed is not only a matter of luck."""
    if not (run.is_complete and run.is_listed and run.passed and run.failed) or run.errors:
        return None
    other = anew()
    if not other.is_complete or set(run.failed) & set(other.failed) or other.errors:
        return None
    return run.passed ^ other.passed


def _tests(target: Target, folder: Path, versions: Versions, *, is_writable: bool) -> TestRun:
    assert target.test is not None
    wall_s = remaining_s(target.deadline_s, TESTS_WALL_S)
    limits = limits_for_tests(wall_s, memory_bytes=MEMORY_BYTES)
    box = box_for(target, folder, trusted=versions.trusted, is_writable=is_writable, limits=limits)
    with open_box(target, box) as session:
        return run_tests(session, target.test, limits=limits)
