"""The private copy of the target: what it holds, and that the user's repository is only read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from speedwright.errors import NotARepository, PatchUnreadable, UsageError
from speedwright.sandbox.snapshot import apply_diff, snapshot_folder, snapshot_ref, take_snapshot


def git(folder: Path, *words: str) -> str:
    options = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")
    done = subprocess.run(
        ["git", *options, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "a.py").write_text("x = 1\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / ".gitignore").write_text("*.log\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    return folder


def test_copies_tracked_changed_and_new_files_but_not_ignored_ones(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "pkg" / "a.py").write_text("x = 2\n")
    (repository / "new.py").write_text("y = 1\n")
    (repository / "noise.log").write_text("...")
    copy = take_snapshot(repository, tmp_path / "scratch")
    assert copy.paths() == (".gitignore", "new.py", "pkg/a.py", "run.sh")
    assert copy.text("pkg/a.py") == "x = 2\n"
    assert copy.identity.is_dirty
    assert copy.identity.commit == git(repository, "rev-parse", "HEAD").strip()


def test_leaves_status_index_stash_and_objects_alone(repository: Path, tmp_path: Path) -> None:
    (repository / "pkg" / "a.py").write_text("x = 3\n")
    git(repository, "stash")
    (repository / "pkg" / "a.py").write_text("x = 4\n")
    git(repository, "add", "pkg/a.py")
    (repository / "pkg" / "a.py").write_text("x = 5\n")
    state = [git(repository, *w) for w in (("status", "--porcelain"), ("stash", "list"))]
    index = (repository / ".git" / "index").read_bytes()
    objects = sorted(str(p) for p in (repository / ".git" / "objects").rglob("*"))
    copy = take_snapshot(repository, tmp_path / "scratch")
    copy.checkout(tmp_path / "out", copy.diff_of({"pkg/a.py": "x = 6\n"}))
    after = [git(repository, *w) for w in (("status", "--porcelain"), ("stash", "list"))]
    assert after == state
    assert sorted(str(p) for p in (repository / ".git" / "objects").rglob("*")) == objects
    assert copy.text("pkg/a.py") == "x = 5\n"
    assert len(index) == len((repository / ".git" / "index").read_bytes())


def test_a_hostile_repository_runs_nothing(repository: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(script))
    git(repository, "config", "core.pager", str(script))
    git(repository, "config", "diff.external", str(script))
    git(repository, "config", "filter.evil.clean", str(script))
    git(repository, "config", "filter.evil.smudge", str(script))
    (repository / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
        path = repository / ".git" / "hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {mark}\n")
        path.chmod(0o755)
    copy = take_snapshot(repository, tmp_path / "scratch")
    copy.checkout(tmp_path / "out", copy.diff_of({"pkg/a.py": "x = 9\n"}))
    assert (tmp_path / "out" / "pkg" / "a.py").read_text() == "x = 9\n"
    assert not mark.exists()


def test_a_sub_folder_is_a_target_of_its_own(repository: Path, tmp_path: Path) -> None:
    copy = take_snapshot(repository / "pkg", tmp_path / "scratch")
    assert copy.paths() == ("a.py",)


def test_links_that_leave_and_submodules_are_left_out_with_a_reason(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "inside").symlink_to("pkg/a.py")
    (repository / "passwd").symlink_to("/etc/passwd")
    copy = take_snapshot(repository, tmp_path / "scratch")
    assert "inside" in copy.paths()
    assert copy.skipped == ("passwd: a link that leaves the folder",)
    assert copy.text("passwd") is None


def test_modes_crlf_and_odd_names_survive(repository: Path, tmp_path: Path) -> None:
    (repository / "dos.py").write_bytes(b"a = 1\r\nb = 2\r\n")
    (repository / "naïve file.txt").write_text("ü\n")
    git(repository, "config", "core.autocrlf", "true")
    copy = take_snapshot(repository, tmp_path / "scratch")
    out = copy.checkout(tmp_path / "out")
    assert (out / "dos.py").read_bytes() == b"a = 1\r\nb = 2\r\n"
    assert (out / "naïve file.txt").read_text() == "ü\n"
    assert (out / "run.sh").stat().st_mode & 0o111
    assert not (out / "pkg" / "a.py").stat().st_mode & 0o111


def test_diff_of_and_checkout_are_inverse(repository: Path, tmp_path: Path) -> None:
    copy = take_snapshot(repository, tmp_path / "scratch")
    diff = copy.diff_of({"pkg/a.py": "x = 7\nz = 8\n", "pkg/b.py": "new = 1\n", "run.sh": None})
    out = copy.checkout(tmp_path / "out", diff)
    assert (out / "pkg" / "a.py").read_text() == "x = 7\nz = 8\n"
    assert (out / "pkg" / "b.py").read_text() == "new = 1\n"
    assert not (out / "run.sh").exists()
    assert copy.diff_to(out) == diff


def test_a_patch_that_does_not_apply_changes_nothing(repository: Path, tmp_path: Path) -> None:
    copy = take_snapshot(repository, tmp_path / "scratch")
    out = copy.checkout(tmp_path / "out")
    bad = "--- a/pkg/a.py\n+++ b/pkg/a.py\n@@ -1 +1 @@\n-x = 100\n+x = 2\n"
    with pytest.raises(PatchUnreadable, match="does not apply"):
        apply_diff(out, bad)
    escaping = "--- /dev/null\n+++ b/../evil.py\n@@ -0,0 +1 @@\n+x = 2\n"
    with pytest.raises(PatchUnreadable):
        apply_diff(out, escaping)
    assert not (tmp_path / "evil.py").exists()
    assert (out / "pkg" / "a.py").read_text() == "x = 1\n"


def test_no_repository_no_folder_empty_repository(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    with pytest.raises(NotARepository, match="in no git repository"):
        take_snapshot(plain, tmp_path / "s1")
    with pytest.raises(UsageError, match="does not exist"):
        take_snapshot(tmp_path / "missing", tmp_path / "s2")
    git(plain, "init", "-q")
    with pytest.raises(UsageError, match="holds no files"):
        take_snapshot(plain, tmp_path / "s3")


def test_refs_and_folders(repository: Path, tmp_path: Path) -> None:
    (repository / "pkg" / "a.py").write_text("x = 2\n")
    git(repository, "commit", "-qam", "second")
    old = snapshot_ref(repository, "HEAD~1", tmp_path / "s1")
    assert old.text("pkg/a.py") == "x = 1\n"
    inside = snapshot_ref(repository / "pkg", "HEAD", tmp_path / "s2")
    assert inside.text("a.py") == "x = 2\n"
    with pytest.raises(UsageError, match="no commit `nope`"):
        snapshot_ref(repository, "nope", tmp_path / "s3")
    with pytest.raises(UsageError, match="no commit `--help`"):
        snapshot_ref(repository, "--help", tmp_path / "s4")
    folder = snapshot_folder(repository, tmp_path / "s5")
    assert folder.identity.tree == take_snapshot(repository, tmp_path / "s6").identity.tree
