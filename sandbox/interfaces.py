"""What the rest of speedwright calls when it wants a command run in isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from speedwright.sandbox.box import Box, Call
from speedwright.sandbox.result import ProcessResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a sandbox can run here, and if not, why and what to do."""

    is_available: bool
    reason: str = ""


class Session(Protocol):
    """An open box in which commands run one after another, under one trusted supervisor.

    After each call nothing that it started is alive and the writable scratch places are empty,
    unless `write` put a file there since. Close it (or use `with`) or a container is left behind.
    """

    def run(self, call: Call, *, before_go: Callable[[], None] | None = None) -> ProcessResult:
        """Run one command to its end.

        Args:
            call: The command.
            before_go: Of a function call: called when the command is ready; the clock starts and
                the command gets its input when this returns. For one that waits for its turn.

        Raises:
            SandboxError: The sandbox failed, not the command.
        """

    def where(self, mount: str) -> str:
        """Path inside the box of the mount of that name. Raises KeyError if there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Put a file below the scratch folder before the next call; `..` and links are refused.

        Raises:
            SandboxError: The path leaves the scratch folder, or the disk is full.
        """

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """A file that the last call left below the scratch folder.

        Raises:
            SandboxError: Missing, a link, not a plain file, outside, or over `max_bytes`.
        """

    def close(self) -> None:
        """Kill everything inside and remove the box; safe to call twice."""

    def __enter__(self) -> Self:
        """The session itself."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""


class Sandbox(Protocol):
    """A place where code that is not ours runs."""

    @property
    def name(self) -> str:
        """`docker`, `bubblewrap` or `process`."""

    @property
    def isolates(self) -> bool:
        """Whether hostile code is kept in; `False` for a plain process."""

    def availability(self) -> Availability:
        """Whether it can run here."""

    def describe(self) -> dict[str, str]:
        """Facts for the record: engine version, image and its digest, cgroup version."""

    def open(self, box: Box) -> Session:
        """Start a session.

        Raises:
            SandboxUnavailable: It cannot run here.
            ImageMissing: The image is not here.
            SandboxError: It failed to start (worth a retry).
        """
