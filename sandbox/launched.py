"""A supervisor that is a child of this process, as the plain and bubblewrap backends start it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import psutil

from speedwright.errors import SandboxError
from speedwright.sandbox.channel import DescriptorWire
from speedwright.sandbox.limitgroup import LimitGroup

END_S = 5.0


class Launched:
    """A supervisor or its launcher, with its temporary folder and its control group.

    Implements `speedwright.sandbox.session.Cage`.

    Args:
        command: What to start; it speaks frames on stdin and stdout.
        home: Temporary folder, removed with it.
        group: Holds the box's limits, removed with it; `None` if there is none.
        passed: Descriptors that the command names.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        home: Path,
        group: LimitGroup | None,
        passed: tuple[int, ...] = (),
    ) -> None:
        self._home = home
        self._group = group
        self._words: IO[bytes] = tempfile.TemporaryFile()
        self._is_gone = False
        self._kills: int | None = None
        ours, theirs = socket.socketpair()
        try:
            self.process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._words,
                env={},
                cwd="/",
                start_new_session=True,
                pass_fds=passed,
            )
        except OSError as error:
            ours.close()
            self._forget()
            raise SandboxError(f"cannot start `{command[0]}`: {error.strerror}") from error
        finally:
            theirs.close()
        line = ours.detach()
        self.wire = DescriptorWire(line, line)

    def confine(self, pid: int) -> None:
        """Put the supervisor into the control group before it starts anything."""
        if self._group is None:
            return
        try:
            self._group.add(pid)
        except OSError as error:
            raise SandboxError("the control group of the box does not take processes") from error

    def oom_kills(self) -> int | None:
        """From the control group, if there is one."""
        if self._group is not None and not self._is_gone:
            self._kills = self._group.counters.oom_kills()
        return self._kills

    def last_words(self) -> str:
        """What it wrote to stderr."""
        if self._is_gone:
            return ""
        self._words.seek(0)
        return self._words.read(64 * 1024).decode(errors="replace").strip()

    def destroy(self) -> None:
        """End it: it does so by itself at the end of its stdin, or is killed with all below it."""
        if self._is_gone:
            return
        self.wire.close()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            kill_tree(self.process.pid)
            self.process.wait()
        self._forget()

    def _forget(self) -> None:
        self.oom_kills()  # remembered for whoever asks why the box is gone
        self._is_gone = True
        self._words.close()
        shutil.rmtree(self._home, ignore_errors=True)
        if self._group is not None:
            self._group.remove()


def new_home() -> Path:
    """A temporary folder for one box; its name tells the reaper whose it is."""
    return Path(tempfile.mkdtemp(prefix=f"speedwright-box-{os.getpid()}-"))


def kill_tree(pid: int) -> None:
    """Kill a process and everything below it."""
    try:
        top = psutil.Process(pid)
        top.suspend()
        victims = [*top.children(recursive=True), top]
    except psutil.NoSuchProcess:
        return
    for victim in victims:
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            continue
