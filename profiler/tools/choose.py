"""Picks the profiler that suits a workload and is installed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from speedwright.errors import ToolMissing
from speedwright.profiler.interfaces import Profiler
from speedwright.profiler.profile import Profile
from speedwright.profiler.tools.callgrind import CallgrindProfiler
from speedwright.profiler.tools.cprofile import CProfileProfiler
from speedwright.profiler.tools.gprofng import GprofngProfiler
from speedwright.profiler.tools.pyspy import PySpyProfiler, SamplingFailed
from speedwright.profiler.tools.python_command import is_python
from speedwright.profiler.workload import CommandWorkload, Workload
from speedwright.sandbox import Availability, Box, Sandbox


def choose_profiler(workload: Workload, box: Box) -> Profiler:
    """The best profiler of this machine for the workload.

    Python (a function workload, or a command that starts Python): py-spy, else cProfile.
    Anything else: callgrind, else gprofng.

    Args:
        workload: What is to be profiled.
        box: Where it will run; its mount `src` and its toolchain say what a command starts.

    Raises:
        ToolMissing: A native program, and neither tool is installed.
    """
    is_native = isinstance(workload, CommandWorkload) and not is_python(workload.argv, box)
    if is_native:
        return first_available((CallgrindProfiler(), GprofngProfiler()))
    if PySpyProfiler().availability().is_available:
        return SampledOrCounted()
    return first_available((CProfileProfiler(),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledOrCounted:
    """py-spy, and cProfile for what py-spy cannot see: very short programs, very deep stacks."""

    sampled: PySpyProfiler = field(default_factory=PySpyProfiler)
    counted: CProfileProfiler = field(default_factory=CProfileProfiler)

    @property
    def name(self) -> str:
        """Name of the first choice."""
        return self.sampled.name

    def availability(self) -> Availability:
        """Whether py-spy is here."""
        return self.sampled.availability()

    def profile(self, workload: Workload, sandbox: Sandbox, box: Box) -> Profile:
        """Profile with the first one that sees enough.

        Raises:
            ToolMissing: py-spy is not installed.
            ProfilerError: The workload fails, or neither sees it.
        """
        try:
            return self.sampled.profile(workload, sandbox, box)
        except SamplingFailed as error:
            profile = self.counted.profile(workload, sandbox, box)
            why = error.message.splitlines()[0]
            return replace(profile, notes=(f"cProfile in place of py-spy: {why}", *profile.notes))


def first_available(candidates: tuple[Profiler, ...]) -> Profiler:
    """The first one whose tools are here.

    Raises:
        ToolMissing: None of them.
    """
    reasons = []
    for profiler in candidates:
        found = profiler.availability()
        if found.is_available:
            return profiler
        reasons.append(found.reason)
    raise ToolMissing(
        f"nothing here can profile this workload: {'; '.join(reasons)}",
        hint="install one of them, e.g. the package `valgrind`",
    )
