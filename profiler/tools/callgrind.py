"""callgrind: counts every instruction of native programs, by line where built with `-g`.

Covers: C, C++ and other compiled programs and their children; exact counts, the same in every run
of a deterministic program.
Does not cover: caches, waiting, system calls; time. Runs the program 35 to 50 times slower.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import dataclass

from speedwright.errors import ProfilerError, ToolMissing
from speedwright.profiler.build import ProfileBuilder
from speedwright.profiler.callgraph import GraphNode, Site, expanded
from speedwright.profiler.profile import Kind, Profile
from speedwright.profiler.tools.callgrind_output import CountedFunction, parse
from speedwright.profiler.tools.launch import Extra, Launch, launched
from speedwright.profiler.workload import FunctionWorkload, Workload
from speedwright.sandbox import Availability, Box, ProcessResult, Sandbox

_OUTPUT = "speedwright-callgrind.out"
_COMMAND_NOT_FOUND = 127
# One file for each process, put together afterwards; the program's own status is kept.
_SCRIPT = f"""
folder="${{TMPDIR:-/tmp}}"
valgrind --quiet --tool=callgrind --trace-children=yes \
  --callgrind-out-file="$folder/speedwright-part.%p" "$@"
status=$?
cat "$folder"/speedwright-part.* > "$folder/{_OUTPUT}"
exit $status
"""
_NOTES = (
    "instructions, not time: caches, waiting and system calls are not seen",
    "inlined code stands at the line of the function that it was inlined after",
)
_NO_LINES = "no line of the target's files is known: build with `-g` to see source lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallgrindProfiler:
    """Counts instructions with valgrind's callgrind."""

    @property
    def name(self) -> str:
        """Name in the registry."""
        return "callgrind"

    def availability(self) -> Availability:
        """Whether valgrind is here."""
        if shutil.which("valgrind") is None:
            return Availability(is_available=False, reason="`valgrind` is not installed")
        return Availability(is_available=True)

    def profile(self, workload: Workload, sandbox: Sandbox, box: Box) -> Profile:
        """Profile one run of a program.

        Raises:
            ToolMissing: There is no valgrind, here or in the box.
            ProfilerError: The program fails, or the counts are unreadable.
        """
        if isinstance(workload, FunctionWorkload):
            raise ProfilerError(
                f"`callgrind` cannot profile `{workload.file}`", hint="use `py-spy` for Python"
            )
        with launched(sandbox, box, Extra(slowdown=60.0), self.name) as launch:
            result = launch.attempt(("sh", "-c", _SCRIPT, "sh", *workload.argv))
            if result.exit_code == _COMMAND_NOT_FOUND and b"valgrind: not found" in result.stderr:
                raise ToolMissing(
                    "`valgrind` is not in the box", hint="install the package `valgrind`"
                )
            if not result.is_success:
                raise launch.failure(result)
            return self._built(parse(launch.output(_OUTPUT)), launch, result)

    def _built(
        self, functions: dict[str, CountedFunction], launch: Launch, result: ProcessResult
    ) -> Profile:
        builder = ProfileBuilder(launch.paths)
        numbers = {key: number for number, key in enumerate(functions)}
        nodes: dict[int, GraphNode] = {number: GraphNode() for number in numbers.values()}
        called: dict[str, int] = defaultdict(int)
        homes = {key: _home(one, launch) for key, one in functions.items()}
        for key, one in functions.items():
            node = nodes[numbers[key]]
            lines = _Lines(one, homes[key])
            for cost in one.costs:
                line = lines.own_line(cost.file, cost.line)
                site: Site = (builder.frame(one.name, lines.home, line, Kind.NATIVE),)
                if cost.callee is None:
                    node.own[site] += cost.weight
                else:
                    node.calls[(site, numbers[cost.callee])] += cost.weight
                    called[cost.callee] += cost.calls
        for key, count in called.items():
            builder.calls(functions[key].name, homes[key], count)
        for stack, weight in expanded(nodes).items():
            builder.add(stack, weight)
        notes = _NOTES if builder.has_target_lines() else (*_NOTES, _NO_LINES)
        return builder.finish(
            profiler=self.name,
            unit="instructions",
            wall_s=result.wall_s,
            is_exact=True,
            notes=notes,
        )


class _Lines:
    """Finds the line of a function's own file for inlined code of another file.

    Callgrind lists lines by address, so inlined code follows the line that it was inlined into more
    often than not.
    """

    def __init__(self, function: CountedFunction, home: str) -> None:
        self.home = home
        own = (cost.line for cost in function.costs if cost.file == home)
        self._last = next(own, 0)

    def own_line(self, file: str, line: int) -> int:
        """The line itself if it is in the function's file, else the one before."""
        if file == self.home:
            self._last = line
        return self._last


def _home(function: CountedFunction, launch: Launch) -> str:
    """The file a function is written in: the target's file with most cost, else where it begins."""
    weights: dict[str, int] = defaultdict(int)
    for cost in function.costs:
        weights[cost.file] += cost.weight
    own = [file for file in weights if launch.paths.relative(file) is not None]
    home = max(own, key=lambda file: weights[file]) if own else function.file
    return "" if home == "???" else home
