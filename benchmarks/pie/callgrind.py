"""Instruction counts in place of time: the same number in every run of a deterministic program.

Covers: everything the program executes, children included.
Does not cover: caches, waiting and the kernel, so gains from layout or from fewer system calls
    hardly show; programs that behave otherwise under an instrument. About 50 times slower.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from speedwright.benchmarks.pie.boxes import open_box, run_program
from speedwright.benchmarks.pie.clock import ArmClaim, ArmTime
from speedwright.benchmarks.pie.exact import exact_claims
from speedwright.benchmarks.pie.functional import accuracy_of, describe, is_exactly, limits_for
from speedwright.benchmarks.pie.native import Right
from speedwright.benchmarks.pie.row import Test
from speedwright.benchmarks.valgrind import check_valgrind
from speedwright.errors import SandboxError
from speedwright.eval.metrics.pie import THRESHOLD_ACCURACY
from speedwright.eval.progress import Progress
from speedwright.sandbox import MIB, Sandbox, Session

WALL_S = 300.0
_OUTPUT = "counts"
_MAX_OUTPUT_BYTES = 64 * MIB
# The script is constant; the program is an argument. One file a process, put together afterwards.
_SCRIPT = f"""
folder="${{TMPDIR:-/tmp}}"
valgrind --quiet --tool=callgrind --trace-children=yes \
  --callgrind-out-file="$folder/part.%p" "$@"
status=$?
cat "$folder"/part.* > "$folder/{_OUTPUT}"
exit $status
"""
_TOTAL = re.compile(rb"^totals: (\d+)", re.MULTILINE)
_PART = re.compile(rb"^pid: \d+", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallgrindClock:
    """Counts instructions with valgrind's callgrind."""

    @property
    def name(self) -> str:
        """As in the record."""
        return "callgrind"

    @property
    def unit(self) -> str:
        """Of totals."""
        return "instructions"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a count depends on."""
        return {"wall_s": WALL_S}

    @property
    def image(self) -> None:
        """Any will do."""

    def check(self, sandbox: Callable[[], Sandbox]) -> None:
        """Complain if there is no valgrind.

        Raises:
            ToolMissing: There is none.
        """
        check_valgrind("--timer callgrind")

    def totals(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmTime]:
        """Instructions of one run of every test."""
        return {
            arm: self._counted(sandbox, folder, tests, _is_accurate, progress)
            for arm, folder in arms.items()
        }

    def claims(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmClaim]:
        """Counts are exact, so one run of each decides."""
        counted = {
            arm: self._counted(sandbox, folder, tests, is_exactly, progress)
            for arm, folder in arms.items()
        }
        return exact_claims(counted, nothing="no instructions")

    def _counted(
        self,
        sandbox: Sandbox,
        folder: Path,
        tests: Sequence[Test],
        is_right: Right,
        progress: Progress,
    ) -> ArmTime:
        limits = replace(limits_for(tests), wall_s=WALL_S)
        total = 0
        with open_box(sandbox, folder, limits) as session:
            for done_tests, test in enumerate(tests):
                progress.update(done_tests, len(tests), "tests under callgrind")
                done = run_program(session, test.input, limits, ("sh", "-c", _SCRIPT, "sh"))
                count = instructions(session)
                if not is_right(done, test) or count is None:
                    said = describe(done) if not is_right(done, test) else "no counts"
                    return ArmTime(total=None, fault=f"test {test.number}: {said}")
                total += count
        return ArmTime(total=float(total))


def instructions(session: Session) -> int | None:
    """Sum over the processes of the last run; `None` if there is no sound output."""
    try:
        text = session.read(_OUTPUT, max_bytes=_MAX_OUTPUT_BYTES)
    except SandboxError:
        return None
    totals = [int(number) for number in _TOTAL.findall(text)]
    return sum(totals) if totals and len(totals) == len(_PART.findall(text)) else None


def _is_accurate(done: Any, test: Test) -> bool:
    return accuracy_of(done, test) >= THRESHOLD_ACCURACY
