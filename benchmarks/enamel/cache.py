"""Tests kept on disk by the hash of what they are made from: data only, whole or not at all.

Beside them, the times of the references (`references.py`), by the machine too.

Covers: a file cut off or changed (made anew), two runs at once, a folder that is not the user's
(not used). The files hold answers; no box is ever shown this folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

from speedwright.benchmarks.enamel.cases import Case, Draw

MAGIC = b"speedwright enamel tests 1\n"


class TestCache:
    """A folder of files, one for each set of tests.

    Args:
        folder: Where; by default below the user's cache folder.
    """

    __test__ = False

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder()

    def load(self, key: str) -> tuple[Case, ...] | None:
        """The tests of that key, `None` if they are not here whole."""
        data = self.read(f"{key}.tests")
        try:
            return None if data is None else _read(data)
        except (ValueError, KeyError, TypeError, struct.error):
            return None

    def store(self, key: str, cases: Sequence[Case]) -> bool:
        """Keep tests; whether that was possible (a full disk is no failure of a run)."""
        return self.write(f"{key}.tests", _written(cases))

    def read(self, name: str) -> bytes | None:
        """A file of this folder, `None` if it is not here or the folder is not ours alone."""
        try:
            return (self._folder / name).read_bytes() if self._is_ours() else None
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> bool:
        """Put a file here, whole or not at all; whether that was possible."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._is_ours():
                return False
            descriptor, temporary_name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        except OSError:
            return False
        temporary = Path(temporary_name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            temporary.replace(self._folder / name)
        except OSError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _is_ours(self) -> bool:
        """Nobody else may write answers into it."""
        state = self._folder.stat(follow_symlinks=False)
        is_private = not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        return stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and is_private


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/speedwright/enamel`, or below `~/.cache`."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(root) if root.startswith("/") else Path.home() / ".cache"
    return base / "speedwright" / "enamel"


def _written(cases: Sequence[Case]) -> bytes:
    body = b"".join(part for case in cases for part in (case.given, case.answer))
    head = {
        "sha256": hashlib.sha256(body).hexdigest(),
        "cases": [
            {
                "draw": [c.draw.level, c.draw.number, c.draw.size, c.draw.seed],
                "sizes": [len(c.given), len(c.answer)],
                "is_self_equal": c.is_self_equal,
                "hint_s": c.hint_s,
            }
            for c in cases
        ],
    }
    text = json.dumps(head).encode()
    return MAGIC + struct.pack(">I", len(text)) + text + body


def _read(data: bytes) -> tuple[Case, ...]:
    if not data.startswith(MAGIC):
        raise ValueError("another format")
    at = len(MAGIC) + 4
    (length,) = struct.unpack(">I", data[at - 4 : at])
    head = json.loads(data[at : at + length])
    at += length
    if hashlib.sha256(memoryview(data)[at:]).hexdigest() != head["sha256"]:
        raise ValueError("not as it was written")
    cases = []
    for entry in head["cases"]:
        level, number, size, seed = entry["draw"]
        given, answer = entry["sizes"]
        cases.append(
            Case(
                draw=Draw(level=level, number=number, size=size, seed=seed),
                given=data[at : at + given],
                answer=data[at + given : at + given + answer],
                is_self_equal=bool(entry["is_self_equal"]),
                hint_s=float(entry["hint_s"]),
            )
        )
        at += given + answer
    return tuple(cases)
