"""Reading the files of a version that nobody trusts.

Covers: links (not followed, in no part of the path), devices and pipes (not opened), files over the
size limit, text that is not UTF-8.
Does not cover: a folder that changes while it is read; nothing runs in it at that time.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from typing import Protocol

MAX_BYTES = 2_000_000


class Unreadable(Exception):
    """A file that exists and will not be read; the text says why."""


class Texts(Protocol):
    """The text files of one version."""

    def text(self, path: str) -> str | None:
        """Text of a file, `None` if there is none.

        Raises:
            Unreadable: It is a link, no plain file, or too large.
        """


class FolderTexts:
    """The files of a folder.

    Args:
        root: The folder.
        max_bytes: Larger files are not read.
    """

    def __init__(self, root: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._root = root
        self._max_bytes = max_bytes

    def text(self, path: str) -> str | None:
        """Text of a file; bytes that are not UTF-8 are read as Latin-1.

        Raises:
            Unreadable: It is a link, no plain file, or too large.
        """
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or "\0" in path or not pure.parts:
            raise Unreadable("its path leaves the target")
        place = self._root
        for part in pure.parts[:-1]:
            place = place / part
            if place.is_symlink():
                raise Unreadable("it lies behind a symbolic link")
        data = self._read(place / pure.name)
        if data is None:
            return None
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            # Every ASCII construct reads the same; only foreign letters are wrong.
            return data.decode("latin-1")

    def _read(self, file: Path) -> bytes | None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(file, flags)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable(f"it cannot be opened ({error.strerror})") from error
        with os.fdopen(descriptor, "rb") as opened:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise Unreadable("it is no plain file")
            if found.st_size > self._max_bytes:
                raise Unreadable(f"it has {found.st_size:,} bytes")
            return opened.read(self._max_bytes + 1)
