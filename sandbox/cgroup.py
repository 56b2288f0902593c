"""Counters that the kernel keeps for a whole box, read from the host.

Covers: control groups v1 and v2; out-of-memory kills, refused forks, CPU time, peak memory.
Does not cover: engines whose groups cannot be seen from here (another machine, some rootless
set-ups): then there are no counters, and callers say so instead of guessing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_V1_CONTROLLERS = ("memory", "pids", "cpuacct")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCounters:
    """Folders with the counters of one container.

    Attributes:
        version: 1 or 2.
        folders: Folder of each controller; the same one for all under version 2.
    """

    version: int
    folders: dict[str, Path]

    def oom_kills(self) -> int | None:
        """Processes killed for memory so far; `None` where it cannot be read."""
        file = "memory.events" if self.version == 2 else "memory.oom_control"
        return self._keyed("memory", file, "oom_kill")

    def refused_forks(self) -> int | None:
        """Forks refused by the pids limit so far; `None` where it cannot be read."""
        return self._keyed("pids", "pids.events", "max")

    def cpu_ns(self) -> int | None:
        """CPU nanoseconds of everything in the box so far; `None` where it cannot be read."""
        if self.version == 1:
            return self._single("cpuacct", "cpuacct.usage")
        usage_us = self._keyed("cpuacct", "cpu.stat", "usage_usec")
        return None if usage_us is None else usage_us * 1000

    def peak_memory_bytes(self) -> int | None:
        """Most memory the box held at once, page cache included; `None` if unreadable."""
        file = "memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"
        return self._single("memory", file)

    def _read(self, controller: str, file: str) -> str:
        try:
            return (self.folders[controller] / file).read_text(encoding="ascii")
        except (KeyError, OSError, UnicodeDecodeError):
            return ""

    def _keyed(self, controller: str, file: str, key: str) -> int | None:
        for line in self._read(controller, file).splitlines():
            name, _, value = line.partition(" ")
            if name == key and value.strip().isdigit():
                return int(value)
        return None

    def _single(self, controller: str, file: str) -> int | None:
        text = self._read(controller, file).strip()
        return int(text) if text.isdigit() else None


def counters_of(pid: int, *, container: str) -> BoxCounters | None:
    """The counters of a container's box, `None` if they cannot be seen from here.

    Args:
        pid: Process id of the container's first process, as the engine tells it.
        container: Id of the container, which its group's path must name: the process id of an
            engine elsewhere may be that of any process here.
    """
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    groups = {names: path for _, names, path in (line.split(":", 2) for line in lines)}
    if not any(container in path for path in groups.values()):
        return None
    folders: dict[str, Path] = {}
    for names, path in groups.items():
        for controller in names.split(","):
            if controller in _V1_CONTROLLERS and (root := _v1_mount(controller)) is not None:
                folders[controller] = root / path.lstrip("/")
    if folders and all(folder.is_dir() for folder in folders.values()):
        return BoxCounters(version=1, folders=folders)
    folder = Path("/sys/fs/cgroup") / groups.get("", "").lstrip("/")
    if groups.get("") and (folder / "memory.events").is_file():
        return BoxCounters(version=2, folders=dict.fromkeys(_V1_CONTROLLERS, folder))
    return None


def cgroup_version() -> int:
    """2 for the unified hierarchy, 1 for the older ones, 0 if none is mounted."""
    if Path("/sys/fs/cgroup/cgroup.controllers").is_file():
        return 2
    return 1 if any(_v1_mount(controller) for controller in _V1_CONTROLLERS) else 0


def _v1_mount(controller: str) -> Path | None:
    """Where a v1 controller's hierarchy is mounted."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        _, place, kind, options, *_ = line.split(" ")
        if kind == "cgroup" and controller in options.split(","):
            return Path(place)
    return None
