"""A plain process with limits: works everywhere, keeps nothing hostile in.

Covers: time-outs and clean-up of everything a command started, an environment built from nothing,
limits on descriptors, file size and data memory of each process, a scratch folder of its own.
Does not cover: **isolation**. Commands run as the user: they can read and write the user's files,
use the network, see and signal other processes (also the supervisor), write to read-only mounts
and leave things in /dev/shm. Memory is limited for each process (RLIMIT_DATA), not for all
together, and an exhausted limit looks like the program's own failure, so
`Outcome.OUT_OF_MEMORY` never appears; the process limit does not hold for root; `disk_bytes` is
not enforced.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import psutil

from speedwright.errors import SandboxError, SandboxUnavailable
from speedwright.sandbox.box import Box
from speedwright.sandbox.channel import DescriptorWire
from speedwright.sandbox.inside import search_path, write_shims
from speedwright.sandbox.interfaces import Availability
from speedwright.sandbox.session import SUPERVISOR, SupervisedSession, supervisor_command

END_S = 5.0


class ProcessSandbox:
    """Runs commands as ordinary processes of this user."""

    @property
    def name(self) -> str:
        """`process`."""
        return "process"

    @property
    def isolates(self) -> bool:
        """Never: hostile code is not kept in."""
        return False

    def availability(self) -> Availability:
        """Wherever there is a Linux-like /proc."""
        if Path("/proc/self/stat").exists():
            return Availability(is_available=True)
        return Availability(is_available=False, reason="the supervisor needs Linux's /proc")

    def describe(self) -> dict[str, str]:
        """Facts for the record."""
        return {"sandbox": self.name, "isolates": "no", "kernel": os.uname().release}

    def open(self, box: Box) -> SupervisedSession:
        """Start a session."""
        found = self.availability()
        if not found.is_available:
            raise SandboxUnavailable("the plain process sandbox cannot run", hint=found.reason)
        home = Path(tempfile.mkdtemp(prefix="speedwright-box-"))
        scratch = home / "scratch"
        scratch.mkdir()
        shims = str(home / "bin") if write_shims(box.toolchain, home / "bin") else None
        command = supervisor_command(str(box.toolchain.python), str(SUPERVISOR))
        launched = Launched(command, home=home)
        return SupervisedSession(
            box,
            launched,
            launched.wire,
            places={mount.name: str(mount.source) for mount in box.mounts},
            search_path=search_path(box.toolchain, shims),
            scratch=str(scratch),
            wiped=(str(scratch),),
            is_namespace=False,
            rlimits=_rlimits(box),
        )


class Launched:
    """A supervisor (or its launcher) that is a child of this process, with its temporary folder.

    Args:
        command: What to start; it speaks frames on stdin and stdout.
        home: Temporary folder, removed with it.
    """

    def __init__(self, command: Sequence[str], *, home: Path) -> None:
        self._home = home
        self._words: IO[bytes] = tempfile.TemporaryFile()
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                env={},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            self._words.close()
            shutil.rmtree(home, ignore_errors=True)
            raise SandboxError(f"cannot start `{command[0]}`: {error.strerror}") from error
        assert self.process.stdin is not None and self.process.stdout is not None
        self.wire = DescriptorWire(
            os.dup(self.process.stdout.fileno()), os.dup(self.process.stdin.fileno())
        )
        self.process.stdin.close()
        self.process.stdout.close()
        self._is_gone = False

    def oom_kills(self) -> int | None:
        """Nobody can tell for a plain process."""
        return None

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
        self._is_gone = True
        self._words.close()
        shutil.rmtree(self._home, ignore_errors=True)


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


def _rlimits(box: Box) -> dict[str, int]:
    limits = {"RLIMIT_DATA": box.limits.memory_bytes}
    if os.geteuid() != 0:  # the kernel counts all of the user's threads, so ours come on top
        limits["RLIMIT_NPROC"] = box.limits.pids + _own_threads()
    return limits


def _own_threads() -> int:
    count = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        uids = process.info["uids"]
        if uids is not None and uids.real == os.getuid():
            count += process.info["num_threads"] or 1
    return count
