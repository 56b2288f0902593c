"""A plain process with limits: works everywhere, keeps nothing hostile in.

Covers: time-outs and clean-up of everything a command started, an environment built from nothing,
limits on descriptors and file size, a scratch folder of its own. Where a control group can be made
(`limitgroup.py`, mostly as root) also memory and number of processes of the whole box.
Does not cover: **isolation**. Commands run as the user: they can read and write the user's files,
use the network, see and signal other processes (also the supervisor), write to read-only mounts
and leave things in /dev/shm. Without a control group memory is limited for each process
(RLIMIT_DATA), not for all together, an exhausted limit looks like the program's own failure
(`Outcome.OUT_OF_MEMORY` never appears), and the process limit counts all of the user's processes.
`disk_bytes` is not enforced; `cpus` can be undone by the command.
"""

from __future__ import annotations

import os
from pathlib import Path

from speedwright.errors import SandboxError, SandboxUnavailable
from speedwright.sandbox.box import Box
from speedwright.sandbox.bytecode import compiled
from speedwright.sandbox.inside import search_path, write_shims
from speedwright.sandbox.interfaces import Availability
from speedwright.sandbox.launched import Launched, new_home
from speedwright.sandbox.limitgroup import LimitGroup
from speedwright.sandbox.rlimits import of_own_processes
from speedwright.sandbox.session import SUPERVISOR, SupervisedSession, supervisor_command


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
        home = new_home()
        scratch = home / "scratch"
        scratch.mkdir()
        shims = str(home / "bin") if write_shims(box.toolchain, home / "bin") else None
        command = supervisor_command(str(box.toolchain.python), str(compiled(SUPERVISOR)))
        group = LimitGroup.create(box.limits)
        launched = Launched(command, home=home, group=group)
        session = SupervisedSession(
            box,
            launched,
            launched.wire,
            places={mount.name: str(mount.source) for mount in box.mounts},
            search_path=search_path(box.toolchain, shims),
            scratch=str(scratch),
            wiped=(),
            is_namespace=False,
            rlimits={} if group is not None else of_own_processes(box.limits),
        )
        try:
            launched.confine(launched.process.pid)
        except SandboxError:
            session.close()
            raise
        return session
