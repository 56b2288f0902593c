"""Git, run so that no configuration, the repository's or the user's, makes it run a program.

Covers: hooks, fsmonitor, attributes' filters, external diff, pagers, prompts, index refreshes.
Does not cover: a git binary that is itself hostile.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from speedwright.errors import ToolMissing

SAFE_OPTIONS = (
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "core.untrackedCache=false",
    "-c", "core.autocrlf=false",
    "-c", "core.attributesFile=/dev/null",
    "-c", "core.quotePath=false",
    "-c", "diff.external=",
    "-c", "protocol.allow=never",
    "-c", "user.name=speedwright",
    "-c", "user.email=speedwright@localhost",
    "-c", "commit.gpgSign=false",
    "-c", "gc.auto=0",
)  # fmt: skip

GIT_ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_AUTHOR_DATE": "2000-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2000-01-01T00:00:00Z",
    "LC_ALL": "C.UTF-8",
}


LEAST_FREE_BYTES = 1 << 20


class GitFailed(Exception):
    """A git command ended with a non-zero status; `stderr` says why."""

    def __init__(self, words: Sequence[str], stderr: str) -> None:
        super().__init__(f"git {' '.join(words[:2])}: {stderr.strip()[:500]}")
        self.stderr = stderr.strip()


def git(
    folder: Path,
    *words: str,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> bytes:
    """Standard output of one git command run in `folder`.

    Raises:
        GitFailed: It ended with a non-zero status.
        ToolMissing: There is no git.
        OSError: The disk is full.
    """
    # The owner check stays in force for other users' folders, except that root may look anywhere
    # it was pointed at: the options above already keep the repository from running anything.
    options = [*SAFE_OPTIONS, "-c", f"safe.directory={'*' if os.getuid() == 0 else ''}"]
    base = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR")}
    try:
        done = subprocess.run(
            ["git", *options, *words],
            cwd=folder,
            input=stdin,
            capture_output=True,
            env={**base, **GIT_ENV, **(env or {})},
            check=False,
        )
    except FileNotFoundError as error:
        raise ToolMissing("`git` is not installed", hint="apt-get install git") from error
    if done.returncode:
        _fail_if_full(folder, done.stderr)
        raise GitFailed(words, done.stderr.decode("utf-8", "replace"))
    return done.stdout


def _fail_if_full(folder: Path, said: bytes) -> None:
    """A full disk is no fault of the repository; git tells it in many ways."""
    is_write = any(words in said for words in (b"No space left", b"write", b"update"))
    if is_write and shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
