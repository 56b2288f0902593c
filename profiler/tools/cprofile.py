"""cProfile: exact call counts of Python functions and of built-in ones, by a driver in the box.

Covers: commands that start Python and function workloads; exact counts of calls.
Does not cover: lines, threads other than the first, child processes; calls cost several times more
than they do unprofiled, so call-heavy code looks worse than it is.

The driver writes JSON, because the files of `pstats` are marshalled and unsafe to read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from speedwright.errors import ProfilerError
from speedwright.profiler.build import ProfileBuilder
from speedwright.profiler.callgraph import GraphNode, expanded
from speedwright.profiler.profile import Kind, Profile
from speedwright.profiler.tools.launch import Extra, Launch, driver_mount, launched
from speedwright.profiler.tools.python_command import python_arguments
from speedwright.profiler.workload import CommandWorkload, Workload
from speedwright.sandbox import Availability, Box, Sandbox

_OUTPUT = "speedwright-counts.json"
_MAX_FUNCTIONS = 20_000
_MAX_EDGES = 500_000
_MAX_SECONDS = 1e12  # sums of them stay finite
_RUNPY = ("<frozen runpy>", "runpy.py")
_STARTERS = ("<built-in method builtins.exec>", "<method 'disable' of '_lsprof.Profiler' objects>")
_NOTES = (
    "exact counts, but calls cost several times more than usual under cProfile",
    "whole functions: shares of lines stand at the first line of the function",
    "stacks are put together from pairs of caller and callee, so cumulative shares are approximate",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Function:
    file: str
    line: int
    name: str
    calls: int
    own_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    caller: int
    callee: int
    total_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CProfileProfiler:
    """Counts with the interpreter's own profiler."""

    @property
    def name(self) -> str:
        """Name in the registry."""
        return "cprofile"

    def availability(self) -> Availability:
        """Wherever there is Python."""
        return Availability(is_available=True)

    def profile(self, workload: Workload, sandbox: Sandbox, box: Box) -> Profile:
        """Profile one run.

        Raises:
            ProfilerError: The workload fails or is no Python, or the counts are unreadable.
        """
        extra = Extra(mounts=(driver_mount(),), slowdown=10.0)
        with launched(sandbox, box, extra, self.name) as launch:
            if isinstance(workload, CommandWorkload):
                found = python_arguments(workload.argv, box)
                argv = (*found.interpreter, launch.driver(), "count", "main", *found.program)
            else:
                driver, *rest = launch.drive(workload)
                argv = ("python", driver, "count", *rest)
            result = launch.run(argv)
            return self._built(launch.output(_OUTPUT), launch, result.wall_s)

    def _built(self, data: bytes, launch: Launch, wall_s: float) -> Profile:
        functions, edges = parse(data)
        builder = ProfileBuilder(launch.paths)
        driver = launch.driver()
        nodes: dict[int, GraphNode] = {}
        sites: list[tuple[int, ...]] = []
        for number, one in enumerate(functions):
            kind = Kind.PYTHON if one.file else Kind.NATIVE
            is_ours = one.file == driver or _is_around(one)
            site = () if is_ours else (builder.frame(one.name, one.file, one.line, kind),)
            sites.append(site)
            nodes[number] = GraphNode()
            if not is_ours:
                nodes[number].own[site] = one.own_s
                builder.calls(one.name, one.file, one.calls)
        for edge in edges:
            nodes[edge.caller].calls[(sites[edge.caller], edge.callee)] += edge.total_s
        for stack, weight in expanded(nodes).items():
            builder.add(stack, weight)
        return builder.finish(
            profiler=self.name, unit="seconds", wall_s=wall_s, is_exact=True, notes=_NOTES
        )


def _is_around(function: _Function) -> bool:
    """Whether it belongs to how the driver starts the program: next to no cost, no news."""
    if not function.file:
        return function.name in _STARTERS
    return function.file.rsplit("/", 1)[-1] in _RUNPY


def parse(data: bytes) -> tuple[list[_Function], list[_Edge]]:
    """Functions and call edges of the driver's file, every field checked.

    Raises:
        ProfilerError: It is no such file.
    """
    try:
        document = json.loads(data)
        functions = [_function(*one) for one in document["functions"][:_MAX_FUNCTIONS]]
        edges = [_edge(len(functions), *one) for one in document["edges"][:_MAX_EDGES]]
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise ProfilerError(
            "the output of `cprofile` cannot be read",
            hint="the workload may have written to the profiler's file; try `py-spy`",
        ) from error
    return functions, edges


def _function(
    file: object, line: object, name: object, calls: object, own_s: object, total_s: object
) -> _Function:
    if not isinstance(file, str) or not isinstance(name, str):
        raise ValueError("no name")
    seconds = _seconds(own_s)
    _seconds(total_s)
    return _Function(file=file, line=_count(line), name=name, calls=_count(calls), own_s=seconds)


def _edge(size: int, caller: object, callee: object, calls: object, total_s: object) -> _Edge:
    ends = (_count(caller), _count(callee))
    _count(calls)
    if max(ends) >= size:
        raise ValueError("unknown function")
    return _Edge(caller=ends[0], callee=ends[1], total_s=_seconds(total_s))


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**62:
        raise ValueError("no count")
    return value


def _seconds(value: object) -> float:
    if type(value) not in (int, float) or not isinstance(value, int | float):
        raise ValueError("no number")
    seconds = float(value)
    if not abs(seconds) < _MAX_SECONDS:  # nan too
        raise ValueError("no time")
    return max(0.0, seconds)
