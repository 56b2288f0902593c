"""`apply`: whole or not at all, and only what was confirmed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from speedwright.agent.apply import apply_run
from speedwright.errors import UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.run_folder import RunFolder


@pytest.fixture
def root(tiny: Any, tmp_path: Path) -> Path:
    made: Path = tiny.make(tmp_path / "with space")
    return made


def finished_run(root: Path, tiny: Any, *, found: bool = True, **report: Any) -> RunFolder:
    """A run of that target as `optimize` leaves it."""
    before = (root / "slow.py").read_text()
    (root / "slow.py").write_text(tiny.slow.replace(tiny.loop, tiny.good))
    diff = tiny.git(root, "diff", "--relative", "--", "slow.py")
    (root / "slow.py").write_text(before)
    run = RunFolder.create(root)
    run.write_json("run.json", {"target": str(root)})
    run.write_json("state.json", {"tree": "t"})
    run.write_text("patch.diff", diff)
    facts = {"found": found, "speedup": 2.0, "ci_low": 1.9, "ci_high": 2.1}
    patch_hash = Candidate(diff=diff, author="").hash
    run.write_json("report.json", {**facts, "patch_hash": patch_hash, **report})
    return run


def state_of(root: Path, tiny: Any) -> tuple[str, ...]:
    words = (("status", "--porcelain"), ("diff",), ("diff", "--cached"), ("log", "--all", "--stat"))
    return tuple(tiny.git(root, *w) for w in words)


def test_the_patch_goes_into_the_tree_and_nothing_else_changes(root: Path, tiny: Any) -> None:
    (root / "notes.txt").write_text("mine\n")
    tiny.git(root, "add", "notes.txt")
    (root / "bench.py").write_text("# changed, not staged\n")
    run = finished_run(root, tiny)
    staged = tiny.git(root, "diff", "--cached")
    report = apply_run("last", branch=None, cwd=root)
    assert report.files == ("slow.py",)
    assert tiny.good in (root / "slow.py").read_text()
    assert (root / "bench.py").read_text() == "# changed, not staged\n"
    assert tiny.git(root, "diff", "--cached") == staged
    assert report.to_json()["run"] == str(run.path)


def test_a_second_time_is_refused_and_says_why(root: Path, tiny: Any) -> None:
    run = finished_run(root, tiny)
    apply_run(run.id, branch=None, cwd=root)
    before = state_of(root, tiny)
    with pytest.raises(UsageError, match="already"):
        apply_run(run.id, branch=None, cwd=root)
    assert state_of(root, tiny) == before


def test_a_conflict_is_refused_whole(root: Path, tiny: Any) -> None:
    run = finished_run(root, tiny)
    (root / "slow.py").write_text(tiny.slow.replace("found.append", "found.insert"))
    before = state_of(root, tiny)
    with pytest.raises(UsageError, match="does not apply"):
        apply_run(str(run.path), branch=None, cwd=Path("/"))
    assert state_of(root, tiny) == before


def test_a_branch_leaves_tree_and_index_alone(root: Path, tiny: Any) -> None:
    (root / "bench.py").write_text("# changed\n")
    (root / "new.txt").write_text("new\n")
    tiny.git(root, "add", "new.txt")
    run = finished_run(root, tiny)
    before = state_of(root, tiny)[:3]
    index = (root / ".git" / "index").read_bytes()
    report = apply_run(run.id, branch="faster/now", cwd=root)
    assert state_of(root, tiny)[:3] == before
    assert (root / ".git" / "index").read_bytes() == index
    assert tiny.git(root, "rev-parse", "faster/now").strip() == report.commit
    assert tiny.git(root, "diff", "--stat", "main", "faster/now").count("|") == 1
    assert tiny.good in tiny.git(root, "show", "faster/now:slow.py")
    assert "2.00x" in tiny.git(root, "log", "-1", "--format=%s", "faster/now")
    assert tiny.git(root, "symbolic-ref", "HEAD").strip() == "refs/heads/main"


@pytest.mark.parametrize("name", ["main", "-x", "a..b", "", "a b", "HEAD.lock", "@{-1}"])
def test_bad_and_taken_branches_are_refused(root: Path, tiny: Any, name: str) -> None:
    run = finished_run(root, tiny)
    before = state_of(root, tiny)
    with pytest.raises(UsageError):
        apply_run(run.id, branch=name, cwd=root)
    assert state_of(root, tiny) == before


def test_a_branch_needs_its_base_committed(root: Path, tiny: Any) -> None:
    tiny.git(root, "rm", "-q", "--cached", "slow.py")
    tiny.git(root, "commit", "-qm", "without")
    (root / "other.txt").write_text("x")
    tiny.git(root, "add", "slow.py")
    run = finished_run(root, tiny)
    tiny.git(root, "rm", "-q", "--cached", "slow.py")
    with pytest.raises(UsageError, match="cannot put the patch on branch"):
        apply_run(run.id, branch="b", cwd=root)


def test_a_target_that_is_a_part_of_a_repository(tiny: Any, tmp_path: Path) -> None:
    files = {"sub/dir é/slow.py": tiny.slow, "slow.py": "# not this one\n"}
    top = tiny.make(tmp_path / "top", files)
    root = top / "sub" / "dir é"
    run = finished_run(root, tiny)
    report = apply_run(run.id, branch="b", cwd=root)
    assert tiny.good in tiny.git(top, "show", f"{report.branch}:sub/dir é/slow.py")
    apply_run(run.id, branch=None, cwd=root)
    assert tiny.good in (root / "slow.py").read_text()
    assert (top / "slow.py").read_text() == "# not this one\n"


def test_only_what_was_confirmed_is_applied(root: Path, tiny: Any) -> None:
    for refused, said in [
        (finished_run(root, tiny, found=False), "not confirmed"),
        (finished_run(root, tiny, patch_hash="0" * 16), "not the patch that was confirmed"),
    ]:
        with pytest.raises(UsageError, match=said):
            apply_run(refused.id, branch=None, cwd=root)
    run = finished_run(root, tiny)
    (run.path / "report.json").unlink()
    with pytest.raises(UsageError, match="not confirmed"):
        apply_run(run.id, branch=None, cwd=root)
    (run.path / "patch.diff").unlink()
    with pytest.raises(UsageError, match="no patch"):
        apply_run(run.id, branch=None, cwd=root)
    assert tiny.git(root, "status", "--porcelain") == ""


def test_an_unknown_run_is_named(root: Path) -> None:
    with pytest.raises(UsageError, match="no run `20200101-000000-0000`"):
        apply_run("20200101-000000-0000", branch=None, cwd=root)


def test_last_means_the_last_search(root: Path, tiny: Any) -> None:
    run = finished_run(root, tiny)
    later = root / ".speedwright" / "runs" / "99990101-000000-0000"
    later.mkdir()
    (later / "run.json").write_text(json.dumps({"schema_version": 1, "kind": "judge"}))
    assert apply_run("last", branch=None, cwd=root).run == run.path.resolve()
