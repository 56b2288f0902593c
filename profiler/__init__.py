"""Instruments: clocks, counters, profiles. Knows the sandbox only."""

from speedwright.profiler.interfaces import Profiler, Timer
from speedwright.profiler.profile import Frame, Kind, Profile, Stack
from speedwright.profiler.sample import Sample
from speedwright.profiler.workload import CommandWorkload, FunctionWorkload, Inputs, Workload

__all__ = [
    "CommandWorkload",
    "Frame",
    "FunctionWorkload",
    "Inputs",
    "Kind",
    "Profile",
    "Profiler",
    "Sample",
    "Stack",
    "Timer",
    "Workload",
]
