"""What this machine offers speedwright, and what to do about what is missing.

Covers: sandboxes, timing conditions, compilers and profilers, GPU, keys by name.
Does not cover: the noise floor (measured by the judge). No value of a key is ever read out.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from speedwright import registry
from speedwright.errors import SandboxUnavailable
from speedwright.sandbox import machine
from speedwright.sandbox.cgroup import cgroup_version
from speedwright.sandbox.counters import why_no_hardware_counters
from speedwright.sandbox.engine import PROBE_TIMEOUT_S, connect
from speedwright.sandbox.enginefacts import EngineFacts
from speedwright.sandbox.limitgroup import LimitGroup
from speedwright.sandbox.limits import GIB, Limits
from speedwright.sandbox.machine import machine_facts

__all__ = ["Check", "Diagnosis", "Status", "diagnose", "machine_facts"]

SCHEMA_VERSION = 1
KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
_TOO_MUCH_STEAL = 0.01
_LITTLE_DISK_BYTES = 5 * GIB
_LITTLE_MEMORY_BYTES = 2 * GIB
_VERSION_TIMEOUT_S = 10.0
_STEAL_WINDOW_S = 1.0
# Program, the argument that makes it say its version, what to do without it.
_PROGRAMS = (
    ("git", "--version", "`apt install git`: targets are read and patched through git"),
    ("gcc", "--version", "`apt install gcc`: needed for C targets"),
    ("g++", "--version", "`apt install g++`: needed for C++ targets"),
    ("valgrind", "--version", "`apt install valgrind`: instruction counts and call graphs"),
    ("gprofng", "--version", "`apt install binutils` (2.39 or newer): native profiles"),
    ("py-spy", "--version", '`pip install "speedwright[profilers]"`: sampled Python profiles'),
    ("nvcc", "--version", "install the CUDA toolkit, if targets are CUDA"),
)
_REQUIRED = ("git", "python")


class Status(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What.
        value: What was found, for people.
        status: Whether it is fine.
        remedy: What to do about it; empty if nothing.
    """

    name: str
    value: str
    status: Status = Status.OK
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that was looked at."""

    checks: tuple[Check, ...]

    @property
    def is_usable(self) -> bool:
        """Whether speedwright's main job can be done here."""
        lacking = {check.name for check in self.checks if check.status is Status.MISSING}
        return not lacking & set(_REQUIRED)

    def to_json(self) -> dict[str, Any]:
        """Plain data, `schema_version` first."""
        return {
            "schema_version": SCHEMA_VERSION,
            "is_usable": self.is_usable,
            "checks": [
                {
                    "name": check.name,
                    "value": check.value,
                    "status": check.status.value,
                    "remedy": check.remedy,
                }
                for check in self.checks
            ],
        }


def diagnose() -> Diagnosis:
    """Look at everything; takes a little over a second, in which steal is watched."""
    before, start = machine.CpuTicks.now(), time.monotonic()
    checks = [
        *_engine(),
        _bubblewrap(),
        _user_namespaces(),
        *_timing_conditions(),
        _hardware_counters(),
        *_room(),
        _python(),
        *(_program(*row) for row in _PROGRAMS),
        _gpu(),
        _keys(),
    ]
    time.sleep(max(0.0, _STEAL_WINDOW_S - (time.monotonic() - start)))
    checks.append(_steal("steal now", machine.CpuTicks.now().steal_share_since(before)))
    return Diagnosis(checks=tuple(checks))


def _engine() -> list[Check]:
    """Docker: version, API, storage driver, limits it does not hold; control groups."""
    try:
        client = connect(timeout_s=PROBE_TIMEOUT_S)
    except SandboxUnavailable as error:
        engine = Check(name="docker", value=error.message, status=Status.MISSING, remedy=error.hint)
        return [engine, _control_groups()]
    try:
        info: dict[str, Any] = client.info()
        api = client.api.api_version
    finally:
        client.close()
    facts = EngineFacts.of(info)
    runtimes = ", ".join(sorted(info.get("Runtimes") or {}))
    value = f"{info.get('ServerVersion', '?')}, API {api}, {info.get('Driver', '?')}"
    value += f"{', rootless' if facts.is_rootless else ''}, runtimes: {runtimes}"
    lacking = f"; holds no limit of a box on {', '.join(facts.dropped)}" if facts.dropped else ""
    remedy = "each process is limited instead; an engine with control groups (v2) limits boxes"
    return [_judged("docker", value + lacking, not facts.dropped, remedy), _control_groups()]


def _control_groups() -> Check:
    """Their version, and whether boxes without an engine can be limited as a whole."""
    version = cgroup_version()
    group = LimitGroup.create(Limits())
    if group is not None:
        group.remove()
        return Check(name="control groups", value=f"version {version}")
    return Check(
        name="control groups",
        value=f"version {version}, none may be made" if version else "none",
        status=Status.WARN,
        remedy="without an engine, memory is limited for each process, not for a box: run as root",
    )


def _bubblewrap() -> Check:
    state = registry.resolve("sandboxes", "bubblewrap")().availability()
    if not state.is_available:
        return Check(
            name="bubblewrap",
            value=state.reason,
            status=Status.MISSING,
            remedy="`apt install bubblewrap`: isolates where there is no Docker engine",
        )
    return Check(name="bubblewrap", value=_version_of("bwrap", "--version") or "works")


def _user_namespaces() -> Check:
    most = machine.read_line(Path("/proc/sys/user/max_user_namespaces"))
    clone = machine.read_line(Path("/proc/sys/kernel/unprivileged_userns_clone"))
    if most in ("", "0") or clone == "0":
        return Check(
            name="user namespaces",
            value="off",
            status=Status.WARN,
            remedy="`sysctl user.max_user_namespaces=10000` (bubblewrap without root needs them)",
        )
    return Check(name="user namespaces", value=f"on, at most {most}")


def _timing_conditions() -> list[Check]:
    """What makes timings noisy."""
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0]
    governor, turbo, smt = machine.governor(), machine.turbo(), machine.smt()
    is_idle = load < cores / 2
    return [
        Check(
            name="processor",
            value=machine.cpu_model() + (", virtual" if machine.is_virtual() else ""),
        ),
        _judged(
            "cores", str(cores), cores > 1, "one core measures itself as well: use two or more"
        ),
        _judged("SMT", smt, smt != "on", "pin to whole cores, or switch SMT off"),
        _judged(
            "frequency governor",
            governor,
            governor in ("performance", machine.UNKNOWN),
            "`cpupower frequency-set -g performance`",
        ),
        _judged("turbo", turbo, turbo != "on", "switch it off for steadier timings"),
        _steal("steal since boot", machine.CpuTicks.now().steal_share_since(machine.BOOT)),
        _judged("load", f"{load:.2f}", is_idle, "stop other work while timings are taken"),
        Check(name="ASLR", value=f"{machine.aslr()} (speedwright averages over it)"),
        _judged(
            "clock source",
            machine.clock_source(),
            machine.clock_source() not in ("hpet", "acpi_pm", "jiffies"),
            "a slow clock: boot with `clocksource=tsc` if the processor has a stable one",
        ),
    ]


def _judged(name: str, value: str, is_fine: bool, remedy: str) -> Check:
    if is_fine:
        return Check(name=name, value=value)
    return Check(name=name, value=value, status=Status.WARN, remedy=remedy)


def _steal(name: str, share: float) -> Check:
    remedy = "neighbours take processor time: use another machine or a quieter hour"
    return _judged(name, f"{share:.2%}", share < _TOO_MUCH_STEAL, remedy)


def _hardware_counters() -> Check:
    reason = why_no_hardware_counters()
    remedy = "instruction counts come from callgrind instead"
    return _judged("hardware counters", reason or "work", not reason, remedy)


def _room() -> list[Check]:
    memory = machine.memory_bytes()
    free, total = memory.get("MemAvailable", 0), memory.get("MemTotal", 0)
    disk = shutil.disk_usage(tempfile.gettempdir())
    return [
        _judged(
            "memory",
            f"{free / GIB:.1f} GiB free of {total / GIB:.1f}",
            free > _LITTLE_MEMORY_BYTES,
            "close something, or lower the memory limit",
        ),
        _judged(
            "disk",
            f"{disk.free / GIB:.1f} GiB free in {tempfile.gettempdir()}",
            disk.free > _LITTLE_DISK_BYTES,
            "make room; `speedwright clean --all` removes what we can make again",
        ),
    ]


def _python() -> Check:
    return Check(name="python", value=f"{platform.python_version()} at {sys.executable}")


def _program(name: str, argument: str, remedy: str) -> Check:
    version = _version_of(name, argument)
    if version is None:
        return Check(name=name, value="not found", status=Status.MISSING, remedy=remedy)
    return Check(name=name, value=version)


def _version_of(program: str, argument: str) -> str | None:
    """The line in which a program names its version; `None` if it is missing or does not run."""
    beside = Path(sys.executable).parent / program
    path = str(beside) if beside.is_file() else shutil.which(program)
    if path is None:
        return None
    lines = _output([path, argument]).splitlines()
    telling = [line.strip() for line in lines if any(sign.isdigit() for sign in line)]
    return next((line for line in telling if not line.startswith("Copyright")), None)


def _gpu() -> Check:
    lines = _output(
        ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    )
    if not lines:
        remedy = "only needed for CUDA and Triton targets"
        return Check(name="GPU", value="none found", status=Status.MISSING, remedy=remedy)
    return Check(name="GPU", value="; ".join(lines.splitlines()))


def _keys() -> Check:
    present = [name for name in KEYS if os.environ.get(name)]
    return Check(name="model keys", value=", ".join(present) or "none (model `rules` needs none)")


def _output(command: list[str]) -> str:
    """What a command printed, empty if it failed or is missing."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_VERSION_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
