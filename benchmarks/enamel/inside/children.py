"""Processes below the runner: hard to attack from, killed for certain, none left over."""

# pathlib would double the start-up time.
# ruff: noqa: PTH116, PTH123, PTH208
from __future__ import annotations

import ctypes
import fcntl
import os
import sys
import time

SIGKILL = 9  # module `signal` imports enum
PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36
F_SETPIPE_SZ = 1031
KILL_S = 5.0
ENDING_S = 0.02

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Set


def protect() -> None:
    """Nobody of this user may look into this process; orphans below come to it.

    A pipe whose reader is gone is an error and no signal: Python has seen to that.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def widen(descriptor: int) -> None:
    """A larger pipe means fewer switches inside the timed region; refusal is harmless."""
    try:
        fcntl.fcntl(descriptor, F_SETPIPE_SZ, 1 << 20)
    except OSError:
        return


def shed(descriptors: tuple[int, ...]) -> None:
    """In a fresh child: a session of its own, and none of the parent's descriptors."""
    os.setsid()
    for descriptor in descriptors:
        os.close(descriptor)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)


def threads(pid: int) -> int:
    """Links of the folder of a process' threads: one more for each; 0 if it has ended."""
    try:
        return os.stat(f"/proc/{pid}/task").st_nlink
    except OSError:
        return 0


def goes_on(pid: int, alone: int) -> bool:
    """Whether a process has more threads than when it was alone, or children, and keeps them."""
    until = time.monotonic() + ENDING_S
    while _has_more(pid, alone):
        if time.monotonic() > until:
            return True
        time.sleep(0.001)  # a thread that was waited for may take a moment to be gone
    return False


def _has_more(pid: int, alone: int) -> bool:
    if threads(pid) > alone:
        return True
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:
            return bool(file.read(1))
    except OSError:
        return False  # ended, or a kernel without that list: children are found at the end


def end(pid: int, others: Set[int]) -> bool:
    """Kill a child and everything it started; whether there was more than the child itself.

    Args:
        pid: The child.
        others: Our children that stay.
    """
    os.kill(pid, SIGKILL)  # not reaped yet, so the number is still its own
    os.waitpid(pid, 0)
    if not _strays(others):
        return False
    until = time.monotonic() + KILL_S
    while _strays(others):
        for found in _below(others):
            try:
                os.kill(found, SIGKILL)
            except ProcessLookupError:
                continue
        if time.monotonic() > until:
            sys.exit("processes that cannot be killed")
        time.sleep(0.001)
    return True


def _strays(others: Set[int]) -> bool:
    """Whether there is a child beside the others, orphans among them; ended ones are reaped."""
    if not others:
        return not _is_alone()
    strays = _own() - others
    for found in strays:
        os.waitpid(found, os.WNOHANG)
    return bool(strays)


def _own() -> set[int]:
    """Our children, as the kernel lists them or as all processes say."""
    try:
        with open("/proc/thread-self/children", "rb") as file:
            return set(map(int, file.read().split()))
    except FileNotFoundError:
        me = os.getpid()
        return {pid for pid, parent in _parents().items() if parent == me}


def _is_alone() -> bool:
    """Reap whatever has ended; whether nothing is left below us."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return True
    return False


def _below(others: Set[int]) -> set[int]:
    """All below us but the others, which have started nothing."""
    parents = _parents()
    me = os.getpid()
    found, before = {me}, 0
    while len(found) > before:
        before = len(found)
        found.update(pid for pid, parent in parents.items() if parent in found)
    return found - {me} - others


def _parents() -> dict[int, int]:
    """Parents by process."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/" + name + "/stat", "rb") as file:
                    parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError):
                continue
    return parents
