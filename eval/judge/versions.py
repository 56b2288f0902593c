"""Step 2, apply and build: versions of the target on disk, each from a fresh checkout.

Every checkout's files carry one fixed time stamp, so that bytecode made from the trusted base is
valid for the files a patch leaves alone and never for one that it touches.
"""

from __future__ import annotations

import itertools
import os
import shutil
from contextlib import ExitStack
from pathlib import Path

from speedwright.errors import PatchUnreadable, TargetBroken
from speedwright.eval.judge.boxes import MEMORY_BYTES, box_for, open_box
from speedwright.eval.judge.bytecode import compile_in
from speedwright.eval.patch import touched_files, without_carriage_returns
from speedwright.eval.target import Target
from speedwright.eval.verdict import BuildFailed, TimedOut
from speedwright.profiler.timer import SOURCE_MOUNT, import_env
from speedwright.sandbox import GIB, Box, Call, Limits, Outcome, ProcessResult, Session
from speedwright.sandbox.snapshot import apply_diff

FIXED_TIME_S = 1_000_000_000
BUILD_WALL_S = 900.0
TAIL_CHARS = 1500


class VersionFailed(Exception):
    """A candidate could not be applied or built; carries the verdict."""

    def __init__(self, verdict: BuildFailed | TimedOut) -> None:
        super().__init__("; ".join(verdict.reasons))
        self.verdict = verdict


class Versions:
    """Folders of built versions of one target.

    Args:
        target: The target.
        scratch: Where the folders go.
    """

    def __init__(self, target: Target, scratch: Path) -> None:
        self._target = target
        self._scratch = scratch
        self._bytecode: Path | None = None
        self._built: dict[str, Path] = {}
        self._uncompiled: dict[Path, tuple[str, ...]] = {}
        self._numbers = itertools.count(1)
        self.trusted = self._make_trusted()

    def folder(self, diff: str = "") -> Path:
        """The built version of the base plus `diff`, made once; treat it as read-only.

        Raises:
            VersionFailed: It does not apply or build.
            SandboxError: The sandbox failed.
        """
        if diff not in self._built:
            self._built[diff] = self.fresh(diff)
        return self._built[diff]

    def fresh(self, diff: str = "", *, compiles: bool = True) -> Path:
        """A new folder with the built version, for a caller that may write to it.

        Args:
            diff: Against the base.
            compiles: Make bytecode of the touched files now, in a box for nothing else; if not,
                the first `open` does.

        Raises:
            VersionFailed: It does not apply or build.
            SandboxError: The sandbox failed.
        """
        into = self.unbuilt(diff)
        if self._target.build:
            self._build(into)
        if self._bytecode is not None:
            changed = _changed_python(diff)
            _copy_bytecode(self._bytecode, into, skip=changed)
            if files := tuple(p for p in sorted(changed) if (into / p).is_file()):
                self._uncompiled[into] = files
                if compiles:
                    self.open(box_for(self._target, into, trusted=self.trusted), into).close()
        return into

    def unbuilt(self, diff: str) -> Path:
        """A new folder with the sources of the base plus `diff`, nothing built.

        Raises:
            VersionFailed: It does not apply.
        """
        into = self._next_folder()
        self._target.snapshot.checkout(into)
        _fix_times(into)
        if diff:
            self._apply(into, diff)
        return into

    def open(self, box: Box, folder: Path) -> Session:
        """Open a box that shows a version, and make there what the version lacks of bytecode.

        Raises:
            SandboxError: The sandbox failed.
        """
        session = open_box(self._target, box)
        with ExitStack() as undo:
            undo.callback(session.close)
            if folder in self._uncompiled:
                compile_in(session, folder, self._uncompiled[folder])
                del self._uncompiled[folder]
            undo.pop_all()
        return session

    def copy(self, folder: Path) -> Path:
        """A byte-identical copy of a built version."""
        into = self._next_folder()
        shutil.copytree(folder, into, symlinks=True)
        return into

    def learn_bytecode(self, folder: Path) -> None:
        """Take over the bytecode that running the trusted base left in `folder`."""
        for built in self._built.values():
            _copy_bytecode(folder, built, skip=frozenset())
        # The caller's folder goes away; the base's stays.
        self._bytecode = self.folder("")

    def forget(self, folder: Path) -> None:
        """Remove a folder made by `fresh` or `copy`."""
        self._uncompiled.pop(folder, None)
        shutil.rmtree(folder, ignore_errors=True)

    def _next_folder(self) -> Path:
        # Equal length for every version: the path's length shifts the stack. Steps that run side by
        # side ask for folders at the same time, and the next number is each one's own.
        return self._scratch / f"v{next(self._numbers):05d}" / "target"

    def _make_trusted(self) -> Path:
        into = self._scratch / "trusted" / "target"
        self._target.snapshot.checkout(into)
        for name, data in self._target.extra_files.items():
            file = into / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            file.parent.chmod(0o755)
            file.chmod(0o644)
        return into

    def _apply(self, into: Path, diff: str) -> None:
        try:
            apply_diff(into, diff)
        except PatchUnreadable as first:
            plain = without_carriage_returns(diff)
            if plain == diff:
                raise VersionFailed(BuildFailed(reasons=(_text(first),))) from first
            try:
                apply_diff(into, plain)
            except PatchUnreadable as error:
                raise VersionFailed(BuildFailed(reasons=(_text(error),))) from error
        for file in touched_files(diff):
            path = into / file.path
            if path.is_file() and not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o666)
                os.utime(path, (FIXED_TIME_S + 1, FIXED_TIME_S + 1))

    def _build(self, folder: Path) -> None:
        argv = self._target.build or ()
        limits = Limits(wall_s=BUILD_WALL_S, memory_bytes=MEMORY_BYTES, disk_bytes=2 * GIB)
        box = box_for(self._target, folder, trusted=self.trusted, is_writable=True, limits=limits)
        with open_box(self._target, box) as session:
            source = session.where(SOURCE_MOUNT)
            result = session.run(Call(argv=argv, cwd=source, env=import_env(session)))
        if result.outcome is Outcome.TIMED_OUT:
            raise VersionFailed(TimedOut(reasons=(f"the build ran over {BUILD_WALL_S:.0f} s",)))
        if not result.is_success:
            raise VersionFailed(BuildFailed(reasons=(build_failure(argv, result),)))


def base_version(versions: Versions) -> Path:
    """The built base.

    Raises:
        TargetBroken: It does not build.
    """
    try:
        return versions.folder("")
    except VersionFailed as error:
        raise TargetBroken(
            f"the target does not build: {'; '.join(error.verdict.reasons)}",
            hint="check the setting `build`, and what it needs inside the sandbox",
        ) from error


def build_failure(argv: tuple[str, ...], result: ProcessResult) -> str:
    """One paragraph on a failed build, with the end of what the compiler said."""
    said = (result.stdout + b"\n" + result.stderr).decode("utf-8", "replace").strip()
    ended = result.detail or (
        f"exit status {result.exit_code}" if result.exit_code is not None else result.outcome.value
    )
    return f"`{' '.join(argv)}` failed ({ended}):\n{said[-TAIL_CHARS:]}"


def _text(error: PatchUnreadable) -> str:
    return f"{error.message}: {error.hint}" if error.hint else error.message


def _fix_times(folder: Path) -> None:
    for root, _, files in os.walk(folder):
        for name in files:
            stamp = (FIXED_TIME_S, FIXED_TIME_S)
            os.utime(Path(root, name), stamp, follow_symlinks=False)


def _changed_python(diff: str) -> frozenset[str]:
    if not diff:
        return frozenset()
    return frozenset(f.path for f in touched_files(diff) if f.path.endswith(".py"))


def _copy_bytecode(source: Path, into: Path, *, skip: frozenset[str]) -> None:
    """Copy `__pycache__` of every module that still stands there, except the skipped ones."""
    for cache in source.rglob("__pycache__"):
        folder = cache.parent.relative_to(source)
        target = into / folder / "__pycache__"
        if not target.parent.is_dir() or target.is_symlink():
            continue
        for file in cache.glob("*.pyc"):
            module = (folder / f"{file.name.split('.')[0]}.py").as_posix()
            if module not in skip:
                target.mkdir(exist_ok=True)
                shutil.copy2(file, target / file.name)
        if target.is_dir():
            target.chmod(0o777)
