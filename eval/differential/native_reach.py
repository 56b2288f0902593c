"""Added lines of C and C++ that no run reaches, seen with gcov in a build of its own.

The candidate is checked out once more and built with compilers that add `--coverage`; then the
workload runs, then the varied runs of the program, then the tests, until nothing is missed.

Covers: builds that find gcc or g++ in PATH and compile the touched files; lines as gcov counts
them, compiled with `-O0` behind the target's own options.
Does not cover: clang, nvcc, compilers called by their full path, headers that nothing includes.
What gcov says comes from the candidate's own processes: it is told, and decides nothing.
"""

from __future__ import annotations

import json
import posixpath
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speedwright.eval.differential.program_variants import Variant
from speedwright.eval.differential.programs import run_once
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.boxes import MEMORY_BYTES, box_for, open_box
from speedwright.eval.patch import TouchedFile
from speedwright.eval.test_run import limits_for_tests, run_tests
from speedwright.profiler.timer import SOURCE_MOUNT, import_env, timer_for
from speedwright.sandbox import GIB, MIB, Call, Limits, Outcome, ProcessResult, Session

SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx")
COMPILERS = ("gcc", "g++", "cc", "c++")
FOLDER = ".speedwright-reach"
LONGEST_S = 60.0
LEAST_BUILD_S = 10.0
SLOWER = 20
REPLY_BYTES = 32 * MIB
# Constant text; what it works on are its arguments.
BUILD = """\
folder=$1; shift
mkdir -p "$folder" || exit 1
while [ "$1" != -- ]; do
    real=$(command -v "$1") && printf '#!/bin/sh\\nexec "%s" "$@" -O0 --coverage\\n' "$real" \
        > "$folder/$1" && chmod 755 "$folder/$1"
    shift
done
shift
PATH="$folder:$PATH" exec "$@"
"""
COUNT = "exec find . -name '*.gcno' -exec gcov --json-format --stdout -- {} +"

Lines = Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Reach:
    """What came of it.

    Attributes:
        missed: `file:line` of the added lines that nothing reached; `None` if nobody could look.
        why: Why nobody could, else empty.
    """

    missed: tuple[str, ...] | None = None
    why: str = ""


def wanted_lines(touched: Iterable[TouchedFile]) -> dict[str, frozenset[int]]:
    """Numbers of the lines that a patch adds to C and C++ files, by path."""
    return {
        file.path: frozenset(number for number, _ in file.added)
        for file in touched
        if file.path.endswith(SUFFIXES) and file.added and not file.is_deleted
    }


def native_reach(
    baseline: Baseline,
    diff: str,
    wanted: Lines,
    variants: Sequence[Variant],
    *,
    end_s: float,
) -> Reach:
    """Build with coverage, run, and see which of the wanted lines were not reached.

    Args:
        baseline: The base.
        diff: The candidate.
        wanted: From `wanted_lines`.
        variants: Varied runs of the program.
        end_s: Point on the monotonic clock after which nothing new is begun.

    Raises:
        SandboxError: The sandbox failed.
    """
    if not baseline.target.build:
        return Reach(why="the target has no build of its own")
    if time.monotonic() > end_s:
        return Reach(why="no time was left")
    folder = baseline.versions.unbuilt(diff)
    limits = Limits(memory_bytes=MEMORY_BYTES, disk_bytes=2 * GIB, output_bytes=REPLY_BYTES)
    box = box_for(
        baseline.target, folder, trusted=baseline.versions.trusted, is_writable=True, limits=limits
    )
    try:
        with open_box(baseline.target, box) as session:
            return _Looked(baseline, session, end_s).at(wanted, variants)
    finally:
        baseline.versions.forget(folder)


class _Looked:
    """One build with coverage, and the runs of it."""

    def __init__(self, baseline: Baseline, session: Session, end_s: float) -> None:
        self._baseline = baseline
        self._session = session
        self._end_s = end_s
        self._source = session.where(SOURCE_MOUNT)
        wall_s = min(LONGEST_S, SLOWER * baseline.wall_s + 1)
        self._long = Limits(wall_s=wall_s, memory_bytes=MEMORY_BYTES)

    def at(self, wanted: Lines, variants: Sequence[Variant]) -> Reach:
        built = self._build()
        if built.outcome is Outcome.TIMED_OUT:
            return Reach(why="the build takes too long with coverage")
        if not built.is_success:
            return Reach(why="the build fails with coverage")
        found = self._missed(wanted)
        if isinstance(found, str):
            return Reach(why=found)
        missed = found
        for run in (self._workload, lambda: self._variants(variants), self._tests):
            if not missed or time.monotonic() > self._end_s:
                break
            run()
            again = self._missed(wanted)
            missed = missed if isinstance(again, str) else again
        return Reach(missed=tuple(f"{file}:{line}" for file, line in missed))

    def _call(self, *argv: str, wall_s: float) -> Call:
        limits = Limits(
            wall_s=min(wall_s, LONGEST_S), memory_bytes=MEMORY_BYTES, output_bytes=REPLY_BYTES
        )
        return Call(argv=argv, cwd=self._source, env=import_env(self._session), limits=limits)

    def _build(self) -> ProcessResult:
        build = self._baseline.target.build or ()
        folder = f"{self._source}/{FOLDER}"
        words = ("bash", "-c", BUILD, "bash", folder, *COMPILERS, "--", *build)
        wall_s = max(LEAST_BUILD_S, self._end_s - time.monotonic())
        return self._session.run(self._call(*words, wall_s=wall_s))

    def _workload(self) -> None:
        timer_for(self._baseline.target.workload).sample(self._session, seed=0, limits=self._long)

    def _variants(self, variants: Sequence[Variant]) -> None:
        for variant in variants:
            if time.monotonic() > self._end_s:
                return
            run_once(self._session, variant, self._long, 0)

    def _tests(self) -> None:
        test, before = self._baseline.target.test, self._baseline.tests
        if test is not None and before is not None:
            wall_s = min(LONGEST_S, 5 * before.result.wall_s + 10)
            limits = limits_for_tests(wall_s, memory_bytes=MEMORY_BYTES)
            run_tests(self._session, test, limits=limits)

    def _missed(self, wanted: Lines) -> list[tuple[str, int]] | str:
        """The wanted lines that have code and were not reached; or why that is not known."""
        result = self._session.run(self._call("bash", "-c", COUNT, wall_s=LONGEST_S))
        if not result.is_success:
            return "gcov is not there, or fails"
        counts = counts_of(result.stdout, self._source)
        if not any(file in counts for file in wanted):
            return "the build compiles none of the touched files with gcc or g++ from PATH"
        return [
            (file, line)
            for file, lines in wanted.items()
            for line in sorted(lines)
            if counts.get(file, {}).get(line) == 0
        ]


def counts_of(said: bytes, source: str) -> dict[str, dict[int, int]]:
    """How often each line ran, by path in the source and line number; untrusted text, gcov's JSON.

    Args:
        said: One document a line, one for each object file.
        source: Folder of the source where it was compiled.
    """
    found: dict[str, dict[int, int]] = {}
    for text in said.splitlines():
        try:
            _add_counts(found, json.loads(text), source)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    return found


def _add_counts(found: dict[str, dict[int, int]], document: Any, source: str) -> None:
    cwd = str(document["current_working_directory"])
    for file in document["files"]:
        path = posixpath.normpath(posixpath.join(cwd, str(file["file"])))
        if not Path(path).is_relative_to(source):
            continue
        lines = found.setdefault(str(Path(path).relative_to(source)), {})
        for line in file["lines"]:
            number, count = int(line["line_number"]), int(line["count"])
            lines[number] = lines.get(number, 0) + max(0, count)
