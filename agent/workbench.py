"""The files as a proposer sees them: base, best so far, and the edits it has not submitted yet."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from speedwright.errors import UsageError
from speedwright.eval.judge.policy import allowed
from speedwright.eval.target import Target

MAX_FILE_CHARS = 2_000_000


class Workbench:
    """Texts only, all in memory; nothing here touches the user's tree or runs anything.

    Args:
        target: The target.
        best: New texts of the files of the best change so far, for a resumed run.
    """

    def __init__(self, target: Target, best: Mapping[str, str] | None = None) -> None:
        self._target = target
        self._paths = tuple(p for p in target.snapshot.paths() if p not in target.hidden)
        self.best: dict[str, str] = dict(best or {})
        self.pending: dict[str, str] = dict(self.best)

    def paths(self, glob: str = "*") -> list[str]:
        """Files that match a glob, pending new ones included."""
        known = sorted({*self._paths, *self.pending})
        return [p for p in known if fnmatch.fnmatchcase(p, glob)]

    def read(self, path: str) -> str:
        """Text of a file with the pending edits.

        Raises:
            UsageError: There is no such text file.
        """
        name = normal(path)
        if name in self.pending:
            return self.pending[name]
        text = None if name in self._target.hidden else self._target.snapshot.text(name)
        if text is None:
            raise UsageError(f"no text file `{path}`", hint="list_files shows what there is")
        return text

    def write(self, path: str, text: str) -> None:
        """Set the whole text of a file.

        Raises:
            UsageError: A patch may not touch it, or the text is too long.
        """
        name = normal(path)
        if not allowed(name, self._target):
            raise UsageError(
                f"`{path}` may not be changed",
                hint="tests, settings, build files and the workload stay as they are",
            )
        if len(text) > MAX_FILE_CHARS or "\0" in text:
            raise UsageError(f"the new text of `{path}` is too long or not text")
        self.pending[name] = text

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace one passage that occurs exactly once.

        Raises:
            UsageError: It occurs not at all or more than once, or the file may not be changed.
        """
        text = self.read(path)
        count = text.count(old) if old else 0
        if count != 1:
            raise UsageError(
                f"the old text occurs {count} times in `{path}`, not once",
                hint="copy it exactly as read_file shows it, with enough lines around it",
            )
        self.write(path, text.replace(old, new, 1))

    def search(self, text: str, glob: str = "*") -> Iterator[tuple[str, int, str]]:
        """Lines that contain a literal text: path, line number, line."""
        for path in self.paths(glob):
            source = self.pending.get(path) or self._target.snapshot.text(path)
            for number, line in enumerate((source or "").splitlines(), start=1):
                if text in line:
                    yield path, number, line

    def diff(self) -> str:
        """Pending edits, with the best so far, against the base."""
        return self._target.snapshot.diff_of(self._changed(self.pending))

    def best_diff(self) -> str:
        """Best so far against the base."""
        return self._target.snapshot.diff_of(self._changed(self.best))

    def accept(self) -> None:
        """The pending edits are the best now."""
        self.best = self._changed(self.pending)
        self.pending = dict(self.best)

    def reset(self) -> None:
        """Drop the pending edits."""
        self.pending = dict(self.best)

    @property
    def has_edits(self) -> bool:
        """Whether anything is pending."""
        return self._changed(self.pending) != self._changed(self.best)

    def _changed(self, texts: Mapping[str, str]) -> dict[str, str]:
        snapshot = self._target.snapshot
        return {path: text for path, text in texts.items() if snapshot.text(path) != text}


def normal(path: str) -> str:
    """A path as git writes it.

    Raises:
        UsageError: It leaves the target.
    """
    pure = PurePosixPath(path.strip().removeprefix("./"))
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in path:
        raise UsageError(f"`{path}` is no path below the target")
    return pure.as_posix()
