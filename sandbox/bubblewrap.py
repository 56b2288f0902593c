"""Namespaces without an engine: `bwrap` starts our supervisor as PID 1 of a box of its own.

Covers: no network, a root that is read-only (only the mounts, `/usr` and the toolchain are there),
no capabilities and no new ones, no nested user namespaces (bubblewrap 0.8), own process, IPC and
host-name namespaces, a filter of system calls (`seccomp.py`), scratch places of limited size that
are emptied between calls. Where a control group can be made (`limitgroup.py`, mostly as root):
memory and number of processes of the whole box.
Does not cover: without a control group memory is limited for each process (RLIMIT_DATA), an
exhausted limit looks like the program's own failure, and the process limit counts all of the user's
processes. Started by root, the commands are the host's root without capabilities: hence `/proc` is
read-only, since the kernel settings below it trust that user. `cpus` is an affinity that a command
can undo. Everything under `/usr` and the toolchain can be read.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

import psutil

from speedwright.errors import SandboxError, SandboxUnavailable
from speedwright.sandbox import seccomp
from speedwright.sandbox.box import Box
from speedwright.sandbox.bytecode import compiled
from speedwright.sandbox.inside import search_path, write_shims
from speedwright.sandbox.interfaces import Availability
from speedwright.sandbox.launched import Launched, new_home
from speedwright.sandbox.limitgroup import LimitGroup
from speedwright.sandbox.limits import MIB
from speedwright.sandbox.rlimits import of_own_processes
from speedwright.sandbox.session import (
    PLACE_INSIDE,
    SUPERVISOR,
    SUPERVISOR_INSIDE,
    TEMPORARY_INSIDE,
    SupervisedSession,
    scratch_inside,
    supervisor_command,
)

NOBODY = "65534"
SHM_BYTES = 64 * MIB
SHIMS_INSIDE = f"{PLACE_INSIDE}/.bin"
PROBE_S = 20.0
USR_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
# Read-only pieces of /etc that compilers, the loader and a home-less user need.
ETC_SHOWN = ("/etc/alternatives", "/etc/ld.so.cache")
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n"
GROUP = "root:x:0:\nnogroup:x:65534:\n"


class BubblewrapSandbox:
    """Runs commands in namespaces made by bubblewrap."""

    @property
    def name(self) -> str:
        """`bubblewrap`."""
        return "bubblewrap"

    @property
    def isolates(self) -> bool:
        """Hostile code is kept in."""
        return True

    def availability(self) -> Availability:
        """Really starts one, once in the life of this process."""
        return _probe()

    def describe(self) -> dict[str, str]:
        """Facts for the record."""
        return {
            "sandbox": self.name,
            "isolates": "yes",
            "bubblewrap": _version(),
            "seccomp": "no" if seccomp.program() is None else "yes",
            "kernel": os.uname().release,
        }

    def open(self, box: Box) -> SupervisedSession:
        """Start a session."""
        found = self.availability()
        if not found.is_available:
            raise SandboxUnavailable("the bubblewrap sandbox cannot run here", hint=found.reason)
        home = new_home()
        shims = SHIMS_INSIDE if write_shims(box.toolchain, home / "bin") else None
        scratch = scratch_inside(box.toolchain.paths)
        with tempfile.TemporaryFile() as rules:
            command = (
                *_namespaces(box.limits.disk_bytes, scratch=scratch),
                *_filter(rules),
                *_shown(box, home, has_shims=shims is not None),
                *("--remount-ro", "/dev", "--remount-ro", "/proc", "--remount-ro", "/"),
                "--",
                *supervisor_command(str(box.toolchain.python)),
            )
            group = LimitGroup.create(box.limits)
            launched = Launched(command, home=home, group=group, passed=(rules.fileno(),))
        session = SupervisedSession(
            box,
            launched,
            launched.wire,
            places={mount.name: f"{PLACE_INSIDE}/{mount.name}" for mount in box.mounts},
            search_path=search_path(box.toolchain, shims),
            scratch=scratch,
            kept=tuple(str(path) for path in box.toolchain.paths),
            rlimits={} if group is not None else of_own_processes(box.limits),
        )
        try:
            launched.confine(_first_inside(launched.process.pid))
        except SandboxError:
            session.close()
            raise
        return session


def _namespaces(disk_bytes: int, *, scratch: str = TEMPORARY_INSIDE) -> tuple[str, ...]:
    """The box without anything of ours in it.

    No `--die-with-parent`: it looks at the thread that started the box, and a thread of a pool may
    end long before its session. The supervisor ends the box when our end of its stdin closes.
    """
    nested = ("--disable-userns",) if "--disable-userns" in _help() else ()
    writable: list[str] = []
    for place in dict.fromkeys((TEMPORARY_INSIDE, scratch)):
        writable += ["--size", str(disk_bytes), "--tmpfs", place]
    return (
        *("bwrap", "--unshare-all", "--unshare-user", *nested, "--as-pid-1"),
        *("--cap-drop", "ALL", "--uid", NOBODY, "--gid", NOBODY, "--hostname", "box"),
        *("--clearenv", "--proc", "/proc", "--dev", "/dev", "--mqueue", "/dev/mqueue"),
        *("--size", str(SHM_BYTES), "--tmpfs", "/dev/shm"),
        *(*writable, "--chdir", scratch),
        *("--ro-bind", "/usr", "/usr", *_root_links()),
    )


def _filter(rules: IO[bytes]) -> tuple[str, ...]:
    """The option for the filter of system calls, which is written to `rules`."""
    found = seccomp.program()
    if found is None:
        return ()
    rules.write(found)
    rules.seek(0)
    return ("--seccomp", str(rules.fileno()))


def _root_links() -> list[str]:
    """`/bin` and its like: links into /usr as on the host, or the host's own folders."""
    words: list[str] = []
    for name in USR_LINKS:
        path = Path("/") / name
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    return words


def _shown(box: Box, home: Path, *, has_shims: bool) -> list[str]:
    """Toolchain, mounts, supervisor and the little of /etc that programs need."""
    (home / "passwd").write_text(PASSWD, encoding="ascii")
    (home / "group").write_text(GROUP, encoding="ascii")
    words = [
        *("--ro-bind", str(home / "passwd"), "/etc/passwd"),
        *("--ro-bind", str(home / "group"), "/etc/group"),
        *("--ro-bind", str(compiled(SUPERVISOR)), SUPERVISOR_INSIDE),
    ]
    for place in ETC_SHOWN:
        words += ["--ro-bind-try", place, place]
    if has_shims:
        words += ["--ro-bind", str(home / "bin"), SHIMS_INSIDE]
    for path in box.toolchain.paths:
        if not path.is_relative_to("/usr"):
            words += ["--ro-bind", str(path), str(path)]
    for mount in box.mounts:
        kind = "--bind" if mount.writable else "--ro-bind"
        words += [kind, str(mount.source), f"{PLACE_INSIDE}/{mount.name}"]
    return words


def _first_inside(launcher: int) -> int:
    """Host pid of the process that is PID 1 inside."""
    for child in psutil.Process(launcher).children(recursive=True):
        status = Path(f"/proc/{child.pid}/status").read_text(encoding="utf-8", errors="replace")
        numbers = status.partition("NSpid:")[2].partition("\n")[0].split()
        if len(numbers) > 1 and numbers[-1] == "1":
            return child.pid
    raise SandboxError("bubblewrap started no process namespace")


@functools.cache
def _probe() -> Availability:
    if shutil.which("bwrap") is None:
        hint = "install bubblewrap (Debian, Ubuntu: `apt-get install bubblewrap`)"
        return Availability(is_available=False, reason=hint)
    if "--size" not in _help():
        return Availability(is_available=False, reason="bubblewrap 0.7 or newer is needed")
    command = [*_namespaces(MIB), "--", "/usr/bin/env", "true"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Availability(is_available=False, reason=f"bwrap does not run: {error}")
    if done.returncode == 0:
        return Availability(is_available=True)
    words = done.stderr.decode(errors="replace").strip()[:300]
    return Availability(is_available=False, reason=f"bwrap cannot make namespaces here: {words}")


@functools.cache
def _help() -> str:
    return _output("--help")


@functools.cache
def _version() -> str:
    return _output("--version").split()[-1] if _output("--version") else ""


def _output(option: str) -> str:
    try:
        done = subprocess.run(
            ["bwrap", option], capture_output=True, text=True, timeout=PROBE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr
