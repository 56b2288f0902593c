"""What a container may do: the hardened profile, and why each line is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speedwright.sandbox.box import Box
from speedwright.sandbox.enginefacts import EngineFacts
from speedwright.sandbox.limits import MIB, Limits
from speedwright.sandbox.session import TEMPORARY_INSIDE

if TYPE_CHECKING:
    import docker

NOBODY = 65534
ROOT = "0:0"
_SHARED_MEMORY_BYTES = 64 * MIB
_READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")
_LEAST_OPEN_FILES = 1024  # the supervisor's own descriptors start above 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A path of the host that is mounted."""

    source: Path
    writable: bool = False


def host_config(
    client: docker.DockerClient,
    limits: Limits,
    shown: Mapping[str, Shown],
    *,
    scratch: str,
    user: str,
) -> dict[str, Any]:
    """The profile as the engine's API wants it; `shown` is keyed by path inside."""
    from docker.types import LogConfig, Mount, Ulimit

    files = max(limits.open_files, _LEAST_OPEN_FILES)
    config: dict[str, Any] = client.api.create_host_config(
        # With `network_disabled` beside it the engine sets nothing up: the runtime makes an empty
        # namespace with a loopback, in half the time of a start.
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        pids_limit=limits.pids + 1,  # the supervisor
        mem_limit=limits.memory_bytes,
        memswap_limit=limits.memory_bytes,  # swap on top would hide that memory ran out
        # Whole cores, not a quota: a quota throttles in bursts, which shows up as noise.
        cpuset_cpus=None if limits.cpus is None else ",".join(map(str, limits.cpus)),
        tmpfs={
            place: f"rw,exec,nosuid,nodev,size={limits.disk_bytes}"
            for place in (TEMPORARY_INSIDE, scratch)
        },
        ipc_mode="private",  # but not none, which breaks multiprocessing
        shm_size=_SHARED_MEMORY_BYTES,
        log_config=LogConfig(type="none"),  # our frames on stdout are no log, and fill disks
        ulimits=[
            Ulimit(name="nofile", soft=files, hard=files),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=limits.file_bytes, hard=limits.file_bytes),
        ],
        auto_remove=True,  # the engine clears up also when we were killed
        mounts=[  # unlike a volume, a mount of a missing folder is refused instead of created
            Mount(inside, str(one.source), type="bind", read_only=not one.writable)
            for inside, one in shown.items()
        ],
    )
    if user == ROOT:  # who owns /dev, where a file would outlive its call; the devices still work
        config["ReadonlyPaths"] = [*_READ_ONLY, "/dev"]
    return config


def user_of(box: Box, engine: EngineFacts) -> str:
    """Nobody; but what a user without root lets be written must stay the user's to delete.

    A rootless engine's root is that user. The container has no capabilities, so it is no more.
    """
    if os.geteuid() and any(mount.writable for mount in box.mounts):
        return ROOT if engine.is_rootless else f"{os.geteuid()}:{os.getegid()}"
    return f"{NOBODY}:{NOBODY}"
