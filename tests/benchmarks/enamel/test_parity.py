"""The real data set: known counts, and the official evaluator where it is installed.

`ENAM_PYTHON` names a Python with `enam` 0.0.2 for the slow comparison.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.progress import NullProgress

pytestmark = pytest.mark.timed

FEW = ("HumanEval/1", "HumanEval/32", "HumanEval/64", "HumanEval/80")
CANONICAL_RIGHT = 129
OFFICIAL = Path(__file__).parents[3] / "benches" / "official" / "enamel.py"

# Draws inputs with the official library and says which of ours are not the same, bit for bit.
COMPARE = """
import marshal, sys, time
from enam.evaluate import Evaluator, datautils, unsafe_execute
ev = Evaluator(problems=sys.argv[1], subset=None, n_tests=[8, 4, 4, 4], n_reps=1,
    hardness=[0, 3, 3, 4], memory_giga=4, timeout_factor=2., tolerence_sec=.01, seed=998244353)
def same(a, b):
    if type(a) != type(b): return False
    if isinstance(a, (list, tuple)): return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict): return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return a.hex() == b.hex() if isinstance(a, float) else a == b
for i, cases in marshal.load(sys.stdin.buffer).items():
    p, start, cases = ev.problems.iloc[i], 0, iter(cases)
    for j, size in enumerate(map(int, p.input_levels.split())):
        for k in range(ev.n_tests[j]):
            scope = dict(time=time, **datautils)
            seed = ev.seed ^ i ^ (start + k)
            words = (p.prompt, p.input_generator, seed, size, j, k)
            unsafe_execute(ev.TPL_MAKE % words, scope)
            given, answer = map(marshal.loads, next(cases))
            if not same(scope["__input"], given): print("input", i, j, k)
            scope = dict(time=time, __input=scope["__input"])
            words = (p.prompt, p.reference_solution, p.entry_point)
            unsafe_execute(ev.TPL_RUN % words, scope)
            if not same(scope["__output"], answer): print("answer", i, j, k)
        start += ev.n_tests[j]
print("compared")
"""


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Path:
    folder = shared_data / "enamel"
    if not folder.is_dir():
        pytest.skip(f"no ENAMEL data at {folder}")
    return folder


@pytest.fixture(scope="module")
def real(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnamelSuite]:
    cache = TestCache(tmp_path_factory.mktemp("enamel") / "tests")
    suite = EnamelSuite(SuiteOptions(data=data, sandbox="process"), cache=cache)
    yield suite
    suite.close()


def scores(suite: EnamelSuite, file: Path, ids: Sequence[str] = ()) -> list[TaskScore]:
    samples = suite.read_predictions(file)
    tasks = [task for task in suite.tasks() if not ids or task.id in ids]
    return [suite.evaluate(task, samples[task.id], NullProgress()) for task in tasks]


def test_a_few_problems_of_each_file(real: EnamelSuite, data: Path) -> None:
    references = scores(real, data / "samples" / "enamel-references.json", FEW)
    canonical = scores(real, data / "samples" / "humaneval-canonical.json", FEW)
    assert [s.infra for s in (*references, *canonical)] == [None] * 2 * len(FEW)
    assert [s.flags for s in (*references, *canonical)] == [()] * 2 * len(FEW)
    assert [s.official["passes"] for s in references] == [[True]] * len(FEW)
    assert [s.official["passes"][0] for s in canonical] == [True, True, False, True]
    assert [s.hardened["passes"] for s in references] == [[True]] * len(FEW)


def test_targets_of_real_problems_can_be_made(data: Path, tmp_path: Path) -> None:
    given = json.loads((data / "samples" / "humaneval-canonical.json").read_text())
    chosen = tmp_path / "few.json"
    chosen.write_text(json.dumps({str(n): given[n] for n in (0, 32, 36, 90, 121)}))
    options = SuiteOptions(data=data, samples_from=chosen, sandbox="process")
    suite = EnamelSuite(options, cache=TestCache(tmp_path / "tests"))
    tasks = suite.tasks()
    suite.close()
    assert len(tasks) == 5
    for task in tasks:
        assert task.target is not None
        for name, text in task.target.files.items():
            (tmp_path / name).write_text(text)
        words = [sys.executable, *task.target.test.split()[1:]]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (task.id, done.stderr)


def official_python() -> str:
    python = os.environ.get("ENAM_PYTHON", "")
    if not python:
        pytest.skip("ENAM_PYTHON names no Python with enam==0.0.2")
    return python


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_inputs_and_answers_are_the_official_ones(real: EnamelSuite, data: Path) -> None:
    import marshal

    from speedwright.benchmarks.enamel.making import cases_of

    python = official_python()
    ours = {
        p.number: [
            (c.given, c.answer) for c in cases_of(p, real._parameters, real._boxes, real._cache)
        ]
        for p in real._data.problems.values()
    }
    done = subprocess.run(
        [python, "-c", COMPARE, str(data / "enamel.csv")],
        input=marshal.dumps(ours),
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
    )
    assert done.stdout.decode().split() == ["compared"], done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_known_figures(real: EnamelSuite, data: Path) -> None:
    """pass@1 is exact anywhere; eff@1 depends on the machine, which has to be quiet."""
    references = scores(real, data / "samples" / "enamel-references.json")
    canonical = scores(real, data / "samples" / "humaneval-canonical.json")
    assert len(references) == len(canonical) == 142
    assert sum(s.official["passes"][0] for s in canonical) == CANONICAL_RIGHT
    assert sum(s.hardened["passes"][0] for s in canonical) == CANONICAL_RIGHT
    best = real.aggregate(references, (1,))
    assert best.official["pass@1"] == best.hardened["pass@1"] == 1.0
    assert best.official["eff@1"] is not None and best.official["eff@1"] >= 0.97


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_eff_is_within_0_02_of_the_official_evaluator_side_by_side(
    real: EnamelSuite, data: Path, tmp_path: Path
) -> None:
    """In one run on one machine, which has to be quiet."""
    name = "humaneval-canonical"
    python = official_python()
    numbers = sorted(problem.number for problem in real._data.problems.values())
    argument = json.dumps([str(data), numbers, str(tmp_path), [name]])
    done = subprocess.run(
        [python, str(OFFICIAL), argument],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = json.loads(done.stdout.splitlines()[-1])[name]
    ours = real.aggregate(scores(real, data / "samples" / f"{name}.json"), (1,)).official
    assert ours["pass@1"] == pytest.approx(theirs["pass@1"])
    assert ours["eff@1"] == pytest.approx(theirs["eff@1"], abs=0.02), theirs
