"""A row as a small repository for a solver that optimises code there already is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from speedwright.benchmarks.pie.data import Data
from speedwright.benchmarks.pie.row import Row, Test
from speedwright.eval.batch.interfaces import TaskTarget

ANSWER = "main.cpp"
BUILD = "g++ --std=c++17 -O3 -o main main.cpp"
MAX_CASES = 20
MAX_CASE_BYTES = 64 << 10
_RUN = '#!/bin/sh\n# Feeds a file to the program.\nexec ./main < "$1"\n'
_CHECK = '''"""The program prints what it always printed."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CASES = sorted(path.stem for path in (HERE / "cases").glob("*.in"))


def words(text):
    return [line.split() for line in text.rstrip().split("\\n")]


@pytest.mark.parametrize("case", CASES)
def test_output(case):
    text = (HERE / "cases" / f"{case}.in").read_bytes()
    done = subprocess.run([str(HERE.parent / "main")], input=text, capture_output=True, timeout=20)
    assert done.returncode == 0
    expected = (HERE / "cases" / f"{case}.out").read_text()
    assert words(done.stdout.decode()) == words(expected)
'''


class TargetFiles(Mapping[str, str]):
    """The files of the repository, made when they are first asked for.

    Args:
        data: Where tests come from.
        row: The pair.
    """

    def __init__(self, data: Data, row: Row) -> None:
        self._data, self._row = data, row
        self._made: dict[str, str] | None = None

    def __getitem__(self, path: str) -> str:
        """Text of a file."""
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        """Their paths."""
        return iter(self._files)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._files)

    @property
    def _files(self) -> dict[str, str]:
        if self._made is None:
            self._made = _files(self._data, self._row)
        return self._made


def target(data: Data, row: Row) -> TaskTarget:
    """The repository: program, launcher, tests, one input to look at and one held out."""
    return TaskTarget(
        files=TargetFiles(data, row),
        answer=ANSWER,
        workload="sh run.sh data/workload.txt",
        test="python -m pytest -q -p no:cacheprovider",
        build=BUILD,
        holdout=("sh run.sh data/holdout.txt",),
    )


def _files(data: Data, row: Row) -> dict[str, str]:
    workload, holdout = data.work(row)
    about = row.statement or f"A solution of problem {row.problem_id}."
    files = {
        ANSWER: row.src_code,
        "run.sh": _RUN,
        "README.md": f"# {row.id}\n\n{about.strip()}\n",
        "tests/test_main.py": _CHECK,
        "data/workload.txt": _text(workload.input),
        "data/holdout.txt": _text(holdout.input),
    }
    for test in shown_tests(data, row):
        files[f"tests/cases/{test.number:03d}.in"] = _text(test.input)
        files[f"tests/cases/{test.number:03d}.out"] = _text(test.expected or b"")
    return files


def shown_tests(data: Data, row: Row) -> list[Test]:
    """The tests with short inputs and known answers."""
    known = [
        test
        for test in data.tests(row)
        if test.expected is not None and len(test.input) + len(test.expected) <= MAX_CASE_BYTES
    ]
    return sorted(known, key=lambda test: (len(test.input), test.number))[:MAX_CASES]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
