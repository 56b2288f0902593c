"""Step 4, tests: what passed on the base must pass on the candidate, by id.

Covers: failing, missing, newly skipped and never-run tests, a test process that ends early or
answers without the nonce, hangs, crashes.
Does not cover: a candidate that finds the nonce in its own process (step 3 looks for that).
"""

from __future__ import annotations

from pathlib import Path

from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.boxes import box_for, open_box
from speedwright.eval.test_run import TestRun, run_tests
from speedwright.eval.verdict import Crashed, Incorrect, TimedOut, Verdict
from speedwright.sandbox import Outcome

SHOWN = 5
TAIL_CHARS = 1200


def check_tests(baseline: Baseline, folder: Path) -> Verdict | None:
    """The verdict that ends the cascade, or `None` if the tests pass (or there are none).

    Raises:
        SandboxError: The sandbox failed.
    """
    test = baseline.target.test
    if test is None:
        return None
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
            return _verdict(baseline, run_tests(session, test, limits=limits), limits.wall_s)
    finally:
        if is_writable:
            baseline.versions.forget(place)


def _verdict(baseline: Baseline, run: TestRun, limit_s: float) -> Verdict | None:
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
