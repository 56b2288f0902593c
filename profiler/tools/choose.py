"""Picks the profiler that suits a workload and is installed."""

from __future__ import annotations

from speedwright.errors import ToolMissing
from speedwright.profiler.interfaces import Profiler
from speedwright.profiler.tools.callgrind import CallgrindProfiler
from speedwright.profiler.tools.cprofile import CProfileProfiler
from speedwright.profiler.tools.gprofng import GprofngProfiler
from speedwright.profiler.tools.pyspy import PySpyProfiler
from speedwright.profiler.tools.python_command import is_python
from speedwright.profiler.workload import CommandWorkload, Workload
from speedwright.sandbox import Box


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
    candidates: tuple[Profiler, ...] = (
        (CallgrindProfiler(), GprofngProfiler())
        if is_native
        else (PySpyProfiler(), CProfileProfiler())
    )
    return first_available(candidates)


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
