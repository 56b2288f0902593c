"""Dynamic guards on real runs: what moves or hides work is no gain."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.judging import JudgeReport, JudgeRequest, judge_patch
from speedwright.eval.progress import NullProgress
from speedwright.eval.target import TargetRequest

Maker = Callable[[Path, dict[str, str]], Path]

LIB = "def squares(n):\n    return [sum([i] * i) for i in range(n)]\n"
FILES = {
    "lib.py": LIB,
    "workload.py": "import lib\n\n\ndef workload():\n    return lib.squares(1500)\n",
}


def judged(maker: Maker, tmp_path: Path, text: str) -> JudgeReport:
    root = maker(tmp_path / "target", FILES)
    (root / "lib.py").write_text(text)
    diff = subprocess.run(["git", "diff"], cwd=root, capture_output=True, check=True).stdout
    (root / "lib.py").write_text(LIB)
    patch = tmp_path / "p.diff"
    patch.write_bytes(diff)
    target = TargetRequest(path=root, sandbox="process", test="")
    return judge_patch(JudgeRequest(target=target, patch=patch), NullProgress())


def test_work_moved_to_import_is_refused(repository_maker: Maker, tmp_path: Path) -> None:
    moved = (
        "TABLE = [sum([i] * i) for i in range(3000)]\n\n\ndef squares(n):\n"
        "    if 0 <= n <= 3000:\n        return TABLE[:n]\n"
        "    return [sum([i] * i) for i in range(n)]\n"
    )
    found = judged(repository_maker, tmp_path, moved).judgement
    assert found.word == "rejected", found.to_json()
    assert any("moved, not saved" in text for text in found.verdict.reasons)


def test_a_small_table_made_at_import_is_not(repository_maker: Maker, tmp_path: Path) -> None:
    honest = "SMALL = tuple(range(50))\n\n\ndef squares(n):\n    return [i * i for i in range(n)]\n"
    assert judged(repository_maker, tmp_path, honest).judgement.word == "faster"


def test_a_process_left_behind_is_refused(repository_maker: Maker, tmp_path: Path) -> None:
    left = (
        "import os\nimport time\n\n\ndef squares(n):\n"
        "    if os.fork() == 0:\n        time.sleep(30)\n"
        "    return [i * i for i in range(n)]\n"
    )
    found = judged(repository_maker, tmp_path, left).judgement
    if any("guard" in step.step for step in found.steps) and len(found.steps) < 4:
        pytest.skip("the static guard refused it first")
    assert found.word == "rejected", found.to_json()
    assert any("still running" in text for text in found.verdict.reasons)
