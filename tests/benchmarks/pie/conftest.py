"""A small problem with hidden tests, a clock that is quick, and a sandbox that needs no engine."""

import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from speedwright.benchmarks.data import packaged
from speedwright.benchmarks.pie import boxes
from speedwright.benchmarks.pie.evaluate import Scorer
from speedwright.benchmarks.pie.native import NativeClock
from speedwright.benchmarks.pie.row import Row, Test
from speedwright.benchmarks.pie.rules import Rules
from speedwright.eval.progress import NullProgress
from speedwright.registry import resolve

SLOW = """#include <cstdio>
int main() {
    unsigned n, count = 0;
    if (scanf("%u", &n) != 1) return 1;
    for (unsigned i = 1; i <= n; i++)
        for (unsigned j = 1; j <= n; j++)
            if ((i * j) % 7 == 3) count++;
    printf("%u\\n", count);
    return 0;
}
"""
FAST = """#include <cstdio>
int main() {
    unsigned n, count = 0, rest[7] = {0};
    if (scanf("%u", &n) != 1) return 1;
    for (unsigned i = 1; i <= n; i++) rest[i % 7]++;
    for (unsigned i = 0; i < 7; i++)
        for (unsigned j = 0; j < 7; j++)
            if (i * j % 7 == 3) count += rest[i] * rest[j];
    printf("%u\\n", count);
    return 0;
}
"""
LARGE = 4000


class SmallData:
    """One pair that compiles in no time, with tests that take milliseconds."""

    provenance: ClassVar = {"sha256": "small"}
    rows = (Row(id="small", src_id="s", tgt_id="t", problem_id="p1", src_code=SLOW, tgt_code=FAST),)

    def __init__(self, *, hidden: bool = True) -> None:
        self._has_hidden = hidden

    def training(self, row):
        return ()

    def tests(self, row):
        return self._made(0)

    def hidden(self, row, secret):
        return self._made(3) if self._has_hidden else ()

    def work(self, row):
        return self._made(1)[-1], self._made(2)[-1]

    def _made(self, shift):
        sizes = [5, 11, 24, 38, 57, LARGE]
        return [
            Test(number=k, input=b"%d\n" % (n + shift), expected=None, is_timed=n == LARGE)
            for k, n in enumerate(sizes)
        ]


@pytest.fixture
def pair(small_data):
    """The row of the small problem."""
    return small_data.rows[0]


@pytest.fixture
def small_data():
    return SmallData()


@pytest.fixture(scope="session")
def sandbox():
    """Bubblewrap, else a plain process: the tests of this folder need no engine."""
    for name in ("bubblewrap", "process"):
        found = resolve("sandboxes", name)()
        if found.availability().is_available:
            return found
    pytest.skip("neither bubblewrap nor a plain process can be used here")


@pytest.fixture
def score(small_data, pair, sandbox, monkeypatch):
    """Score samples of the small problem, with one second a test."""
    monkeypatch.setattr(boxes, "TEST_WALL_S", 1.0)

    def run(*samples, data=None, rules=None, clock=None, row=None):
        scorer = Scorer(
            data=data or small_data,
            sandbox=sandbox,
            clock=clock or NativeClock(rounds=1, looks=(8,)),
            rules=rules or Rules(),
        )
        return scorer.score(row or pair, samples, secret="tests", progress=NullProgress())

    return run


@pytest.fixture
def official(tmp_path):
    """A folder in the official layout, with rows that are changed by the test."""

    def make(*changes, tests=2):
        folder = tmp_path / "pie-data"
        rows = []
        for number, change in enumerate(changes or ({},)):
            row = {
                "src_id": f"s{number}",
                "tgt_id": f"t{number}",
                "problem_id": "p00001",
                "src_code": f"int main() {{ return 0; }} // {number}",
                "tgt_code": "int main() {}",
                "src_agg_runtime": 2.0,
                "tgt_agg_runtime": 1.0,
                "tests": list(range(tests)),
            }
            rows.append(json.dumps({**row, **change}))
        place = folder / "merged_test_cases" / "p00001"
        place.mkdir(parents=True, exist_ok=True)
        for number in range(tests):
            (place / f"input.{number}.txt").write_text(f"{number}\n")
            (place / f"output.{number}.txt").write_text(f"{number * 2}\n")
        (folder / "test.jsonl").write_text("\n".join(rows) + "\n")
        return folder

    return make


@pytest.fixture
def without_hidden(pair):
    """The same row in data that have no generator."""
    return SmallData(hidden=False), replace(pair)


@pytest.fixture
def programs() -> Path:
    return packaged("pie") / "programs"
