"""Our own problems: programs and recorded answers from `datasets/pie`, inputs drawn anew."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from speedwright.benchmarks.data import content_hash
from speedwright.benchmarks.pie.jsonl import stream
from speedwright.benchmarks.pie.row import Row, Test, parse_row
from speedwright.benchmarks.pie.samples import Problem, hidden_cases, problem_of, public_cases
from speedwright.benchmarks.pie.samples.cases import Case, holdout_case, workload_case
from speedwright.errors import DataMissing


class OwnData:
    """Rows of `datasets/pie/test.jsonl`.

    Args:
        folder: `datasets/pie` of the installation.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """Origin, licence and content hash."""
        return {
            "origin": "speedwright datasets/pie (own problems in PIE's schema)",
            "licence": "Apache-2.0",
            "rows": len(self.rows),
            "sha256": content_hash(self._folder),
        }

    @cached_property
    def rows(self) -> Sequence[Row]:
        """All pairs."""
        found = stream(self._folder / "test.jsonl")
        return tuple(parse_row(value, where) for where, value in found)

    def training(self, row: Row) -> Sequence[Row]:
        """The pairs of all other problems."""
        return [other for other in self.rows if other.problem_id != row.problem_id]

    def tests(self, row: Row) -> Sequence[Test]:
        """The public tests: inputs drawn, answers as recorded (long ones only by digest)."""
        problem = _problem(row)
        recorded = self._answers[row.problem_id]
        cases = [case for case in public_cases(problem) if case.number in row.tests]
        return [self._test(problem, case, recorded[case.number]) for case in cases]

    def hidden(self, row: Row, secret: str) -> Sequence[Test]:
        """Tests from other seeds; the fast program has to say what is right."""
        problem = _problem(row)
        return [
            _test(problem, case, is_timed=not case.is_small)
            for case in hidden_cases(problem, secret)
        ]

    def work(self, row: Row) -> tuple[Test, Test]:
        """An input of large size, and another one."""
        problem = _problem(row)
        return _test(problem, workload_case(problem)), _test(problem, holdout_case(problem))

    @cached_property
    def _answers(self) -> dict[str, dict[int, Mapping[str, Any]]]:
        found: dict[str, dict[int, Mapping[str, Any]]] = {}
        for _, value in stream(self._folder / "answers.jsonl"):
            found.setdefault(value["problem_id"], {})[value["test"]] = value
        return found

    def _test(self, problem: Problem, case: Case, recorded: Mapping[str, Any]) -> Test:
        made = _test(problem, case)
        if hashlib.sha256(made.input).hexdigest() != recorded["input_sha256"]:
            raise DataMissing(
                f"test {case.number} of `{problem.id}` is not the recorded one",
                hint="generator and datasets/pie/answers.jsonl differ: python benches/pie_data.py",
            )
        text = recorded.get("output")
        return Test(
            number=case.number,
            input=made.input,
            expected=None if text is None else str(text).encode(),
            expected_sha256=str(recorded["output_sha256"]),
        )


def _test(problem: Problem, case: Case, *, is_timed: bool = True) -> Test:
    text = case.text(problem).encode()
    return Test(number=case.number, input=text, expected=None, is_timed=is_timed)


def _problem(row: Row) -> Problem:
    problem = problem_of(row.problem_id)
    if problem is None:
        raise DataMissing(f"no generator for problem `{row.problem_id}`")
    return problem
