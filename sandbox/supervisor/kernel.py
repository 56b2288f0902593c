"""What the supervisor asks of the kernel: process tree, limits, protection, System V objects."""

# pathlib would double the start-up time of every box.
# ruff: noqa: PTH123, PTH208
from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import time

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
F_SETPIPE_SZ = 1031
IPC_RMID = 0
CPUCLOCK_SCHED = 2  # of a process by number: what clock_getcpuclockid() puts together

libc = ctypes.CDLL(None, use_errno=True)


def protect() -> None:
    """Make this process hard to attack, and the parent of every orphan below it."""
    if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def hear_of_children() -> int:
    """A descriptor that becomes readable when a child ends."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def die_with_parent() -> None:
    """Be killed when the supervisor ends, however that happens."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def lower(kind: int, value: int) -> None:
    """Set a limit for good, or keep the present one where it is lower already."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def widen(descriptor: int) -> None:
    """A larger pipe means fewer switches inside the timed region; refusal is harmless."""
    try:
        fcntl.fcntl(descriptor, F_SETPIPE_SZ, 1 << 20)
    except OSError:
        return


def cpu_s_of(pid: int) -> float | None:
    """User and system seconds of all threads of a living process; `None` if nobody counts."""
    try:
        return time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)
    except OSError:
        return None


def descendants() -> list[int]:
    """Living processes below this one, by parent, orphans included since they come to us."""
    parent: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    state, above = file.read().rpartition(b")")[2].split()[:2]
            except (OSError, ValueError):
                continue
            parent[int(name)] = int(above)
            if state in (b"Z", b"X"):
                parent[int(name)] = -int(above)
    return [pid for pid in parent if parent[pid] >= 0 and _is_below(pid, parent)]


def _is_below(pid: int, parent: dict[int, int]) -> bool:
    me, seen = os.getpid(), 0
    while pid > 1 and seen < len(parent):
        pid, seen = abs(parent.get(pid, 0)), seen + 1
        if pid == me:
            return True
    return False


def remove_sysv() -> None:
    """Remove System V shared memory, semaphores and queues of this IPC namespace."""
    for kind in ("shm", "sem", "msg"):
        try:
            with open("/proc/sysvipc/" + kind) as file:
                lines = file.read().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            number = int(line.split()[1])
            if kind == "shm":
                libc.shmctl(number, IPC_RMID, None)
            elif kind == "sem":
                libc.semctl(number, 0, IPC_RMID, None)
            else:
                libc.msgctl(number, IPC_RMID, None)
