"""The session that every backend hands out: calls over a channel to the supervisor in a cage."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Protocol, Self

from speedwright.errors import SandboxError
from speedwright.sandbox.box import Box, Call
from speedwright.sandbox.channel import Channel, Frame, SupervisorRefused, Wire
from speedwright.sandbox.inside import inside_environment
from speedwright.sandbox.limits import MIB, Limits
from speedwright.sandbox.result import Outcome, ProcessResult

SUPERVISOR = Path(__file__).with_name("supervisor")
SUPERVISOR_INSIDE = "/box/.supervisor"
PLACE_INSIDE = "/box"
TEMPORARY_INSIDE = "/tmp"
SCRATCH_BESIDE = f"{PLACE_INSIDE}/scratch"
WIPED_INSIDE = (TEMPORARY_INSIDE, "/dev/shm", "/dev/mqueue")
START_S = 30.0
GRACE_S = 20.0
IDLE_S = 3600.0
SLOWEST_BYTES_PER_S = 10 * MIB


class Cage(Protocol):
    """One started supervisor and what surrounds it; each backend has its own."""

    def oom_kills(self) -> int | None:
        """How often the kernel killed something inside for memory; `None` if nobody can tell."""

    def last_words(self) -> str:
        """What the supervisor or its launcher said on stderr, for people; empty if nothing."""

    def destroy(self) -> None:
        """Kill everything inside and remove every trace; fine for a dead box, and twice."""


def supervisor_command(python: str, supervisor: str = SUPERVISOR_INSIDE) -> tuple[str, ...]:
    """The command that starts the supervisor, whose folder is mounted at `supervisor`."""
    return (python, "-I", "-S", "-B", supervisor)


def scratch_inside(shown: Iterable[Path]) -> str:
    """The scratch folder of a box that shows these folders of the host at their own paths.

    It is `/tmp` unless something is shown there: a command is promised an empty scratch folder.
    """
    is_taken = any(path.is_relative_to(TEMPORARY_INSIDE) for path in shown)
    return SCRATCH_BESIDE if is_taken else TEMPORARY_INSIDE


class SupervisedSession:
    """Implements `speedwright.sandbox.interfaces.Session` for every backend.

    Args:
        box: What it was opened with.
        cage: Kills the box.
        wire: Connected to the supervisor; the greeting has not been read yet.
        places: Path inside of each mount by name.
        search_path: Folders of PATH inside.
        scratch: Scratch folder inside, which HOME, TMPDIR and the default folder are.
        wiped: Folders that are emptied between calls beside the scratch folder.
        kept: Paths inside the wiped folders that are mounts of ours and stay.
        is_namespace: Whether the supervisor is PID 1 of a process namespace of its own.
        rlimits: Resource limits by name (`RLIMIT_…`) beside those that `Limits` gives to a process.
    """

    def __init__(
        self,
        box: Box,
        cage: Cage,
        wire: Wire,
        *,
        places: Mapping[str, str],
        search_path: tuple[str, ...],
        scratch: str = TEMPORARY_INSIDE,
        wiped: tuple[str, ...] = WIPED_INSIDE,
        kept: tuple[str, ...] = (),
        is_namespace: bool = True,
        rlimits: Mapping[str, int] | None = None,
    ) -> None:
        self._box = box
        self._cage = cage
        self._places = {**places, "scratch": scratch}
        self._search_path = search_path
        self._scratch = scratch
        self._rlimits = dict(rlimits or {})
        self._channel = Channel(wire)
        self._end = weakref.finalize(self, _end, self._channel, cage, os.getpid())
        setup = {
            "scratch": scratch,
            "wipe": list(dict.fromkeys((scratch, *wiped))),
            "kept": list(kept),
            "is_namespace": is_namespace,
            "cpus": list(box.limits.cpus or ()),
            "idle_s": IDLE_S,
        }
        try:
            self.python_version = self._channel.greet(setup, timeout_s=START_S)
        except SandboxError as error:
            raise self._ended(error) from error

    def run(self, call: Call, *, before_go: Callable[[], None] | None = None) -> ProcessResult:
        """Run one command to its end."""
        limits = call.limits or self._box.limits
        is_function = call.function_input is not None
        data = (call.stdin, call.function_input or b"")
        timeout_s = limits.wall_s * (2 if is_function else 1) + GRACE_S
        timeout_s += (sum(map(len, data)) + 3 * limits.output_bytes) / SLOWEST_BYTES_PER_S
        kills_before = self._cage.oom_kills() or 0
        request = self._request(call, limits)
        if before_go is not None and is_function:
            request["held"] = True
        try:
            frame = self._ask(request, *data, timeout_s=timeout_s, before_go=before_go)
        except SupervisorRefused:
            self._end()
            raise
        except SandboxError:
            if self._has_oom_since(kills_before):
                return ProcessResult(
                    outcome=Outcome.OUT_OF_MEMORY, detail="the whole box ran out of memory"
                )
            raise
        return to_result(frame, has_oom=self._has_oom_since(kills_before))

    def where(self, mount: str) -> str:
        """Path inside of the mount of that name; `scratch` is the scratch folder."""
        return self._places[mount]

    def write(self, path: str, data: bytes) -> None:
        """Put a file below the scratch folder before the next call."""
        header = {"op": "write", "path": self._below_scratch(path)}
        self._ask(header, data, timeout_s=GRACE_S + len(data) / SLOWEST_BYTES_PER_S)

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """A file that the last call left below the scratch folder."""
        header = {"op": "read", "path": self._below_scratch(path), "max_bytes": max_bytes}
        frame = self._ask(header, timeout_s=GRACE_S + max_bytes / SLOWEST_BYTES_PER_S)
        return frame.parts[0]

    def close(self) -> None:
        """Kill everything inside and remove the box; safe to call twice."""
        self._end()

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def _has_oom_since(self, kills_before: int) -> bool:
        """False too where nobody can tell; a cage remembers its last count when it is gone."""
        return (self._cage.oom_kills() or 0) > kills_before

    def _request(self, call: Call, limits: Limits) -> dict[str, Any]:
        if not call.argv or any("\0" in word for word in call.argv):
            raise SandboxError(f"`{call.argv!r}` is no command line")
        env = inside_environment(
            self._box.env, call.env, scratch=self._scratch, search_path=self._search_path
        )
        return {
            "op": "run",
            "argv": list(call.argv),
            "cwd": call.cwd or self._scratch,
            "env": env,
            "function": call.function_input is not None,
            "held": False,
            "cpus": list(call.cpus or ()),
            "wall_s": limits.wall_s,
            "output_bytes": limits.output_bytes,
            "flood_bytes": limits.flood_bytes,
            "rlimits": {
                "RLIMIT_CORE": 0,
                "RLIMIT_FSIZE": limits.file_bytes,
                "RLIMIT_NOFILE": limits.open_files,
                **self._rlimits,
            },
        }

    def _below_scratch(self, path: str) -> str:
        """A path relative to the scratch folder; the supervisor refuses `..` and links."""
        if PurePosixPath(path).is_absolute():
            prefix = self._scratch + "/"
            if not path.startswith(prefix):
                raise SandboxError(f"`{path}` is outside the scratch folder `{self._scratch}`")
            return path.removeprefix(prefix)
        return path

    def _ask(
        self,
        header: Mapping[str, Any],
        *parts: bytes,
        timeout_s: float,
        before_go: Callable[[], None] | None = None,
    ) -> Frame:
        if not self._end.alive:
            raise SandboxError("the sandbox session is closed", hint="open a new one")
        try:
            return self._channel.ask(header, *parts, timeout_s=timeout_s, before_go=before_go)
        except SupervisorRefused:
            raise
        except SandboxError as error:
            raise self._ended(error) from error

    def _ended(self, error: SandboxError) -> SandboxError:
        """End the box, and the error with what its supervisor said last."""
        words = self._cage.last_words()
        self._end()
        return SandboxError(error.message, hint=words[-2000:])


def to_result(frame: Frame, *, has_oom: bool) -> ProcessResult:
    """The supervisor's account as a result, with what the backend knows about memory."""
    header = frame.header
    try:
        stdout, stderr, reply = frame.parts
        outcome = Outcome(header["outcome"])
        detail = str(header["detail"])
        if has_oom:
            detail = "a process inside was killed for memory"
            if outcome in (Outcome.EXITED, Outcome.SIGNALED) and header["exit_code"] != 0:
                outcome = Outcome.OUT_OF_MEMORY
        return ProcessResult(
            outcome=outcome,
            exit_code=header["exit_code"],
            signal=header["signal"],
            stdout=stdout,
            stderr=stderr,
            stdout_bytes=header["stdout_bytes"],
            stderr_bytes=header["stderr_bytes"],
            stdout_sha256=header["stdout_sha256"],
            wall_s=float(header["wall_s"]),
            cpu_s=float(header["cpu_s"]),
            peak_rss_bytes=header["peak_rss_bytes"],
            leftover_processes=header["leftover_processes"],
            involuntary_switches=header["involuntary_switches"],
            setup_s=header["setup_s"],
            setup_cpu_s=header["setup_cpu_s"],
            teardown_s=header["teardown_s"],
            teardown_cpu_s=header["teardown_cpu_s"],
            reply=reply if header["has_reply"] else None,
            reply_bytes=header["reply_bytes"],
            reply_sha256=header["reply_sha256"],
            detail=detail,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise SandboxError("the supervisor sent a malformed result") from error


def _end(channel: Channel, cage: Cage, owner: int) -> None:
    """Hang up and kill; a forked copy of the owner that forgets its copy does neither."""
    if os.getpid() != owner:
        return
    channel.close()
    cage.destroy()
