"""One candidate, one verdict: every word that a candidate can earn, on a real target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.candidate import Candidate
from speedwright.eval.judge import cascade
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.measure import Mode
from speedwright.eval.progress import NullProgress
from speedwright.eval.verdict import Judgement

pytestmark = pytest.mark.timed

LOOP = """\
    found = []
    for i in range(n):
        if i % 300 not in found:
            found.append(i % 300)
    return len(found)
"""
FAST = "    return len({i % 300 for i in range(n)})\n"

Diff = Callable[..., str]
Settled = Callable[[Callable[[], Judgement]], Judgement]


def judged(baseline: Baseline, diff: str, *, mode: Mode = Mode.CONFIRM) -> Judgement:
    case = Case(candidate=Candidate(diff=diff, author="test"), mode=mode, seed=7)
    return judge(case, baseline, NullProgress())


def judged_unguarded(baseline: Baseline, diff: str, *, mode: Mode = Mode.CONFIRM) -> Judgement:
    """Without the refusals of steps 1 and 3, to try the steps behind them."""
    case = Case(candidate=Candidate(diff=diff, author="test"), mode=mode, seed=7, has_policy=False)
    return judge(case, baseline, NullProgress())


def test_a_real_gain_is_faster(baseline: Baseline, diff_of: Diff, settled: Settled) -> None:
    found = settled(lambda: judged(baseline, diff_of(LOOP, FAST)))
    document = found.to_json()
    assert found.word == "faster", document
    assert document["ci_low"] > 1.01
    assert document["tests_passed"] == 2
    assert len(found.samples) == document["pairs"] + sum(r["is_discarded"] for r in found.samples)
    assert {"base", "copy", "candidate"} == set(found.samples[0]["samples"])
    cost = {step["step"]: step for step in document["steps"]}
    assert cost["confirm"]["runs"] == 3 * (len(found.samples) + 1)
    assert all(step["wall_s"] >= 0 for step in document["steps"])
    assert [*cost] == ["policy", "build", "guard", "tests", "differential", "confirm"]
    timed_s = sum(s["wall_s"] for r in found.samples for s in r["samples"].values())
    assert cost["confirm"]["wall_s"] > timed_s


def test_a_comment_gains_nothing(baseline: Baseline, diff_of: Diff) -> None:
    found = judged(baseline, diff_of("    found = []\n", "    # a list\n    found = []\n"))
    assert found.word in ("equivalent", "inconclusive", "unstable")


def test_a_loss_is_slower(baseline: Baseline, diff_of: Diff, settled: Settled) -> None:
    slow = "    sum(range(3_000_000))\n" + LOOP
    assert settled(lambda: judged(baseline, diff_of(LOOP, slow))).word == "slower"


def test_the_screen_drops_the_hopeless_early_and_keeps_the_good(
    baseline: Baseline, diff_of: Diff
) -> None:
    slow = "    sum(range(3_000_000))\n" + LOOP
    dropped = judged(baseline, diff_of(LOOP, slow), mode=Mode.SCREEN)
    assert dropped.word != "faster"
    assert dropped.to_json()["pairs"] <= 7
    assert judged(baseline, diff_of(LOOP, FAST), mode=Mode.SCREEN).word == "faster"


@pytest.mark.parametrize("short_tests_s", [0.0, 1000.0])
def test_a_broken_test_is_named_whether_calls_are_replayed_beside_the_tests_or_after(
    baseline: Baseline, diff_of: Diff, short_tests_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cascade, "SHORT_TESTS_S", short_tests_s)
    found = judged(baseline, diff_of(LOOP, FAST.replace("% 300", "% 299")))
    assert found.word == "incorrect"
    assert "test_slow.py::test_total (failed)" in found.verdict.reasons[0]
    assert found.differential is None
    assert [step.step for step in found.steps][-1] == "tests"


def test_output_that_no_test_covers_is_compared(baseline: Baseline, diff_of: Diff) -> None:
    diff = diff_of('f"{n} distinct"', 'f"{n} different"')
    found = judged(baseline, diff, mode=Mode.SCREEN)
    assert found.word == "incorrect"
    assert "output differs" in found.verdict.reasons[0]
    replayed = judged(baseline, diff)
    assert replayed.word == "incorrect"
    assert "recorded call slow.py:label(" in replayed.verdict.reasons[0]
    assert replayed.to_json()["differential"]["calls_replayed"] > 0


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("test_slow__py", "one of tests"),
        ("conftest__py", "one of tests"),
        ("bench__py", "belongs to the workload"),
        ("sitecustomize__py", "start-up files"),
        ("evil__pth", "start-up files"),
        ("pytest__ini", "test settings"),
        ("pyproject__toml", "steers the build"),
    ],
)
def test_forbidden_files_are_rejected_before_anything_runs(
    baseline: Baseline, diff_of: Diff, file: str, said: str
) -> None:
    found = judged(baseline, diff_of(**{file: "x = 1\n"}))
    assert found.word == "rejected"
    assert said in found.verdict.reasons[0]
    assert [s.step for s in found.steps] == ["policy"]


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        ("diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n"
         "\\ No newline at end of file\n", "symbolic link"),
        ("--- /dev/null\n+++ b/../x.py\n@@ -0,0 +1 @@\n+x\n", "leaves the target"),
        ("--- /dev/null\n+++ b/.git/hooks/x\n@@ -0,0 +1 @@\n+x\n", "git's own files"),
        ("diff --git a/x.bin b/x.bin\nnew file mode 100644\nGIT binary patch\nliteral 3\nKcmZ?\n\n",
         ""),
    ],
)  # fmt: skip
def test_hostile_diffs_are_rejected(baseline: Baseline, diff: str, said: str) -> None:
    found = judged(baseline, diff)
    assert found.word == "rejected"
    assert said in found.verdict.reasons[0]


def test_a_diff_of_another_base_does_not_apply(baseline: Baseline, diff_of: Diff) -> None:
    stale = diff_of(LOOP, FAST).replace("found = []", "seen = []")
    found = judged(baseline, stale)
    assert found.word == "build_failed"
    assert "does not apply" in found.verdict.reasons[0]


def test_carriage_returns_in_a_diff_are_mended(baseline: Baseline, diff_of: Diff) -> None:
    dos = diff_of(LOOP, FAST).replace("\n", "\r\n")
    assert judged(baseline, dos, mode=Mode.SCREEN).word == "faster"


def test_a_workload_that_dies_is_crashed(baseline: Baseline, diff_of: Diff) -> None:
    dead = "    if n == 20_000:\n        import os\n        os.abort()\n" + LOOP
    found = judged_unguarded(baseline, diff_of(LOOP, dead))
    # Where calls are replayed first, the death shows there.
    assert found.word in ("crashed", "incorrect"), found.verdict


def test_ending_early_is_no_gain(baseline: Baseline, diff_of: Diff) -> None:
    early = "    if n == 20_000:\n        raise SystemExit(0)\n" + LOOP
    assert judged(baseline, diff_of(LOOP, early)).word == "incorrect"


def test_ending_the_tests_early_is_no_pass(baseline: Baseline, diff_of: Diff) -> None:
    early = "    import os\n    os._exit(0)\n" + LOOP
    found = judged_unguarded(baseline, diff_of(LOOP, early))
    assert found.word == "incorrect"
    assert "before its report was complete" in found.verdict.reasons[0]


def test_a_forged_report_without_the_nonce_is_no_pass(baseline: Baseline, diff_of: Diff) -> None:
    forged = (
        "    import json, os, struct\n"
        '    names = ["test_slow.py::test_total", "test_slow.py::test_label"]\n'
        '    fake = {"nonce": "0" * 32, "exit_status": 0, "durations_s": {}, "errors": [],\n'
        '            "outcomes": dict.fromkeys(names, "passed")}\n'
        "    data = json.dumps(fake).encode()\n"
        "    try:\n"
        '        os.write(4, struct.pack(">Q", len(data)) + data)\n'
        "    except OSError:\n"
        "        pass\n"
        "    os._exit(0)\n"
    )
    assert judged_unguarded(baseline, diff_of(LOOP, forged)).word == "incorrect"


def test_a_hang_is_timed_out(baseline: Baseline, diff_of: Diff) -> None:
    hang = "    if n == 20_000:\n        import time\n        time.sleep(600)\n" + LOOP
    assert judged(baseline, diff_of(LOOP, hang)).word == "timed_out"


def test_every_verdict_says_what_it_does_not_rest_on(baseline: Baseline, diff_of: Diff) -> None:
    found = judged(baseline, diff_of(LOOP, FAST), mode=Mode.SCREEN)
    assert any("guards" in text for text in found.not_checked)


def test_a_test_that_fails_now_and_then_is_named_and_does_not_decide(
    baseline: Baseline, diff_of: Diff, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    mark.mkdir()
    # The plain process sandbox does not isolate, so a file outlives the first test run.
    moody = (
        "    import pathlib\n"
        f"    mark = pathlib.Path({str(mark)!r}) / 'once'\n"
        "    if n == 900 and not mark.exists():\n"
        "        mark.touch()\n"
        "        return -1\n"
    ) + FAST
    found = judged_unguarded(baseline, diff_of(LOOP, moody), mode=Mode.SCREEN)
    assert found.word == "faster", found.to_json()
    assert found.tests_flaky == ("test_slow.py::test_total",)
    assert found.to_json()["tests_passed"] == 1
