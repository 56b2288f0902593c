"""What a process could leave behind for the next one, as a value that is compared.

Any file made, renamed or removed in a writable folder changes that folder's times; so do mode,
owner, times and attributes of the folder itself, and the change time cannot be set back.
"""

# ruff: noqa: PTH110 (pathlib would double the start-up time)
from __future__ import annotations

import os
import resource

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from typing import Any

KINDS = tuple(getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_"))
SYSTEM_V = ("/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem")
READ_BYTES = 1 << 16


class Traces:
    """Folders, System V objects, and limits, priority and cores of us and our parent.

    Asked for between any two repetitions, so everything stays open that can be read again.

    Args:
        places: Folders.
    """

    def __init__(self, places: list[str]) -> None:
        self._pids = (os.getpid(), os.getppid())
        self._folders = [os.open(place, os.O_PATH) for place in places]
        limits = [f"/proc/{pid}/limits" for pid in self._pids]
        self._files = [os.open(path, os.O_RDONLY) for path in SYSTEM_V if os.path.exists(path)]
        self._has_limits = all(map(os.path.exists, limits))
        if self._has_limits:
            self._files += [os.open(path, os.O_RDONLY) for path in limits]

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What is open, and to be closed in children."""
        return (*self._folders, *self._files)

    def now(self) -> list[Any]:
        """A value that is equal to an earlier one if nothing was left in between."""
        found: list[Any] = [os.pread(file, READ_BYTES, 0) for file in self._files]
        for state in map(os.fstat, self._folders):
            found.append((state.st_mtime_ns, state.st_ctime_ns, state.st_mode, state.st_nlink))
        for pid in self._pids:
            found.append(os.getpriority(os.PRIO_PROCESS, pid))
            found.append(os.sched_getaffinity(pid))
            if not self._has_limits:
                found += [_limit(pid, kind) for kind in KINDS]
        return found

    def close(self) -> None:
        """Close what is open."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def _limit(pid: int, kind: int) -> tuple[int, int] | None:
    """A limit of a process, where the kernel has that kind and tells."""
    try:
        return resource.prlimit(pid, kind)
    except (OSError, ValueError):
        return None
