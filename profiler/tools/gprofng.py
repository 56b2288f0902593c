"""gprofng: samples native programs at nearly full speed; for machines without valgrind.

Covers: C, C++ and other compiled programs, by function, by line where the debug information is
DWARF 4 (`-g -gdwarf-4`).
Does not cover: newer debug information; short programs: where its timer is coarse it sees some
hundred samples a second at best, and on virtual machines far fewer.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from speedwright.errors import ProfilerError, ToolMissing
from speedwright.profiler.build import ProfileBuilder
from speedwright.profiler.profile import Kind, Profile
from speedwright.profiler.tools.gprofng_output import LineRow, Report, TreeRow, parse
from speedwright.profiler.tools.launch import Extra, Launch, launched
from speedwright.profiler.workload import FunctionWorkload, Workload
from speedwright.sandbox import Availability, Box, ProcessResult, Sandbox

_OUTPUT = "speedwright-gprofng.txt"
_COMMAND_NOT_FOUND = 127
# The experiment is read in the same call: afterwards the scratch folder is emptied. The metrics are
# named because the box does not show /etc/gprofng.rc.
_SCRIPT = f"""
folder="${{TMPDIR:-/tmp}}"
gprofng collect app -p on -o "$folder/speedwright.er" "$@"
status=$?
gprofng display text -metrics e.%totalcpu:i.%totalcpu:name -calltree -lines \
  "$folder/speedwright.er" > "$folder/{_OUTPUT}"
exit $status
"""
_FEW_S = 0.5
_NO_LINES = "no line of the target's files is known: build with `-g -gdwarf-4` to see source lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class GprofngProfiler:
    """Samples with binutils' gprofng."""

    @property
    def name(self) -> str:
        """Name in the registry."""
        return "gprofng"

    def availability(self) -> Availability:
        """Whether gprofng is here."""
        if shutil.which("gprofng") is None:
            return Availability(is_available=False, reason="`gprofng` is not installed")
        return Availability(is_available=True)

    def profile(self, workload: Workload, sandbox: Sandbox, box: Box) -> Profile:
        """Profile one run of a program.

        Raises:
            ToolMissing: There is no gprofng, here or in the box.
            ProfilerError: The program fails, is too short, or the report is unreadable.
        """
        if isinstance(workload, FunctionWorkload):
            raise ProfilerError(
                f"`gprofng` cannot profile `{workload.file}`", hint="use `py-spy` for Python"
            )
        with launched(sandbox, box, Extra(slowdown=2.0), self.name) as launch:
            result = launch.attempt(("sh", "-c", _SCRIPT, "sh", *workload.argv))
            if result.exit_code == _COMMAND_NOT_FOUND and b"gprofng: not found" in result.stderr:
                raise ToolMissing(
                    "`gprofng` is not in the box", hint="install the package `binutils`"
                )
            if not result.is_success:
                raise launch.failure(result)
            return _built(parse(launch.output(_OUTPUT)), launch, result)


def _built(report: Report, launch: Launch, result: ProcessResult) -> Profile:
    builder = ProfileBuilder(launch.paths)
    for row in report.tree:
        callers = tuple(_caller(builder, name, report) for name in row.names[:-1])
        for leaf, seconds in _leaves(builder, row, report):
            builder.add((*callers, leaf), seconds)
    seen_s = sum(row.own_s for row in report.tree)
    notes = [] if builder.has_target_lines() else [_NO_LINES]
    if seen_s < _FEW_S:
        notes.append(f"only {seen_s:.2f} s were sampled: small shares mean nothing")
    return builder.finish(profiler="gprofng", unit="seconds", wall_s=result.wall_s, notes=notes)


def _caller(builder: ProfileBuilder, name: str, report: Report) -> int:
    """The caller at its line, if it can only be one."""
    rows = report.lines.get(name, [])
    calling = [row for row in rows if row.total_s > row.own_s]
    line = calling[0].line if len(calling) == 1 else 0
    return builder.frame(name, rows[0].file if rows else "", line, Kind.NATIVE)


def _leaves(builder: ProfileBuilder, row: TreeRow, report: Report) -> list[tuple[int, float]]:
    """The function's own time shared among its lines as they are in the whole run."""
    name = row.names[-1]
    rows: list[LineRow] = [one for one in report.lines.get(name, []) if one.own_s > 0]
    if not rows:
        return [(builder.frame(name, "", 0, Kind.NATIVE), row.own_s)]
    total_s = sum(one.own_s for one in rows)
    return [
        (builder.frame(name, one.file, one.line, Kind.NATIVE), row.own_s * one.own_s / total_s)
        for one in rows
    ]
