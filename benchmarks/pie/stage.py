"""The scene for one task: both programs of the pair built, answers known, the slow one run once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from speedwright.benchmarks.pie.boxes import open_box, put_program, run_limits, run_program
from speedwright.benchmarks.pie.build import Built, Compiler, NotBuilt, open_compiler
from speedwright.benchmarks.pie.data import Data
from speedwright.benchmarks.pie.functional import Functional, check, describe, limits_for
from speedwright.benchmarks.pie.row import Row, Test
from speedwright.benchmarks.pie.rules import Rules
from speedwright.errors import SpeedwrightError
from speedwright.eval.scratch import scratch_folder
from speedwright.sandbox import MIB, Sandbox

LONGEST_ANSWER_BYTES = 16 * MIB


class DataAtFault(SpeedwrightError):
    """A pair does not do here what its data say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every sample of a task is measured against.

    Attributes:
        row: The pair.
        folder: Scratch folder for programs.
        source: Folder of the slow program.
        source_compile_s: Seconds its compilation took.
        source_run: Its functional run on the public tests.
        tests: Public tests, answers filled in.
        hidden: Fresh tests, answers filled in; empty where there is no generator.
        compiler: Open.
        compiler_version: One line.
        sandbox: Where programs run.
    """

    row: Row
    folder: Path
    source: Path
    source_compile_s: float
    source_run: Functional
    tests: tuple[Test, ...]
    hidden: tuple[Test, ...]
    compiler: Compiler
    compiler_version: str
    sandbox: Sandbox

    @property
    def claim_tests(self) -> tuple[Test, ...]:
        """Tests that claims are timed on: hidden ones where there are some, long ones first of all.

        Without a generator: the public ones on which the slow program is exact.
        """
        if self.hidden:
            return tuple(test for test in self.hidden if test.is_timed)
        return tuple(test for test in self.tests if test.number in self.source_run.exact)


@contextmanager
def open_stage(
    data: Data, row: Row, *, sandbox: Sandbox, rules: Rules, secret: str
) -> Iterator[Stage]:
    """Set the scene.

    Raises:
        DataAtFault: A program of the pair does not compile, fails, or says something else than
            recorded.
        SandboxError: The sandbox failed.
    """
    with scratch_folder() as folder, open_compiler(sandbox) as compiler:
        source = _built(compiler, row.src_code, row, "slow")
        place = put_program(folder / "source", source.binary)
        tests, hidden = tuple(data.tests(row)), tuple(data.hidden(row, secret))
        if any(test.expected is None for test in (*tests, *hidden)):
            gold = put_program(
                folder / "target", _built(compiler, row.tgt_code, row, "fast").binary
            )
            tests, hidden = answered(sandbox, gold, tests), answered(sandbox, gold, hidden)
        with open_box(sandbox, place, limits_for(tests)) as session:
            run = check(session, tests, gate=rules.gate)
        if run.accuracy < rules.gate:
            raise DataAtFault(f"the slow program of `{row.id}` is wrong here: {run.fault}")
        yield Stage(
            row=row,
            folder=folder,
            source=place,
            source_compile_s=source.wall_s,
            source_run=run,
            tests=tests,
            hidden=hidden,
            compiler=compiler,
            compiler_version=compiler.version(),
            sandbox=sandbox,
        )


def answered(sandbox: Sandbox, gold: Path, tests: Sequence[Test]) -> tuple[Test, ...]:
    """The tests with the answers of the fast program where they have none.

    Raises:
        DataAtFault: It fails, or its answer is not the recorded one.
    """
    limits = run_limits(longest_answer=LONGEST_ANSWER_BYTES)
    found: list[Test] = []
    with open_box(sandbox, gold, limits) as session:
        for test in tests:
            if test.expected is not None:
                found.append(test)
                continue
            done = run_program(session, test.input, limits)
            if not done.is_success or done.stdout_bytes > len(done.stdout):
                raise DataAtFault(f"the fast program fails test {test.number}: {describe(done)}")
            digest = hashlib.sha256(done.stdout).hexdigest()
            if test.expected_sha256 not in ("", digest):
                raise DataAtFault(f"test {test.number}: the answer is not the recorded one")
            found.append(replace(test, expected=done.stdout))
    return tuple(found)


def _built(compiler: Compiler, code: str, row: Row, which: str) -> Built:
    built = compiler.build(code)
    if isinstance(built, NotBuilt):
        raise DataAtFault(
            f"the {which} program of `{row.id}`: {built.reason}", hint=built.message[:500]
        )
    return built
