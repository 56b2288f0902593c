"""Step 4, tests: what passed on the base must pass on the candidate, by id.

Covers: failing, missing, newly skipped and never-run tests, a test process that ends early or
answers without the nonce, hangs, crashes, tests that fail now and then (run again, named).
Does not cover: a candidate that finds the nonce in its own process (step 3 looks for that).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.boxes import box_for, open_box
from speedwright.eval.test_run import TestRun, run_tests
from speedwright.eval.verdict import Crashed, Incorrect, TimedOut, Verdict
from speedwright.sandbox import Outcome

SHOWN = 5
TAIL_CHARS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCheck:
    """What the tests say of a candidate.

    Attributes:
        verdict: The one that ends the cascade, or `None` if they pass (or there are none).
        outcomes: Outcome by test id of the first run; empty if they are not known.
        flaky: Tests that failed once but did not decide: they passed when run again, or the base
            fails them now too.
    """

    __test__ = False

    verdict: Verdict | None
    outcomes: Mapping[str, str] = field(default_factory=dict)
    flaky: tuple[str, ...] = ()


def check_tests(baseline: Baseline, folder: Path) -> TestCheck:
    """Run the tests on a built version; failures are run again, on the candidate and on the base.

    A test counts against a candidate if it fails twice there and passes again on the base. What
    fails once only is named as flaky: a busy machine breaks tests that look at the clock.

    Raises:
        SandboxError: The sandbox failed.
    """
    if baseline.target.test is None:
        return TestCheck(verdict=None)
    first = _run(baseline, folder)
    verdict = _verdict(baseline, first)
    broken = baseline.expected - first.passed
    if verdict is None or not (first.is_complete and first.is_listed and broken):
        return TestCheck(verdict=verdict, outcomes=first.outcomes)
    second = _run(baseline, folder)
    if not second.is_complete:
        return TestCheck(verdict=verdict, outcomes=first.outcomes)
    again = broken - second.passed
    if again:
        base = _run(baseline, baseline.folder)
        again &= base.passed if base.is_complete else again
    if not again:
        return TestCheck(verdict=None, outcomes=first.outcomes, flaky=tuple(sorted(broken)))
    return TestCheck(
        verdict=Incorrect(reasons=(_broken(sorted(again), first),)),
        outcomes=first.outcomes,
        flaky=tuple(sorted(broken - again)),
    )


def _run(baseline: Baseline, folder: Path) -> TestRun:
    test = baseline.target.test
    assert test is not None
    limits = baseline.test_limits
    is_writable = baseline.needs_write
    place = baseline.versions.copy(folder) if is_writable else folder
    box = box_for(
        baseline.target,
        place,
        trusted=baseline.versions.trusted,
        is_writable=is_writable,
        limits=limits,
    )
    try:
        with open_box(baseline.target, box) as session:
            return run_tests(session, test, limits=limits)
    finally:
        if is_writable:
            baseline.versions.forget(place)


def _verdict(baseline: Baseline, run: TestRun) -> Verdict | None:
    limit_s = baseline.test_limits.wall_s
    outcome = run.result.outcome
    if outcome is Outcome.TIMED_OUT:
        return TimedOut(reasons=(f"the tests ran over {limit_s:.0f} s (5 x the base + 30 s)",))
    if outcome is not Outcome.EXITED:
        how = run.result.detail or outcome.value
        return Crashed(reasons=(f"the test run died ({how})\n{_tail(run)}",))
    if not run.is_listed:
        if run.exit_status == 0:
            return None
        return Incorrect(reasons=(f"the tests end with status {run.exit_status}\n{_tail(run)}",))
    if not run.is_complete:
        return Incorrect(
            reasons=(f"the test run ended before its report was complete\n{_tail(run)}",)
        )
    broken = sorted(baseline.expected - run.passed)
    if not broken:
        return None
    return Incorrect(reasons=(_broken(broken, run),))


def _broken(broken: list[str], run: TestRun) -> str:
    shown = ", ".join(f"{name} ({run.outcomes.get(name, 'not run')})" for name in broken[:SHOWN])
    more = f" and {len(broken) - SHOWN} more" if len(broken) > SHOWN else ""
    noun = "test" if len(broken) == 1 else "tests"
    return f"{len(broken)} {noun} that passed on the base: {shown}{more}\n{_tail(run)}"


def _tail(run: TestRun) -> str:
    return run.tail.strip()[-TAIL_CHARS:]
