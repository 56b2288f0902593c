"""Tests that fail now and then on the base: named, and not counted against a candidate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.errors import TargetBroken
from speedwright.eval.candidate import Candidate
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.measure import Mode
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

pytestmark = pytest.mark.timed

Maker = Callable[[Path, dict[str, str]], Path]

LIB = "def squares(n):\n    return [sum([i] * i) for i in range(n)]\n"
FILES = {
    "lib.py": LIB,
    "workload.py": "import lib\n\n\ndef workload():\n    return lib.squares(900)\n",
}
# A counter outside of the target: the plain process sandbox does not isolate.
TESTS = """\
from pathlib import Path

from lib import squares

COUNTER = Path({counter!r})


def test_squares():
    assert squares(3) == [0, 1, 4]


def test_moody():
    run = len(COUNTER.read_text())
    COUNTER.write_text("x" * (run + 1))
    assert "{outcomes}"[run % {count}] == "+"
"""
MOODY = "test_lib.py::test_moody"


def prepared(maker: Maker, tmp_path: Path, outcomes: str) -> Baseline:
    counter = tmp_path / "counter"
    counter.write_text("")
    tests = TESTS.format(counter=str(counter), outcomes=outcomes, count=len(outcomes))
    root = maker(tmp_path / "target", {**FILES, "test_lib.py": tests})
    request = TargetRequest(path=root, sandbox="process")
    target = resolve_target(request, tmp_path / "scratch", NullProgress())
    return prepare_baseline(target, tmp_path / "versions", NullProgress())


@pytest.mark.parametrize("outcomes", ["-+++", "+-++", "+-+-"])
def test_a_moody_test_is_found_on_the_base_named_and_not_counted(
    repository_maker: Maker, tmp_path: Path, outcomes: str
) -> None:
    baseline = prepared(repository_maker, tmp_path, outcomes)
    assert baseline.flaky == (MOODY,)
    assert baseline.expected == {"test_lib.py::test_squares"}
    assert not baseline.needs_write, "a moody test is no reason to let the target write"
    assert any("flaky on the base" in note and MOODY in note for note in baseline.notes)


def test_a_candidate_is_not_blamed_for_it(repository_maker: Maker, tmp_path: Path) -> None:
    baseline = prepared(repository_maker, tmp_path, "-+" + 20 * "-")
    fast = "def squares(n):\n    return [i * i for i in range(n)]\n"
    diff = baseline.target.snapshot.diff_of({"lib.py": fast})
    case = Case(candidate=Candidate(diff=diff, author="test"), mode=Mode.SCREEN, seed=1)
    found = judge(case, baseline, NullProgress())
    assert found.word == "faster", found.to_json()
    assert MOODY in found.tests_flaky
    assert found.to_json()["tests_passed"] == 1
    wrong = baseline.target.snapshot.diff_of({"lib.py": fast.replace("i * i", "i + i")})
    case = Case(candidate=Candidate(diff=wrong, author="test"), mode=Mode.SCREEN, seed=1)
    assert judge(case, baseline, NullProgress()).word == "incorrect"


def test_a_test_that_fails_twice_is_broken(repository_maker: Maker, tmp_path: Path) -> None:
    with pytest.raises(TargetBroken, match="test_moody"):
        prepared(repository_maker, tmp_path, "--++")


def test_a_target_that_has_to_write_is_still_told_from_a_moody_one(
    repository_maker: Maker, tmp_path: Path
) -> None:
    writing = (
        "from pathlib import Path\n\n\ndef test_writes():\n"
        "    file = Path(__file__).with_name('made.txt')\n"
        "    file.write_text('x')\n    file.unlink()\n"
    )
    root = repository_maker(tmp_path / "target", {**FILES, "test_lib.py": writing})
    request = TargetRequest(path=root, sandbox="auto")
    target = resolve_target(request, tmp_path / "scratch", NullProgress())
    if not target.sandbox.isolates:
        pytest.skip("only a sandbox that isolates keeps a target from writing")
    baseline = prepare_baseline(target, tmp_path / "versions", NullProgress())
    assert baseline.needs_write and not baseline.flaky
