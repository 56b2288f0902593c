"""What a process could leave behind for the next one, as a value that is compared.

Any file made, renamed or removed in a writable folder changes that folder's times; so do mode,
owner, times and attributes of the folder itself, and the change time cannot be set back.
"""

# ruff: noqa: PTH116 (pathlib would double the start-up time)
from __future__ import annotations

import os
import resource

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from typing import Any

KINDS = tuple(getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_"))
SYSTEM_V = ("/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem")


def fingerprint(places: list[str]) -> list[Any]:
    """Folders, System V objects, and limits, priority and cores of us and our parent."""
    found: list[Any] = []
    for place in places:
        state = os.stat(place)
        found.append((state.st_mtime_ns, state.st_ctime_ns, state.st_mode, state.st_nlink))
    for path in SYSTEM_V:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        found.append(os.read(descriptor, 1 << 16))
        os.close(descriptor)
    for pid in (os.getpid(), os.getppid()):
        found.append(os.getpriority(os.PRIO_PROCESS, pid))
        found.append(sorted(os.sched_getaffinity(pid)))
        for kind in KINDS:
            try:
                found.append(resource.prlimit(pid, kind))
            except (OSError, ValueError):
                continue
    return found
