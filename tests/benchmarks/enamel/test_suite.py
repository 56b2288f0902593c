"""The suite as the runner sees it: tasks in both modes, gold, nop, settings."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.errors import UnknownName, UsageError
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.batch.options import SuiteOptions, open_suite

GIVEN = "def mix(xs):\n    out, a = [], 1\n    for x in xs:\n        a = (a * 1103515245 + x) % 2**31\n        out = out + [a % 10]\n    return sum(out), out\n"  # noqa: E501


def test_opening_reads_nothing() -> None:
    assert open_suite("enamel", SuiteOptions(data=Path("/nowhere"))).name == "enamel"
    with pytest.raises(UsageError, match="timer"):
        EnamelSuite(SuiteOptions(timer="gem5"))


def test_tasks_to_generate_tell_no_answers(suite: EnamelSuite) -> None:
    tasks = suite.tasks()
    assert len(tasks) == 142
    assert tasks[0].target is None
    assert "def mix(xs):" in tasks[0].prompt
    assert "large inputs" in tasks[0].prompt
    assert "1103515245" not in tasks[0].prompt
    assert suite.nop("HumanEval/0") == ()
    with pytest.raises(UsageError):
        suite.gold("HumanEval/2")


def test_settings_are_json_and_survive_pickling(suite: EnamelSuite) -> None:
    text = json.dumps(dict(suite.settings), allow_nan=False)
    again = pickle.loads(pickle.dumps(suite))  # noqa: S301  # our own object
    assert json.dumps(dict(again.settings)) == text
    assert suite.provenance["sha256"] in text


def test_tasks_to_optimise_are_small_repositories(made_data: Path, tmp_path: Path) -> None:
    samples = tmp_path / "given.json"
    samples.write_text(json.dumps({"0": [GIVEN], "2": [GIVEN], "7": ["    return 0, []"]}))
    options = SuiteOptions(data=made_data, sandbox="process", samples_from=samples)
    suite = EnamelSuite(options, cache=TestCache(tmp_path / "tests"))
    first, second = suite.tasks()
    suite.close()
    assert [first.id, second.id] == ["HumanEval/0", "HumanEval/7"]
    assert suite.nop("HumanEval/0") == (GIVEN,)
    assert first.target is not None and second.target is not None
    assert first.target.files[first.target.answer] == GIVEN
    for name, text in first.target.files.items():
        (tmp_path / name).write_text(text)
    calls = "import workload; workload.setup(); print(len(workload.workload()))"
    done = subprocess.run(
        [sys.executable, "-c", calls], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) >= 1
    test = first.target.test.split()
    assert subprocess.run([sys.executable, *test[1:]], cwd=tmp_path).returncode == 0
    (tmp_path / "solution.py").write_text(second.target.files["solution.py"])
    wrong = subprocess.run([sys.executable, *test[1:]], cwd=tmp_path, capture_output=True)
    assert wrong.returncode == 1
    assert b"AssertionError" in wrong.stderr


def test_a_task_that_ran_out_of_time_counts_as_nothing(suite: EnamelSuite) -> None:
    side = {
        "passes": [True], "efficiencies": [0.5], "elapsed_s": [[[0.1], [1.0], [1.0], [2.0]]],
        "references_s": {"1": 1.0, "2": 1.0, "3": 1.0},
    }  # fmt: skip
    scores = [
        TaskScore(task_id="HumanEval/0", official=side, hardened=side),
        TaskScore(task_id="HumanEval/1", flags=("task-timed-out",)),
    ]
    found = suite.aggregate(scores, (1, 10))
    assert found.official == {"pass@1": 0.5, "eff@1": 0.25}
    assert found.beside["efficient@1_by_seconds"] == 0.0
    assert found.beside["coffe_speedup_by_seconds"] == pytest.approx(0.75)
    assert suite.aggregate([], (1,)).official == {"pass@1": None, "eff@1": None}


def test_an_unknown_suite_is_still_unknown() -> None:
    with pytest.raises(UnknownName):
        open_suite("enamle", SuiteOptions())
