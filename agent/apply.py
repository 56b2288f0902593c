"""`apply`: the one command that writes into the user's tree."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speedwright.errors import UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.patch import touched_files
from speedwright.eval.run_folder import OWN_FOLDER, RunFolder
from speedwright.sandbox.git import GitFailed, git

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """What was written.

    Attributes:
        run: Folder of the run.
        target: Folder that was changed.
        files: Files that were changed, relative to it.
        branch: Branch with the change; empty if it went into the working tree.
        commit: Commit on that branch.
    """

    run: Path
    target: Path
    files: tuple[str, ...]
    branch: str = ""
    commit: str = ""

    def to_json(self) -> dict[str, Any]:
        """One document, `schema_version` first."""
        return {
            "schema_version": SCHEMA_VERSION,
            "run": str(self.run),
            "target": str(self.target),
            "files": list(self.files),
            "branch": self.branch or None,
            "commit": self.commit or None,
        }


def apply_run(run: str, *, branch: str | None, cwd: Path) -> ApplyReport:
    """Put a run's confirmed patch into the working tree, or onto a branch beside it.

    Raises:
        UsageError: No such run, no patch in it, it does not apply, or the branch exists.
    """
    folder = RunFolder.find(run, cwd, holding="state.json")
    patch = folder.path / "patch.diff"
    if not patch.is_file():
        raise UsageError(
            f"run `{folder.id}` has no patch: nothing was found, or it has not ended",
            hint="go on with: speedwright optimize … --resume RUN",
        )
    report = folder.read_json("report.json") if (folder.path / "report.json").is_file() else {}
    if not report.get("found"):
        raise UsageError(
            f"the patch of run `{folder.id}` was not confirmed to be faster",
            hint=f"to use it all the same: git apply {patch}",
        )
    diff = patch.read_bytes().decode("utf-8")
    if Candidate(diff=diff, author="").hash != report.get("patch_hash"):
        raise UsageError(
            f"`{patch}` is not the patch that was confirmed",
            hint="let the run come to its end with --resume",
        )
    root = _target(folder)
    files = tuple(f.path for f in touched_files(diff))
    if branch is None:
        _to_tree(root, diff, folder.id)
        return ApplyReport(run=folder.path, target=root, files=files)
    message = _message(folder, report)
    commit = _to_branch(root, diff, branch, message)
    return ApplyReport(run=folder.path, target=root, files=files, branch=branch, commit=commit)


def _target(folder: RunFolder) -> Path:
    named = Path(str(folder.read_json("run.json").get("target", "")))
    above = folder.path.parent.parent
    root = above.parent if above.name == OWN_FOLDER else named
    if not root.is_dir():
        raise UsageError(f"the target `{root}` of run `{folder.id}` is gone")
    return root


def _prefix(root: Path) -> str:
    return git(root, "rev-parse", "--show-prefix").decode().removesuffix("\n")


def _to_tree(root: Path, diff: str, run: str) -> None:
    """Apply whole or not at all; the index stays as it is."""
    prefix = _prefix(root)
    words = ["apply", "--whitespace=nowarn", *([f"--directory={prefix}"] if prefix else [])]
    top = _top(root)
    try:
        git(top, *words, "-", stdin=diff.encode())
    except GitFailed as error:
        try:
            git(top, *words, "--check", "--reverse", "-", stdin=diff.encode())
        except GitFailed:
            raise UsageError(
                f"the patch does not apply to `{root}` as it is now: {error.stderr[:300]}",
                hint="the files changed since the run: put them back, or run optimize again",
            ) from error
        raise UsageError(
            f"the patch of run `{run}` is in `{root}` already", hint="to see it: git diff"
        ) from error


def _to_branch(root: Path, diff: str, branch: str, message: str) -> str:
    """A commit on top of HEAD, made with an index of its own."""
    prefix = _prefix(root)
    top = _top(root)
    try:
        git(top, "check-ref-format", f"refs/heads/{branch}")
        is_name = not branch.startswith("-") and branch != "HEAD"
    except GitFailed:
        is_name = False
    if not is_name:
        raise UsageError(f"`{branch}` is no name for a branch")
    with tempfile.TemporaryDirectory(prefix="speedwright-") as scratch:
        env = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        try:
            head = git(top, "rev-parse", "--verify", "-q", "HEAD").decode().strip()
            git(top, "read-tree", head, env=env)
            where = [f"--directory={prefix}"] if prefix else []
            words = ["apply", "--cached", "--whitespace=nowarn", *where, "-"]
            git(top, *words, stdin=diff.encode(), env=env)
            tree = git(top, "write-tree", env=env).decode().strip()
            made = git(top, "commit-tree", tree, "-p", head, "-m", message, env={**env, **_now()})
            commit = made.decode().strip()
            # An empty old value makes git refuse a branch that exists.
            git(top, "update-ref", f"refs/heads/{branch}", commit, "")
            return commit
        except GitFailed as error:
            raise UsageError(
                f"cannot put the patch on branch `{branch}`: {error.stderr[:300]}",
                hint="take a branch name that is free; what the patch builds on must be committed",
            ) from error


def _top(root: Path) -> Path:
    return Path(git(root, "rev-parse", "--show-toplevel").decode().removesuffix("\n"))


def _now() -> dict[str, str]:
    stamp = f"{int(time.time())} +0000"
    return {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}


def _message(folder: RunFolder, report: dict[str, Any]) -> str:
    low, high = report.get("ci_low"), report.get("ci_high")
    gain = f"{report['speedup']:.2f}x ({low:.2f}-{high:.2f})" if report.get("speedup") else ""
    return f"Speed up the workload {gain}\n\nEvidence: speedwright run {folder.id}\n"
