"""The folder of one run: `.speedwright/runs/<id>/`, invisible to git, written as things happen."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from speedwright.errors import UsageError
from speedwright.eval.storage import told_where

SCHEMA_VERSION = 1
OWN_FOLDER = ".speedwright"
ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$")


class RunFolder:
    """Writes a run's files; every write is whole or not at all.

    Args:
        path: An existing run folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def id(self) -> str:
        """Name of the run."""
        return self.path.name

    @classmethod
    def create(cls, root: Path, out: Path | None = None) -> RunFolder:
        """A new folder below `out`, or below `.speedwright/runs` of the target.

        Raises:
            UsageError: It cannot be written.
        """
        runs = out if out is not None else root / OWN_FOLDER / "runs"
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        try:
            runs.mkdir(parents=True, exist_ok=True)
            if out is None:
                # The target's git must not see any of this.
                (root / OWN_FOLDER / ".gitignore").write_text("*\n")
            path = runs / name
            path.mkdir()
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                with told_where(runs):
                    raise
            raise UsageError(
                f"cannot write a run folder below `{runs}`: {error.strerror}",
                hint="name another place with --out",
            ) from error
        return cls(path)

    @classmethod
    def find(cls, run: str, cwd: Path, *, holding: str = "run.json") -> RunFolder:
        """The run of that id or path; `last` is the newest one of the repository at `cwd`.

        Args:
            run: Id, path, or `last`.
            cwd: Where to look for the repository's runs.
            holding: File that a run must have to be meant.

        Raises:
            UsageError: There is none.
        """
        path = Path(run)
        if (path / holding).is_file():
            return cls(path.resolve())
        folders = [cwd, *cwd.resolve().parents]
        for folder in folders:
            runs = folder / OWN_FOLDER / "runs"
            if not runs.is_dir():
                continue
            known = sorted(p.name for p in runs.iterdir() if (p / holding).is_file())
            wanted = known[-1] if run == "last" and known else run
            if wanted in known:
                return cls((runs / wanted).resolve())
        raise UsageError(
            f"no run `{run}` found from `{cwd}`",
            hint="give the run's folder, or its id from inside the repository, or `last`",
        )

    def write_json(self, name: str, data: Mapping[str, Any]) -> Path:
        """Write a JSON file, `schema_version` first."""
        document = {"schema_version": SCHEMA_VERSION, **data}
        return self.write_text(name, json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    def write_text(self, name: str, text: str) -> Path:
        """Write a text file below the folder."""
        file = self.path / name
        new = file.with_name(file.name + ".new")
        with told_where(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            with new.open("w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            new.replace(file)
        return file

    def read_json(self, name: str) -> dict[str, Any]:
        """A JSON file of this run.

        Raises:
            UsageError: Missing, damaged, or of a later version.
        """
        file = self.path / name
        try:
            data = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read `{file}`: {error}") from error
        if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
            raise UsageError(f"`{file}` was written by another version of speedwright")
        return data

    def event(self, kind: str, **facts: Any) -> None:
        """Append one event and sync it."""
        line = json.dumps({"schema_version": SCHEMA_VERSION, "kind": kind, **facts})
        file = self.path / "events.jsonl"
        with told_where(file), file.open("ab+", buffering=0) as stream:
            # A kill may have cut the last line off; no second event may be glued to it.
            stream.truncate(_end_of_lines(stream))
            stream.write(line.encode() + b"\n")
            os.fsync(stream.fileno())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from going on with this run at the same time.

        Raises:
            UsageError: Another process does.
        """
        with (self.path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UsageError(
                    f"run `{self.id}` is still going on in another process",
                    hint="wait for it, or start a new run without --resume",
                ) from error
            yield


def _end_of_lines(file: BinaryIO) -> int:
    """Where the last whole line ends."""
    file.seek(0)
    return file.read().rfind(b"\n") + 1
