"""Whether a version stands: policy, build, guards, tests and the workload's output, nothing timed.

For parts of a patch that was judged whole: what is kept of it is judged like any candidate, so
nothing here is the last word.

Does not cover: calls of the changed functions (step 5), files that are kept between runs.
"""

from __future__ import annotations

from speedwright.errors import SandboxError
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.guard import run_guards
from speedwright.eval.judge.measure import has_right_output
from speedwright.eval.judge.policy import check_policy
from speedwright.eval.judge.tests import check_tests
from speedwright.eval.judge.versions import VersionFailed


def passes(diff: str, baseline: Baseline) -> bool:
    """Whether the base with `diff` is allowed, builds, and passes guards and tests.

    Args:
        diff: Against the base.
        baseline: What it applies to.
    """
    if check_policy(diff, baseline.target):
        return False
    try:
        folder = baseline.versions.folder(diff)
        guarded = run_guards(diff, baseline, folder)
        return guarded.verdict is None and check_tests(baseline, folder).verdict is None
    except (VersionFailed, SandboxError):
        return False


def stands(diff: str, baseline: Baseline) -> bool:
    """Whether it passes, and its workload says what the base's says."""
    try:
        return passes(diff, baseline) and has_right_output(baseline, baseline.versions.folder(diff))
    except SandboxError:
        return False
