"""Labels that say which process owns a container, and whether that process still lives."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

RUN_LABEL = "speedwright.run"
OWNER_LABEL = "speedwright.owner"
START_LABEL = "speedwright.owner-start"
NAMESPACE_LABEL = "speedwright.owner-pid-namespace"
IMAGE_LABEL = "speedwright.image"

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process of one boot of one machine.

    Attributes:
        pid: Process id, as seen in its own pid namespace.
        boot_id: The kernel's id of this boot.
        started_ticks: Start time of the process, which tells a reused process id; empty: unknown.
        pid_namespace: Name of its pid namespace; empty: unknown.
    """

    pid: int
    boot_id: str
    started_ticks: str = ""
    pid_namespace: str = ""

    @classmethod
    def of_this_process(cls) -> Owner:
        """This process."""
        pid = os.getpid()
        return cls(
            pid=pid,
            boot_id=boot_id(),
            started_ticks=_started_ticks(pid),
            pid_namespace=_pid_namespace(),
        )

    @classmethod
    def from_labels(cls, labels: Mapping[str, str]) -> Owner | None:
        """The owner written on a container, `None` if the label is missing or garbled."""
        pid, _, boot = labels.get(OWNER_LABEL, "").partition(",")
        if not pid.isdigit() or not boot:
            return None
        return cls(
            pid=int(pid),
            boot_id=boot,
            started_ticks=labels.get(START_LABEL, ""),
            pid_namespace=labels.get(NAMESPACE_LABEL, ""),
        )

    def labels(self, run: str) -> dict[str, str]:
        """What to write on everything that this owner makes for a run."""
        return {
            RUN_LABEL: run,
            OWNER_LABEL: f"{self.pid},{self.boot_id}",
            START_LABEL: self.started_ticks,
            NAMESPACE_LABEL: self.pid_namespace,
        }

    @property
    def is_gone(self) -> bool:
        """Whether the process surely lives no more; unknown counts as living.

        A process of another pid namespace cannot be seen from here, so it is never called gone
        while the machine has not been started anew.
        """
        if self.boot_id != boot_id():
            return True
        if self.pid_namespace and self.pid_namespace != _pid_namespace():
            return False
        started = _started_ticks(self.pid)
        if not started:
            return not (_PROC / str(self.pid)).exists()
        return bool(self.started_ticks) and started != self.started_ticks


def boot_id() -> str:
    """The kernel's random id of this boot; empty where it cannot be read."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _started_ticks(pid: int) -> str:
    """Field 22 of /proc/PID/stat; empty if there is no such process."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def _pid_namespace() -> str:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return ""
