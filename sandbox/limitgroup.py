"""A control group of our own that holds a box's memory and number of processes.

Covers: control groups v1 (as root) and v2 where our own group's parent is delegated to this user.
Does not cover: machines where no group can be made; there `create` returns `None` and the backend
falls back to limits of single processes.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from speedwright.sandbox.cgroup import BoxCounters
from speedwright.sandbox.limits import Limits

_NUMBERS = itertools.count(1)
_NAME = re.compile(r"speedwright-(\d+)-\d+")
_CONTROLLERS = ("memory", "pids")
_REMOVE_TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitGroup:
    """Folders of one control group (one a controller under v1, one in all under v2).

    Attributes:
        counters: The same folders, to be read.
    """

    counters: BoxCounters

    @classmethod
    def create(cls, limits: Limits) -> Self | None:
        """Make a group with these limits, or `None` where that is not possible."""
        parents = _parents()
        if parents is None:
            return None
        version, above = parents
        name = f"speedwright-{os.getpid()}-{next(_NUMBERS)}"
        folders = {controller: above[controller] / name for controller in _CONTROLLERS}
        group = cls(counters=BoxCounters(version=version, folders=folders))
        try:
            for parent in set(above.values()):
                _sweep(parent)
                (parent / name).mkdir()
            group._limit(limits)
        except OSError:
            group.remove()
            return None
        return group

    def add(self, pid: int) -> None:
        """Put a process in; what it starts from now on is in too. Raises OSError if refused."""
        for folder in set(self.counters.folders.values()):
            (folder / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def remove(self) -> None:
        """Delete the group once its last process is gone; a group that stays is swept later."""
        for folder in set(self.counters.folders.values()):
            for _ in range(_REMOVE_TRIES):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)
                else:
                    break

    def _limit(self, limits: Limits) -> None:
        memory, pids = (self.counters.folders[name] for name in _CONTROLLERS)
        own = 1  # the supervisor
        (pids / "pids.max").write_text(str(limits.pids + own), encoding="ascii")
        size = str(limits.memory_bytes)
        if self.counters.version == 2:
            (memory / "memory.max").write_text(size, encoding="ascii")
            swap, no_swap = memory / "memory.swap.max", "0"
        else:
            (memory / "memory.limit_in_bytes").write_text(size, encoding="ascii")
            swap, no_swap = memory / "memory.memsw.limit_in_bytes", size
        if swap.exists():
            swap.write_text(no_swap, encoding="ascii")


def _parents() -> tuple[int, dict[str, Path]] | None:
    """Version and, for each controller, the group below which ours goes."""
    own = _own_groups()
    root = Path("/sys/fs/cgroup")
    folders = {name: root / name / own.get(name, "-") for name in _CONTROLLERS}
    if all(name in own for name in _CONTROLLERS):
        is_usable = all(os.access(folder, os.W_OK) for folder in folders.values())
        return (1, folders) if is_usable else None
    if not own.get(""):
        return None
    parent = (root / own[""]).parent  # a v2 group with processes cannot have limited children
    enabled = _words(parent / "cgroup.subtree_control")
    if set(_CONTROLLERS) <= enabled and os.access(parent, os.W_OK):
        return 2, dict.fromkeys(_CONTROLLERS, parent)
    return None


def _own_groups() -> dict[str, str]:
    """Path of this process's group by controller; "" stands for v2."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    groups: dict[str, str] = {}
    for line in lines:
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            groups[name] = path.lstrip("/")
    return groups


def _words(file: Path) -> set[str]:
    try:
        return set(file.read_text(encoding="ascii").split())
    except OSError:
        return set()


def _sweep(parent: Path) -> None:
    """Remove empty groups whose speedwright is dead (it was killed before it could)."""
    for folder in parent.glob("speedwright-*-*"):
        match = _NAME.fullmatch(folder.name)
        if match and not Path(f"/proc/{match[1]}").exists():
            try:
                folder.rmdir()
            except OSError:
                continue
