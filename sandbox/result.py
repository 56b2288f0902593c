"""What happened to one command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a command ended; a closed set."""

    EXITED = "exited"
    SIGNALED = "signaled"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_LIMIT = "output_limit"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResult:
    """One finished command, as the supervisor outside its process saw it.

    Attributes:
        outcome: How it ended.
        exit_code: Status if it exited by itself, else `None`.
        signal: Number of the signal that ended it, else `None`.
        stdout: First `Limits.output_bytes` bytes.
        stderr: First `Limits.output_bytes` bytes.
        stdout_bytes: Bytes written in all.
        stderr_bytes: Bytes written in all.
        stdout_sha256: Digest of all of stdout, hex.
        wall_s: Seconds from the start to the end of everything it started; if what it left had to
            be killed, to its own end, or to what was said after that. Function calls: from the go
            signal to the last byte of the reply. On the supervisor's monotonic clock.
        cpu_s: User and system seconds of everything it started, orphans included.
        peak_rss_bytes: Largest resident set of any single process.
        leftover_processes: Processes still alive at the end (killed by the supervisor).
        involuntary_switches: Involuntary context switches of everything it started.
        setup_s: Function calls only: seconds from the start to "ready", import included.
        setup_cpu_s: Function calls only: user and system seconds of the command's own process until
            then; `None` if nobody counts.
        teardown_s: Function calls only: seconds from the last byte of the reply to the end, as for
            `wall_s`; `None` if the process had to be ended.
        teardown_cpu_s: Function calls only: user and system seconds of the command's own process
            from then on; `None` if it had to be ended or nobody counts.
        reply: Function calls only: the serialised return value, capped at `output_bytes`.
        reply_bytes: Function calls only: length of the whole reply.
        reply_sha256: Function calls only: digest of the whole reply, hex.
        detail: One line for people when something went wrong, else empty.
    """

    outcome: Outcome
    exit_code: int | None = None
    signal: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    stdout_sha256: str = ""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss_bytes: int = 0
    leftover_processes: int = 0
    involuntary_switches: int = 0
    setup_s: float | None = None
    setup_cpu_s: float | None = None
    teardown_s: float | None = None
    teardown_cpu_s: float | None = None
    reply: bytes | None = None
    reply_bytes: int = 0
    reply_sha256: str = ""
    detail: str = ""

    @property
    def is_success(self) -> bool:
        """Whether it exited by itself with status 0."""
        return self.outcome is Outcome.EXITED and self.exit_code == 0
