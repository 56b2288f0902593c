"""The files as a proposer sees them: base, best so far, and the edits it has not submitted yet."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from speedwright.errors import UsageError
from speedwright.eval.judge.policy import allowed
from speedwright.eval.target import Target

MAX_FILE_CHARS = 2_000_000
MAX_PATH_CHARS = 400
MAX_NAME_BYTES = 200


class Workbench:
    """Texts only, all in memory; nothing here touches the user's tree or runs anything.

    Args:
        target: The target.
        best: New texts of the files of the best change so far, for a resumed run.
        only: Files to which changes are limited; `None` for no limit.
    """

    def __init__(
        self,
        target: Target,
        best: Mapping[str, str] | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        self._target = target
        self._only = only
        self._known = frozenset(target.snapshot.paths())
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
        text = None if name in self._target.hidden else self._text(name)
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
        if self._only is not None and name not in self._only:
            raise UsageError(
                f"`{path}` may not be changed: the user wants changes only in "
                + ", ".join(f"`{p}`" for p in sorted(self._only)[:20])
            )
        if self._is_in_the_way(name):
            raise UsageError(f"`{path}` cannot be a file: a file or folder is in its way")
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
            source = self.pending.get(path)
            if source is None:
                source = self._text(path) or ""
            if text not in source:
                continue
            for number, line in enumerate(source.split("\n"), start=1):
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

    def _text(self, name: str) -> str | None:
        """A file of the base as a proposer may see it."""
        return self._target.shown.get(name) or self._target.snapshot.text(name)

    def _is_in_the_way(self, name: str) -> bool:
        """Whether git could not hold this file beside the ones that are there."""
        known = self._known | self.pending.keys()
        if name in self._known:  # a link or a binary file; a text may not take its place
            return name not in self.pending and self._target.snapshot.text(name) is None
        parents = [p.as_posix() for p in PurePosixPath(name).parents]
        return any(p in known for p in parents) or any(p.startswith(f"{name}/") for p in known)

    def _changed(self, texts: Mapping[str, str]) -> dict[str, str]:
        snapshot = self._target.snapshot
        return {path: text for path, text in texts.items() if snapshot.text(path) != text}


def normal(path: str) -> str:
    """A path as git writes it.

    Raises:
        UsageError: It leaves the target.
    """
    pure = PurePosixPath(path.strip().removeprefix("./"))
    is_odd = not path.isprintable() or len(path) > MAX_PATH_CHARS
    if is_odd or pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise UsageError(f"{path[:MAX_PATH_CHARS]!r} is no path below the target")
    if any(len(part.encode()) > MAX_NAME_BYTES for part in pure.parts):
        raise UsageError(f"{path!r} holds a name that is too long")
    return pure.as_posix()
