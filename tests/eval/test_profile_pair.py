"""Profiles before and after: of a difference, side by side, and never a reason to fail."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.profile_pair import profile_pair
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.stats import compare
from speedwright.eval.target import TargetRequest
from speedwright.eval.verdict import Incorrect, Judgement, Measured

Maker = Callable[[Path, dict[str, str]], Path]

SLOW = """\
def count(n):
    total = 0
    for i in range(n):
        total += i
    return total
"""
WORK = "from lib import count\n\n\ndef workload():\n    return count(1_500_000)\n"
PATCH = """\
diff --git a/lib.py b/lib.py
--- a/lib.py
+++ b/lib.py
@@ -2,4 +2,4 @@
     total = 0
-    for i in range(n):
+    for i in range(1, n):
         total += i
     return total
"""


@pytest.fixture(scope="module")
def baseline(repository_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Baseline:
    place = tmp_path_factory.mktemp("pair")
    root = repository_maker(place / "target", {"lib.py": SLOW, "workload.py": WORK})
    request = TargetRequest(path=root, workload="workload.py", test="", sandbox="process")
    target = resolve_target(request, place / "scratch", NullProgress())
    return prepare_baseline(target, place / "versions", NullProgress())


def judged(factor: float) -> Judgement:
    comparison = compare([factor, factor * 1.001] * 5, [1.0] * 10)
    verdict = Measured(
        comparison=comparison, cpu=None, control=None, base_wall_s=factor, candidate_wall_s=1.0
    )
    return Judgement(verdict=verdict)


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_a_difference_has_both(baseline: Baseline, factor: float) -> None:
    found = profile_pair(baseline, PATCH, judged(factor), NullProgress())
    assert found.note == ""
    for name, text in (("base", found.base), ("candidate", found.candidate)):
        assert text is not None and name in json.loads(text)["name"]
        assert any(frame["name"] == "count" for frame in json.loads(text)["shared"]["frames"])


@pytest.mark.parametrize(
    ("judgement", "why"),
    [
        (judged(1.0), "leaves no difference"),
        (Judgement(verdict=Incorrect(reasons=("wrong",))), "does not rest on times"),
    ],
)
def test_nothing_else_has_any(baseline: Baseline, judgement: Judgement, why: str) -> None:
    found = profile_pair(baseline, PATCH, judgement, NullProgress())
    assert (found.base, found.candidate) == (None, None)
    assert why in found.note


def test_late_is_said(baseline: Baseline) -> None:
    late_s = time.monotonic() - 1
    found = profile_pair(baseline, PATCH, judged(2.0), NullProgress(), deadline_s=late_s)
    assert found.base is None and "no time" in found.note


def test_one_that_cannot_be_had_takes_not_the_other(baseline: Baseline) -> None:
    broken = PATCH.replace("range(1, n)", "range(1, n")
    found = profile_pair(baseline, broken, judged(2.0), NullProgress())
    assert found.base is not None and found.candidate is None
    assert found.note.startswith("no profile of the candidate: ")
