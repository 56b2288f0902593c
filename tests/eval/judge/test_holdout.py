"""Other sizes and seeds of a workload as hold-outs, on real runs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.agent.workbench import Workbench
from speedwright.errors import UsageError
from speedwright.eval.judge.holdout import with_hidden
from speedwright.eval.judging import JudgeReport, JudgeRequest, judge_patch
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

pytestmark = pytest.mark.timed

Maker = Callable[[Path, dict[str, str]], Path]

SLOW = """\
def unique(orders):
    seen = []
    for order in orders:
        if order not in seen:
            seen.append(order)
    return seen
"""
FAST = "def unique(orders):\n    return list(dict.fromkeys(orders))\n"
BOUND = SLOW.replace(
    "    seen = []\n",
    "    if len(orders) == 1500:\n        return list(dict.fromkeys(orders))\n    seen = []\n",
)
WORKLOAD = """\
import random

from shop import unique

SIZES = (300, 1500, 3000)
ORDERS = []


def setup(size, seed):
    draw = random.Random(seed)
    ORDERS.extend(draw.randrange(10 * size) for _ in range(size))


def workload():
    return unique(ORDERS)
"""
FILES = {"shop.py": SLOW, "workload.py": WORKLOAD}


def request(root: Path) -> TargetRequest:
    return TargetRequest(path=root, sandbox="process", test="", workload="workload.py")


def judged(root: Path, file: Path, text: str) -> JudgeReport:
    before = (root / "shop.py").read_text()
    (root / "shop.py").write_text(text)
    diff = subprocess.run(["git", "diff"], cwd=root, capture_output=True, check=True).stdout
    (root / "shop.py").write_text(before)
    file.write_bytes(diff)
    return judge_patch(JudgeRequest(target=request(root), patch=file), NullProgress())


def test_a_better_algorithm_holds_at_other_sizes_and_its_exponent_is_told(
    repository_maker: Maker, tmp_path: Path
) -> None:
    root = repository_maker(tmp_path / "target", FILES)
    report = judged(root, tmp_path / "p.diff", FAST)
    document = report.to_json()
    assert document["verdict"] in ("faster", "unstable"), document
    rows = document["holdout"]
    assert [(r["kind"], r["size"]) for r in rows] == [("size", 300), ("size", 3000)]
    scaling = document["scaling"]
    assert scaling["measured_size"] == 1500
    assert [r["size"] for r in scaling["sizes"]] == [300, 1500, 3000]
    assert scaling["base"]["exponent"] > 1.3 > scaling["candidate"]["exponent"]
    assert scaling["saved"]["exponent"] > 0.3
    assert any("time grows as size^" in reason for reason in document["reasons"])
    inputs = {r["seed"] for r in report.judgement.samples}
    assert len(inputs) == len(report.judgement.samples), "every pair has an input of its own"
    assert set(report.judgement.holdout_samples) == {"size 300", "size 3000"}


@pytest.mark.slow
def test_a_gain_at_the_measured_size_alone_is_no_gain(
    repository_maker: Maker, tmp_path: Path
) -> None:
    root = repository_maker(tmp_path / "target", FILES)
    found = judged(root, tmp_path / "p.diff", BOUND).judgement
    # On a machine too noisy to measure the larger size, nobody can say; but it never is a gain.
    assert found.word in ("rejected", "unstable"), found.to_json()
    assert any("bound to" in r or "hold-out" in r or "noisy" in r for r in found.verdict.reasons)


@pytest.mark.slow
def test_an_answer_that_is_wrong_at_another_size_is_incorrect(
    repository_maker: Maker, tmp_path: Path
) -> None:
    root = repository_maker(tmp_path / "target", FILES)
    wrong = FAST.replace("(orders))\n", "(orders))[: 2700 + 1]\n").replace("2700", "1600")
    found = judged(root, tmp_path / "p.diff", wrong).judgement
    assert found.word == "incorrect", found.to_json()
    assert any("size 3000" in reason for reason in found.verdict.reasons)


def test_a_proposer_is_shown_neither_other_sizes_nor_their_lines(
    repository_maker: Maker, tmp_path: Path
) -> None:
    root = repository_maker(tmp_path / "target", FILES)
    target = resolve_target(request(root), tmp_path / "scratch", NullProgress())
    bench = Workbench(with_hidden(target, ()))
    assert "SIZES = (1500,)" in bench.read("workload.py")
    assert not list(bench.search("3000"))
    assert [n for _, n, _ in bench.search("def setup")] == [8 + 1]
    with pytest.raises(UsageError, match="may not be changed"):
        bench.write("workload.py", WORKLOAD)


def test_a_size_that_is_not_named_is_told_before_anything_runs(
    repository_maker: Maker, tmp_path: Path
) -> None:
    files = {**FILES, "workload.py": WORKLOAD.replace("SIZES = (300, 1500, 3000)\n", "")}
    root = repository_maker(tmp_path / "target", files)
    with pytest.raises(UsageError, match="takes a size"):
        resolve_target(request(root), tmp_path / "scratch", NullProgress())
