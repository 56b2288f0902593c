"""What the rest of speedwright calls when it wants something measured."""

from __future__ import annotations

from typing import Protocol

from speedwright.profiler.profile import Profile
from speedwright.profiler.sample import Sample
from speedwright.profiler.workload import Workload
from speedwright.sandbox import Availability, Box, Limits, Sandbox, Session


class Timer(Protocol):
    """Times one fresh run of a workload in an open session whose mount `src` is the target."""

    def sample(self, session: Session, *, seed: int, limits: Limits | None = None) -> Sample:
        """Run once.

        Raises:
            SandboxError: The sandbox failed; a failing workload is in `Sample.result`.
        """


class Profiler(Protocol):
    """Finds where the time of a workload goes. Never used in a timed run."""

    @property
    def name(self) -> str:
        """Name in the registry."""

    def availability(self) -> Availability:
        """Whether its tools are here."""

    def profile(self, workload: Workload, sandbox: Sandbox, box: Box) -> Profile:
        """Profile one run in a session of its own; mount `src` of the box is the target.

        Raises:
            ToolMissing: A program it needs is not here.
            ProfilerError: The workload failed under it, or its output could not be read.
        """
