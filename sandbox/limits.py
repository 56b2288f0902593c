"""How much a command may use."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Ceilings for one command; the box-wide ones are taken when the session is opened.

    Attributes:
        wall_s: Seconds after which everything the command started is killed.
        memory_bytes: Memory of everything in the box, swap included (box-wide).
        pids: Processes and threads in the box (box-wide).
        disk_bytes: Size of the writable scratch file system, and of `/tmp` where that is another
            one (box-wide).
        file_bytes: Largest file a process may write.
        open_files: Descriptors a process may hold.
        output_bytes: Bytes of stdout and of stderr that are kept; the rest is counted and hashed.
        flood_bytes: Bytes of output after which the command is killed (`Outcome.OUTPUT_LIMIT`).
        cpus: Cores the box may use, `None` for all (box-wide).
    """

    wall_s: float = 60.0
    memory_bytes: int = 2 * GIB
    pids: int = 256
    disk_bytes: int = 512 * MIB
    file_bytes: int = 1 * GIB
    open_files: int = 1024
    output_bytes: int = 1 * MIB
    flood_bytes: int = 256 * MIB
    cpus: tuple[int, ...] | None = None
