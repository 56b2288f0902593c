"""A file of JSON lines that survives being killed at any instant.

Covers: a line that was cut off while it was written is dropped, and its work is done again; a line
counts once it is on the disk; one writer at a time is the caller's affair (`RunFolder.held`).
Does not cover: a disk that changes what lies on it; damaged lines are counted and left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from speedwright.eval.storage import told_where

SCHEMA_VERSION = 1
_BLOCK_BYTES = 1 << 16


class Lines:
    """Appends to one file and reads it back.

    Args:
        path: The file; it need not exist.

    Attributes:
        damaged: Whole lines that could not be read, after `read`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self._is_mended = False

    def read(self) -> Iterator[dict[str, Any]]:
        """Every whole line of this version."""
        self.damaged = 0
        if not self.path.is_file():
            return
        with self.path.open("rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    return
                row = _row(line)
                if row is None:
                    self.damaged += 1
                else:
                    yield row

    def append(self, row: Mapping[str, Any]) -> None:
        """Add one line, `schema_version` first; it is on the disk when this returns.

        Raises:
            ValueError: The row holds NaN or an infinity.
            EnvironmentMissing: The disk is full or broken.
        """
        line = json.dumps({"schema_version": SCHEMA_VERSION, **row}, allow_nan=False)
        with told_where(self.path):
            self.mend()
            with self.path.open("ab", buffering=0) as stream:
                _write_all(stream.fileno(), line.encode("ascii") + b"\n")
                os.fsync(stream.fileno())

    def mend(self) -> None:
        """Take off what a kill left of a last line; once is enough for one writer."""
        if self._is_mended or not self.path.is_file():
            return
        with self.path.open("ab+") as stream:
            end = stream.seek(0, os.SEEK_END)
            stream.truncate(_end_of_lines(stream, end))
        self._is_mended = True


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _end_of_lines(stream: Any, end: int) -> int:
    """Where the last whole line ends, looked for from the end."""
    while end > 0:
        begin = max(0, end - _BLOCK_BYTES)
        stream.seek(begin)
        found = stream.read(end - begin).rfind(b"\n")
        if found >= 0:
            return int(begin + found + 1)
        end = begin
    return 0


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_ours = isinstance(row, dict) and row.get("schema_version") == SCHEMA_VERSION
    return row if is_ours else None
