"""A data set of the official schema with one simple problem in every row, made here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.eval.batch.options import SuiteOptions

PROMPT = 'def mix(xs):\n    """ Steps of a generator, then the sum and the list of them. """\n'
GENERATOR = """
def generate_input(size, lid, cid):
    return [random.randint(1, 9) for _ in range(size)],
"""
REFERENCE = """    a = 1
    out = []
    for x in xs:
        a = (a * 1103515245 + x) % 2147483648
        out.append(a % 10)
    return sum(out), out
"""
CHECKER = """
def __check(input, answer, output):
    return type(output) == type(answer) and output == answer
"""


@pytest.fixture(scope="session")
def honest() -> str:
    """A right sample as a whole program."""
    return f"\ndef mix(xs):\n{REFERENCE}"


@pytest.fixture(scope="session")
def made_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with an `enamel.csv` of our own."""
    folder = tmp_path_factory.mktemp("enamel")
    with (folder / "enamel.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["task_id", "prompt", "input_generator", "input_levels", "reference_solution",
             "checker", "entry_point"]
        )  # fmt: skip
        for number in range(164):
            row = [PROMPT, GENERATOR, "10 10000 20000 40000", REFERENCE, CHECKER, "mix"]
            writer.writerow([f"HumanEval/{number}", *row])
    return folder


@pytest.fixture(autouse=True)
def _own_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing here bounds a time, so these tests need not wait for whoever measures."""
    monkeypatch.setattr("speedwright.profiler.timing_lock.LOCK", tmp_path / "lock")


@pytest.fixture(scope="module")
def suite(made_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnamelSuite]:
    """The suite over the made data, in plain processes."""
    options = SuiteOptions(data=made_data, sandbox="process")
    suite = EnamelSuite(options, cache=TestCache(tmp_path_factory.mktemp("cache") / "tests"))
    yield suite
    suite.close()
