"""From paths as a profiler saw them inside the box to paths of the target."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from speedwright.sandbox import Box, Session

_MAX_PATH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPaths:
    """Says which files belong to the target; profiled code can claim any file name.

    Attributes:
        roots: Absolute folders under which the target is or was seen: inside the box and, for
            debug information of programs built elsewhere, on the host.
        tree: The target on the host, in which a file must exist to count as the target's.
    """

    roots: tuple[str, ...]
    tree: Path

    @classmethod
    def of(cls, session: Session, box: Box, mounts: Sequence[str]) -> TargetPaths:
        """Paths of an open session; the first of the named mounts is the target.

        Args:
            session: Says where the mounts are inside.
            box: Says where they are on the host.
            mounts: Names; those that the box does not have are left out.
        """
        sources = {one.name: one.source for one in box.mounts if one.name in mounts}
        inside = [session.where(name) for name in mounts if name in sources]
        outside = [str(path) for one in sources.values() for path in (one, one.resolve())]
        roots = tuple(dict.fromkeys([*inside, *outside]))
        return cls(roots=roots, tree=sources[mounts[0]])

    def relative(self, file: str) -> str | None:
        """Path relative to the target, `None` if the file is not one of its files."""
        if not file or len(file) > _MAX_PATH or "\0" in file or file.startswith("<"):
            return None
        file = posixpath.normpath(file)
        inside = self._below_root(file) if posixpath.isabs(file) else file
        if inside is None or inside.startswith("..") or inside == ".":
            return None
        try:
            return inside if (self.tree / inside).is_file() else None
        except (OSError, UnicodeEncodeError):  # over-long or undecodable name
            return None

    def _below_root(self, file: str) -> str | None:
        for root in self.roots:
            if file.startswith(f"{root.rstrip('/')}/"):
                return posixpath.relpath(file, root)
        return None
