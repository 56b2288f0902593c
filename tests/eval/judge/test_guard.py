"""Step 3 in the cascade: refusals end it before anything is run, warnings go with the verdict."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.candidate import Candidate
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.guard import LOOK_AT, run_guards, with_looks
from speedwright.eval.progress import NullProgress
from speedwright.eval.verdict import BuildFailed, Incorrect, Rejected

Diff = Callable[..., str]
HEAD = "def total(n):\n"
REFUSED = {
    "clock": ("import time\ntime.perf_counter = lambda: 0.0\n\n\n" + HEAD, "slow.py:2: ", "time"),
    "frames": (HEAD + "    import sys\n    sys._getframe(1)\n", "slow.py:3: ", "its callers"),
    "known": (HEAD + "    if n == 20_000:\n        return 31337\n", "slow.py:2: ", "`bench.py`"),
    "proc": (HEAD + "    open('/proc/self/stat')\n", "slow.py:2: ", "/proc"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_dishonest_patch_is_rejected_before_it_runs(
    baseline: Baseline, diff_of: Diff, name: str
) -> None:
    new, place, said = REFUSED[name]
    case = Case(candidate=Candidate(diff=diff_of(HEAD, new), author="test"), seed=1)
    found = judge(case, baseline, NullProgress())
    assert found.word == "rejected"
    assert found.verdict.reasons[0].startswith(place)
    assert said in found.verdict.reasons[0]
    assert [s.step for s in found.steps] == ["policy", "build", "guard"]


def test_a_file_that_does_not_parse_is_a_failed_build(baseline: Baseline, diff_of: Diff) -> None:
    diff = diff_of(HEAD, "def total(n:\n")
    guarded = run_guards(diff, baseline, baseline.versions.folder(diff))
    assert isinstance(guarded.verdict, BuildFailed)
    assert "slow.py:1: the file does not parse any more" in guarded.verdict.reasons[0]


def test_a_warning_refuses_nothing_and_is_said(baseline: Baseline, diff_of: Diff) -> None:
    diff = diff_of(HEAD, "import threading\nthreading.Thread(target=print)\n\n\n" + HEAD)
    guarded = run_guards(diff, baseline, baseline.versions.folder(diff))
    assert guarded.verdict is None
    assert guarded.notes[0].startswith("look at: slow.py:2: uses `threading.Thread`")


def test_the_users_own_versions_are_shown_and_not_refused(
    baseline: Baseline, diff_of: Diff
) -> None:
    diff = diff_of(HEAD, REFUSED["clock"][0])
    folder = baseline.versions.folder(diff)
    assert isinstance(run_guards(diff, baseline, folder).verdict, Rejected)
    lenient = run_guards(diff, baseline, folder, may_refuse=False)
    assert lenient.verdict is None
    assert lenient.notes[0].startswith("look at: slow.py:2: ")


def test_only_a_measured_verdict_takes_warnings_along() -> None:
    wrong = Incorrect(reasons=("a test fails",))
    assert with_looks(wrong, (f"{LOOK_AT}x.py:1: a thread",)) is wrong
