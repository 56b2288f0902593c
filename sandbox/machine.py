"""Facts about this machine that a timing depends on, read from /proc and /sys.

Covers: processor, cores, SMT, frequency control, steal, load, ASLR, clock source, memory.
Does not cover: anything that names the machine or its user (no host name, no addresses).
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from speedwright.sandbox.cgroup import cgroup_version

UNKNOWN = "unknown"
_CPU = Path("/sys/devices/system/cpu")
_CLOCK_SOURCE = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuTicks:
    """Time of all cores since boot, in clock ticks."""

    steal: int
    total: int

    @classmethod
    def now(cls) -> CpuTicks:
        """The counters of /proc/stat; zeros where it cannot be read."""
        numbers = [
            int(word) for word in read_line(Path("/proc/stat")).split()[1:] if word.isdigit()
        ]
        # user nice system idle iowait irq softirq steal; guest time is part of user.
        return cls(steal=numbers[7] if len(numbers) > 7 else 0, total=sum(numbers[:8]))

    def steal_share_since(self, earlier: CpuTicks) -> float:
        """Share of the time since then that the hypervisor gave to others."""
        total = self.total - earlier.total
        return (self.steal - earlier.steal) / total if total > 0 else 0.0


BOOT = CpuTicks(steal=0, total=0)


def machine_facts() -> dict[str, str | int | float]:
    """Facts for the record of a run; cheap enough for every run."""
    memory = memory_bytes()
    return {
        "system": platform.system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "distribution": distribution(),
        "cpu_model": cpu_model(),
        "cores": os.cpu_count() or 0,
        "usable_cores": len(os.sched_getaffinity(0)),
        "smt": smt(),
        "governor": governor(),
        "turbo": turbo(),
        "is_virtual": "yes" if is_virtual() else "no",
        "aslr": aslr(),
        "clock_source": clock_source(),
        "cgroup_version": cgroup_version(),
        "memory_bytes": memory.get("MemTotal", 0),
        "memory_available_bytes": memory.get("MemAvailable", 0),
        "load_1m": os.getloadavg()[0],
        "steal_share_since_boot": CpuTicks.now().steal_share_since(BOOT),
        "python": platform.python_version(),
    }


def read_line(file: Path) -> str:
    """First line of a file of the kernel, empty where it cannot be read."""
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return lines.readline().strip()
    except OSError:
        return ""


def cpu_model() -> str:
    """Marketing name of the processor."""
    return _cpuinfo("model name") or _cpuinfo("Model") or platform.machine()


def is_virtual() -> bool:
    """Whether the processor says that a hypervisor runs it."""
    return "hypervisor" in _cpuinfo("flags").split()


def smt() -> str:
    """`on`, `off` or `unknown`: whether sibling threads share a core."""
    return {"1": "on", "0": "off"}.get(read_line(_CPU / "smt/active"), UNKNOWN)


def governor() -> str:
    """Frequency governor of the first core; `unknown` in most virtual machines."""
    return read_line(_CPU / "cpu0/cpufreq/scaling_governor") or UNKNOWN


def turbo() -> str:
    """`on`, `off` or `unknown`: whether the clock may rise above its base."""
    if word := read_line(_CPU / "intel_pstate/no_turbo"):
        return "off" if word == "1" else "on"
    return {"1": "on", "0": "off"}.get(read_line(_CPU / "cpufreq/boost"), UNKNOWN)


def aslr() -> str:
    """`full`, `partial`, `off` or `unknown`: randomisation of address spaces."""
    word = read_line(Path("/proc/sys/kernel/randomize_va_space"))
    return {"0": "off", "1": "partial", "2": "full"}.get(word, UNKNOWN)


def clock_source() -> str:
    """What the kernel reads the time from."""
    return read_line(_CLOCK_SOURCE) or UNKNOWN


def memory_bytes() -> dict[str, int]:
    """The lines of /proc/meminfo in bytes."""
    found: dict[str, int] = {}
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return found
    for line in lines:
        name, _, value = line.partition(":")
        words = value.split()
        if words and words[0].isdigit():
            found[name] = int(words[0]) * (1024 if words[-1] == "kB" else 1)
    return found


def distribution() -> str:
    """Name and version of the distribution."""
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", UNKNOWN)
    except OSError:
        return UNKNOWN


def _cpuinfo(key: str) -> str:
    """First value of a key of /proc/cpuinfo."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                name, _, value = line.partition(":")
                if name.strip() == key:
                    return value.strip()
    except OSError:
        pass
    return ""
