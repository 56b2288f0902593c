"""`judge`, `compare` and `verify` as library calls, on a real repository in a plain process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import PatchUnreadable, TargetBroken, UsageError
from speedwright.eval.judging import CompareRequest, JudgeRequest, compare_versions, judge_patch
from speedwright.eval.progress import NullProgress
from speedwright.eval.target import TargetRequest
from speedwright.eval.verify import verify_evidence

pytestmark = pytest.mark.timed

Maker = Callable[[Path, dict[str, str]], Path]
Settled = Callable[[Callable[[], Any]], Any]

SLOW = "def pick(n):\n    return [i for i in range(n) if i in list(range(150))]\n"
FAST = "def pick(n):\n    return [i for i in range(n) if 0 <= i < 150]\n"
# Wrong for one size alone, which no recorded or made-up call hits by chance.
WRONG = FAST.replace("< 150", "< 150 + (n == 20_001)")
WORK = "from lib import pick\n\n\ndef workload():\n    return pick({n})\n"
TESTS = "from lib import pick\n\n\ndef test_pick():\n    assert pick(3) == [0, 1, 2]\n"
FILES = {
    "lib.py": SLOW,
    "workload.py": WORK.format(n=6000),
    "other.py": WORK.format(n=20_001),
    "test_lib.py": TESTS,
}


def patch_of(root: Path, file: Path, text: str) -> Path:
    before = (root / "lib.py").read_text()
    (root / "lib.py").write_text(text)
    diff = subprocess.run(["git", "diff"], cwd=root, capture_output=True, check=True).stdout
    (root / "lib.py").write_text(before)
    file.write_bytes(diff)
    return file


def request(root: Path, **changes: object) -> TargetRequest:
    return TargetRequest(path=root, sandbox="process", **changes)  # type: ignore[arg-type]


def check_by_hand(evidence: Path, place: Path) -> None:
    """What the README tells a stranger without speedwright to type, and what the records hold."""
    shutil.copytree(evidence, place)
    text = (place / "README.md").read_text()
    commands = [line for line in text.splitlines() if line.startswith("    ")][1:]
    assert commands[-1].startswith("    (cd patched && python -m pytest")
    script = "set -e\n" + "\n".join(commands)
    # In an environment with pytest: Debian has no `python` outside of one.
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], cwd=place, env=env, capture_output=True)
    assert done.returncode == 0, (script, done.stdout, done.stderr)
    assert (place / "base" / "lib.py").read_text() == SLOW
    assert (place / "patched" / "lib.py").read_text() == FAST
    tests = json.loads((place / "tests.json").read_text())["outcomes"]
    assert tests["base"] == tests["candidate"] == {"test_lib.py::test_pick": "passed"}
    tried = json.loads((place / "inputs.json").read_text())
    assert tried["calls_replayed"] > 0 and tried["generated"] > 0
    assert any(call.startswith("recorded: lib.py:pick(") for call in tried["sample"])
    record = json.loads((place / "evidence.json").read_text())
    assert record["versions"]["git"] and record["machine"]["cores"]
    for name in ("base", "candidate"):
        file = place / "profiles" / f"{name}.speedscope.json"
        if file.is_file():
            frames = json.loads(file.read_text())["shared"]["frames"]
            assert any(frame["name"] == "pick" or "lib.py" in str(frame) for frame in frames)
        else:
            assert any("profile" in note for note in record["notes"])


def test_judge_writes_evidence_that_verifies_and_touches_nothing(
    repository_maker: Maker, tmp_path: Path, settled: Settled
) -> None:
    root = repository_maker(tmp_path / "target", FILES)
    patch = patch_of(root, tmp_path / "fast.diff", FAST)
    report = settled(
        lambda: judge_patch(JudgeRequest(target=request(root), patch=patch), NullProgress())
    )
    assert report.judgement.word == "faster", report.to_json()
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=root, capture_output=True, check=True
    )
    assert status.stdout == b""
    evidence = report.evidence
    assert {p.name for p in evidence.iterdir()} >= {
        "evidence.json", "patch.diff", "base.tar.gz", "samples.json", "README.md", "tests.json",
        "inputs.json",
    }  # fmt: skip
    check_by_hand(evidence, tmp_path / "stranger")
    again = settled(lambda: verify_evidence(evidence, sandbox="process", progress=NullProgress()))
    assert again.is_replicated, again.sentence
    assert "replicates" in again.sentence

    forged = json.loads((evidence / "evidence.json").read_text())
    forged["base"]["tree"] = "0" * 40
    (evidence / "evidence.json").write_text(json.dumps(forged))
    with pytest.raises(UsageError, match="not the one it was measured against"):
        verify_evidence(evidence, sandbox="process", progress=NullProgress())


def test_a_holdout_workload_catches_what_the_workload_does_not(
    repository_maker: Maker, tmp_path: Path, settled: Settled
) -> None:
    files = {**FILES, "workload.py": WORK.format(n=6000).replace("pick(6000)", "pick(6000)[:9]")}
    root = repository_maker(tmp_path / "target", files)
    patch = patch_of(root, tmp_path / "wrong.diff", WRONG)
    plain = settled(
        lambda: judge_patch(JudgeRequest(target=request(root), patch=patch), NullProgress())
    )
    assert plain.judgement.word == "faster"
    held = JudgeRequest(target=request(root), patch=patch, holdout=("other.py",))
    report = settled(lambda: judge_patch(held, NullProgress()))
    assert report.judgement.word == "incorrect"
    assert "hold-out" in report.judgement.verdict.reasons[0]
    assert report.to_json()["holdout"][0]["verdict"] == "incorrect"


def test_a_patch_is_taken_apart_on_request(
    repository_maker: Maker, tmp_path: Path, settled: Settled
) -> None:
    root = repository_maker(tmp_path / "target", FILES)
    text = FAST.replace(
        "    return", '    import sys\n\n    print("x", file=sys.stderr)\n    return'
    )
    patch = patch_of(root, tmp_path / "noisy.diff", text)
    asked = JudgeRequest(target=request(root), patch=patch, is_minimised=True)
    found = settled(lambda: judge_patch(asked, NullProgress()))
    assert found.judgement.word == "faster", found.to_json()
    parts = found.to_json()["minimised"]
    assert [part["what"] for part in parts["debris"]] == ["a print for debugging"]
    assert parts["judged"]["verdict"] in ("faster", "unstable")
    small = Path(parts["patch"]).read_text()
    assert "print" in patch.read_text() and "print" not in small
    assert any("was removed" in reason for reason in found.judgement.verdict.reasons)
    assert (found.evidence / "patch.diff").read_text() == patch.read_text()


def test_compare_two_refs_and_two_folders(
    repository_maker: Maker, tmp_path: Path, settled: Settled
) -> None:
    root = repository_maker(tmp_path / "target", FILES)
    (root / "lib.py").write_text(FAST)
    options = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")
    subprocess.run(["git", *options, "commit", "-qam", "fast"], cwd=root, check=True)
    asked = CompareRequest(target=request(root), base="HEAD~1", head="HEAD")
    found = settled(lambda: compare_versions(asked, NullProgress()))
    assert found.judgement.word == "faster", found.to_json()
    with pytest.raises(PatchUnreadable, match="are the same"):
        compare_versions(
            CompareRequest(target=request(root), base="HEAD", head="HEAD"), NullProgress()
        )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"test_lib.py": TESTS.replace("[0, 1, 2]", "[]")}, "test_lib.py::test_pick"),
        ({"test_lib.py": "import missing_module\n"}, "tests of the unpatched target fail"),
        ({"test_lib.py": "x = 1\n"}, "ran no test"),
        ({"workload.py": "def workload():\n    raise ValueError('boom')\n"}, "boom"),
        ({"workload.py": "def workload():\n    return iter([])\n"}, "iterator"),
        ({"workload.py": "import sys\nsys.exit(3)\n\n\ndef workload(): ...\n"}, "exit status 3"),
    ],
)
def test_a_broken_target_is_named_before_any_candidate(
    repository_maker: Maker, tmp_path: Path, files: dict[str, str], said: str
) -> None:
    root = repository_maker(tmp_path / "target", {**FILES, **files})
    patch = patch_of(root, tmp_path / "fast.diff", FAST)
    with pytest.raises(TargetBroken, match=said):
        judge_patch(JudgeRequest(target=request(root), patch=patch), NullProgress())


def test_a_workload_that_differs_from_run_to_run_is_not_compared_and_that_is_said(
    repository_maker: Maker, tmp_path: Path, settled: Settled
) -> None:
    noisy = FILES["workload.py"].replace("return pick(6000)", "return pick(6000), time.time_ns()")
    root = repository_maker(tmp_path / "target", {**FILES, "workload.py": "import time\n" + noisy})
    patch = patch_of(root, tmp_path / "fast.diff", FAST)
    report = settled(
        lambda: judge_patch(JudgeRequest(target=request(root), patch=patch), NullProgress())
    )
    assert report.judgement.word == "faster"
    assert any("differs between two runs" in text for text in report.judgement.not_checked)
