"""A trusted private copy of the target as it is now, from which every checkout is made.

The copy holds what git would: tracked files as they are in the working tree and untracked files
that are not ignored. It has its own git repository in a scratch folder, so the user's repository is
only ever read, no later history can be seen from a checkout, and diffs are git's own.

Covers: dirty trees, staged files, sub-folders of a repository, symbolic links (copied as links, and
only if they stay inside), files deleted but not yet committed.
Does not cover: submodules, git-lfs content that is not checked out, file modes beyond executable.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from speedwright.errors import NotARepository, PatchUnreadable, UsageError
from speedwright.sandbox.git import GitFailed, git

OWN_FOLDER = ".speedwright"
DIFF = ("diff", "--cached", "--no-color", "--no-ext-diff", "--no-renames", "HEAD")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseIdentity:
    """What exactly was measured as the base.

    Attributes:
        commit: HEAD of the user's repository, empty if it has no commit or was no repository.
        is_dirty: Whether the working tree differs from that commit.
        tree: Git's hash of the snapshot's tree: the content itself.
        files: Files in the snapshot.
        total_bytes: Their size.
    """

    commit: str
    is_dirty: bool
    tree: str
    files: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The private copy.

    Attributes:
        folder: Scratch folder; `folder/tree` is the copy with its git repository.
        identity: What it holds.
        skipped: Paths that were left out, each with the reason.
    """

    folder: Path
    identity: BaseIdentity
    skipped: tuple[str, ...] = ()

    @property
    def tree(self) -> Path:
        """Root of the copy. Never run anything in it."""
        return self.folder / "tree"

    def paths(self) -> tuple[str, ...]:
        """Every file, relative and `/`-separated, sorted."""
        listed = git(self.tree, "ls-files", "-z").decode("utf-8", "surrogateescape")
        return tuple(sorted(p for p in listed.split("\0") if p))

    def checkout(self, into: Path, diff: str = "") -> Path:
        """Write the tree to the new folder `into` and apply `diff` there.

        Raises:
            PatchUnreadable: The diff does not apply; the message has git's words.
        """
        into.mkdir(parents=True)
        git(self.tree, "checkout-index", "-a", "-f", f"--prefix={into}/")
        if diff:
            apply_diff(into, diff)
        _open_to_all(into)
        return into

    def diff_to(self, folder: Path) -> str:
        """Unified diff from the snapshot to the files in `folder` (git's format, no binaries)."""
        index = self.folder / "index.tmp"
        env = {"GIT_INDEX_FILE": str(index), "GIT_DIR": str(self.tree / ".git")}
        try:
            work = f"--work-tree={folder}"
            git(folder, work, "read-tree", "HEAD", env=env)
            git(folder, work, "add", "-A", "-f", ".", env=env)
            return _text_of(git(folder, work, *DIFF, env=env))
        finally:
            index.unlink(missing_ok=True)

    def text(self, path: str) -> str | None:
        """Text of a file as it stands in the snapshot; `None` if missing, a link, or not UTF-8."""
        file = self.tree / path
        if ".." in Path(path).parts or file.is_symlink() or not file.is_file():
            return None
        if not file.resolve().is_relative_to(self.tree.resolve()):
            return None
        try:
            return file.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            return None

    def diff_of(self, changes: Mapping[str, str | None]) -> str:
        """Unified diff of some files' new texts (`None` deletes) against the snapshot."""
        index = self.folder / "index.edit"
        env = {"GIT_INDEX_FILE": str(index)}
        try:
            git(self.tree, "read-tree", "HEAD", env=env)
            for path, text in sorted(changes.items()):
                self._stage(path, text, env)
            return _text_of(git(self.tree, *DIFF, env=env))
        finally:
            index.unlink(missing_ok=True)

    def canonical(self, diff: str, *, strip: int = 1, reverse: bool = False) -> str:
        """What a diff does, as git itself would write it, whatever its own headers say.

        Args:
            diff: A unified diff.
            strip: Leading parts of its paths to leave out; 1 for `a/` and `b/`.
            reverse: Undo it instead.

        Raises:
            PatchUnreadable: It does not apply; the hint has git's words.
        """
        index = self.folder / "index.apply"
        env = {"GIT_INDEX_FILE": str(index)}
        back = ("--reverse",) if reverse else ()
        words = ("apply", "--cached", *back, f"-p{strip}", "--whitespace=nowarn", "-")
        try:
            git(self.tree, "read-tree", "HEAD", env=env)
            git(self.tree, *words, stdin=diff.encode("utf-8", "replace"), env=env)
            return _text_of(git(self.tree, *DIFF, env=env))
        except GitFailed as error:
            raise _does_not_apply(error) from error
        finally:
            index.unlink(missing_ok=True)

    def _stage(self, path: str, text: str | None, env: Mapping[str, str]) -> None:
        if text is None:
            git(self.tree, "update-index", "--force-remove", "--", path, env=env)
            return
        blob = git(self.tree, "hash-object", "-w", "--stdin", stdin=text.encode()).decode().strip()
        is_program = (self.tree / path).is_file() and (self.tree / path).stat().st_mode & 0o100
        mode = "100755" if is_program else "100644"
        git(self.tree, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", env=env)

    def close(self) -> None:
        """Remove the scratch folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def apply_diff(folder: Path, diff: str) -> None:
    """Apply a unified diff in `folder`, whole or not at all.

    Raises:
        PatchUnreadable: It does not apply.
    """
    env = {"GIT_CEILING_DIRECTORIES": str(folder.parent), "GIT_DIR": "/nonexistent"}
    try:
        # Left to itself git guesses how much of a path to leave out, from file to file.
        words = ("apply", "-p1", "--whitespace=nowarn", "-")
        git(folder, *words, stdin=diff.encode("utf-8", "replace"), env=env)
    except GitFailed as error:
        raise _does_not_apply(error) from error


def _does_not_apply(error: GitFailed) -> PatchUnreadable:
    return PatchUnreadable(
        "the patch does not apply to the base", hint=error.stderr[:800] or "git gave no reason"
    )


def _text_of(diff: bytes) -> str:
    try:
        return diff.decode("utf-8")
    except UnicodeDecodeError as error:
        line = diff[: error.start].rfind(b"\n+++ ") + 5
        name = diff[line:].split(b"\n", 1)[0].decode("utf-8", "replace").removeprefix("b/")
        raise PatchUnreadable(
            f"the changed lines of `{name}` are not UTF-8 text",
            hint="speedwright reads changes as UTF-8: convert that file first, or leave it alone",
        ) from error


def take_snapshot(target: Path, scratch: Path) -> Snapshot:
    """Copy the working tree of the git repository (or of its sub-folder) at `target`.

    Raises:
        UsageError: No such folder, or nothing in it.
        NotARepository: It is in no git repository.
    """
    if not target.is_dir():
        what = "is a file, not a folder" if target.exists() else "does not exist"
        raise UsageError(f"`{target}` {what}", hint="give the path of the repository")
    try:
        listed = git(target, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except GitFailed as error:
        raise _not_a_repository(target, error) from error
    names = sorted({n for n in listed.decode("utf-8", "surrogateescape").split("\0") if n})
    commit, tree = _head(target)
    return _build(target, names, scratch, commit=commit, head_tree=tree)


def snapshot_folder(source: Path, scratch: Path) -> Snapshot:
    """Copy a plain folder (no repository needed), for `compare` of two folders."""
    names = []
    for root, folders, files in os.walk(source):
        folders[:] = [f for f in folders if f not in (".git", OWN_FOLDER, "__pycache__")]
        names += [os.path.relpath(os.path.join(root, f), source) for f in files]  # noqa: PTH118
    return _build(source, sorted(names), scratch, commit="", head_tree="")


def snapshot_ref(repository: Path, ref: str, scratch: Path) -> Snapshot:
    """The tree of a git ref of the user's repository.

    Raises:
        NotARepository: No git repository there.
        UsageError: No such ref.
    """
    try:
        top = Path(git(repository, "rev-parse", "--show-toplevel").decode().strip())
    except GitFailed as error:
        raise _not_a_repository(repository, error) from error
    try:
        commit = git(top, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
    except GitFailed as error:
        raise UsageError(f"no commit `{ref}` in `{top}`", hint="git log --oneline") from error
    name = commit.decode().strip()
    plain = _raw_checkout(top, name, scratch / "ref")
    inside = plain / os.path.relpath(repository.resolve(), top)
    if not inside.is_dir():
        raise UsageError(f"`{repository}` does not exist in `{ref}`")
    listed = snapshot_folder(inside, scratch)
    shutil.rmtree(plain)
    known = listed.identity
    identity = BaseIdentity(
        commit=name, is_dirty=False, tree=known.tree, files=known.files,
        total_bytes=known.total_bytes,
    )  # fmt: skip
    return Snapshot(folder=listed.folder, identity=identity, skipped=listed.skipped)


def _raw_checkout(top: Path, commit: str, into: Path) -> Path:
    """A commit's files, written by a repository of our own that only borrows the objects."""
    objects = git(top, "rev-parse", "--git-path", "objects").decode().strip()
    _init(into)
    (into / ".git" / "objects" / "info" / "alternates").write_text(f"{(top / objects).resolve()}\n")
    git(into, "read-tree", commit)
    git(into, "checkout-index", "-a", "-f")
    shutil.rmtree(into / ".git")
    return into


def _init(folder: Path) -> None:
    """A new repository in which no attribute changes a byte on the way in or out."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "base")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "exclude").write_text("")
    (folder / ".git" / "info" / "attributes").write_text("* -text -filter -ident -eol !diff\n")


def _build(
    source: Path, names: list[str], scratch: Path, *, commit: str, head_tree: str
) -> Snapshot:
    tree = scratch / "tree"
    tree.mkdir(parents=True)
    skipped: list[str] = []
    total = files = 0
    for name in names:
        if PurePosixPath(name).parts[0] == OWN_FOLDER:
            continue
        reason = _copy(source / name, tree / name, source)
        if reason:
            skipped.append(f"{name}: {reason}")
            continue
        files += 1
        total += (tree / name).lstat().st_size
    if not files:
        raise UsageError(
            f"`{source}` holds no files that git knows or would add",
            hint="put files there; those that .gitignore names do not count",
        )
    _init(tree)
    git(tree, "add", "-A", "-f", ".")
    git(tree, "commit", "-q", "-m", "base")
    sha = git(tree, "rev-parse", "HEAD^{tree}").decode().strip()
    # Content against content: `git status` would run the repository's own filters.
    identity = BaseIdentity(
        commit=commit,
        is_dirty=bool(head_tree) and sha != head_tree,
        tree=sha,
        files=files,
        total_bytes=total,
    )
    return Snapshot(folder=scratch, identity=identity, skipped=tuple(skipped))


def _copy(source: Path, target: Path, root: Path) -> str:
    """Copy one file or link; the reason why not, or an empty string."""
    try:
        mode = source.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "deleted in the working tree"
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(mode):
        if not source.resolve().is_relative_to(root.resolve()):
            return "a link that leaves the folder"
        target.symlink_to(source.readlink())
        return ""
    if stat.S_ISDIR(mode):
        return "a submodule or nested repository"
    if not stat.S_ISREG(mode):
        return "no plain file"
    shutil.copyfile(source, target)
    target.chmod(0o755 if mode & 0o100 else 0o644)
    return ""


def _head(target: Path) -> tuple[str, str]:
    """HEAD's commit and the hash of the target's tree in it; empty where there is none yet."""
    try:
        commit = git(target, "rev-parse", "--verify", "-q", "HEAD").decode().strip()
        tree = git(target, "rev-parse", "--verify", "-q", "HEAD:./").decode().strip()
    except GitFailed:
        return "", "none"
    return commit, tree


def _not_a_repository(folder: Path, error: GitFailed) -> NotARepository:
    if "dubious ownership" in error.stderr:
        return NotARepository(
            f"`{folder}` belongs to another user and git will not read it",
            hint=f"git config --global --add safe.directory {folder}",
        )
    if "must be run in a work tree" in error.stderr:
        return NotARepository(
            f"`{folder}` is git's own folder, without files to work on",
            hint=f"git clone {folder} somewhere, and give that folder",
        )
    return NotARepository(
        f"`{folder}` is in no git repository",
        hint="git init && git add -A && git commit -m base",
    )


def _open_to_all(folder: Path) -> None:
    """Let the sandbox's unprivileged user read everything (and write, where mounted writable)."""
    for root, _, files in os.walk(folder):
        Path(root).chmod(0o777)
        for name in files:
            path = Path(root, name)
            if not path.is_symlink():
                path.chmod(0o777 if path.stat().st_mode & 0o100 else 0o666)
