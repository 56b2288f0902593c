"""Limits of single processes: the next best where nothing holds those of a whole box.

Covers: memory (RLIMIT_DATA) and the number of processes (RLIMIT_NPROC).
Does not cover: memory of all processes together, and telling an exhausted limit from the program's
own failure. RLIMIT_NPROC counts all processes of the user, so those that run already come on top:
the limit ends a fork bomb, but it is not exact.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import psutil

from speedwright.sandbox.limits import Limits


def of_own_processes(limits: Limits) -> dict[str, int]:
    """For commands that run as this user; root's processes are never counted by the kernel."""
    rlimits = _memory(limits)
    if os.geteuid() != 0:
        rlimits["RLIMIT_NPROC"] = limits.pids + _threads(lambda uid: uid == os.getuid())
    return rlimits


def of_mapped_processes(limits: Limits) -> dict[str, int]:
    """For commands of a user that an engine maps to one we do not know, but never to root."""
    return {**_memory(limits), "RLIMIT_NPROC": limits.pids + _threads(lambda uid: uid != 0)}


def _memory(limits: Limits) -> dict[str, int]:
    return {"RLIMIT_DATA": limits.memory_bytes}


def _threads(is_counted: Callable[[int], bool]) -> int:
    count = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        uids = process.info["uids"]
        if uids is not None and is_counted(uids.real):
            count += process.info["num_threads"] or 1
    return count
