"""A run over a suite: what is done, kept, tried again, and never done twice."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import DataMissing, UnknownName, UsageError
from speedwright.eval.batch.bench import run_bench
from speedwright.eval.batch.options import SolverOptions, SuiteOptions
from speedwright.eval.batch.report import BatchReport
from speedwright.eval.progress import NullProgress

SLEEPY = "toy_suite_double.suite:SleepySolver"
Make = Callable[..., Any]


def run(request: Any) -> BatchReport:
    return run_bench(request, NullProgress())


def statuses(report: BatchReport) -> dict[str, str]:
    return {row.result.task_id: row.result.status.value for row in report.rows}


def test_gold_is_right_and_the_record_says_where_it_comes_from(toy: Make) -> None:
    made = toy("a", "b", "c")
    document = run(made.request(ks=(1, 10))).to_json()
    assert next(iter(document)) == "schema_version"
    assert document["metrics"] == {"correct@1": 1.0, "correct@10": 1.0}
    assert document["n"] == document["of"] == 3
    assert not document["is_partial"]
    assert document["beside"]["geometric_mean"]["value"] == pytest.approx(2.0)
    assert [task["task_id"] for task in document["tasks"]] == ["a", "b", "c"]
    begun = json.loads((made.out / "run.json").read_text())
    assert begun["provenance"]["licence"] == "Apache-2.0"
    assert begun["machine"]["cores"] > 0
    assert begun["speedwright"]
    assert json.loads((made.out / "summary.json").read_text()) == document
    (key,) = {len(row["key"]) for row in made.rows("results.jsonl")}
    assert key == 64


def test_wrong_samples_are_scored_and_not_tried_again(toy: Make, tmp_path: Path) -> None:
    made = toy("a", "b")
    file = tmp_path / "predictions.json"
    file.write_text(json.dumps({"a": ["def answer(n):\n    return 1"], "b": []}))
    report = run(made.request(str(file)))
    assert report.score.official == {"correct@1": 0.0}
    assert made.calls() == ["a", "b"]
    assert report.counts == {"scored": 2, "timed_out": 0, "infra_error": 0, "unanswered": 1}
    assert report.solver.startswith("predictions:predictions.json@")


def test_a_second_session_does_nothing_and_says_the_same(toy: Make) -> None:
    made = toy("a", "b")
    first = run(made.request()).to_json()
    second = run(made.request(resume=True)).to_json()
    assert made.calls() == ["a", "b"]
    assert made.calls("gold") == ["a", "b"]
    for document in (first, second):
        document.pop("machine")  # load and steal are those of the moment
    assert first == second


def test_more_tasks_can_be_added_to_a_run(toy: Make) -> None:
    made = toy("a", "b", "c")
    assert run(made.request(limit=1)).to_json()["is_partial"]
    whole = run(made.request(resume=True))
    assert made.calls() == ["a", "b", "c"]
    assert made.calls("expect") == ["a", "b c"]  # a suite may make ready what comes next
    assert [row.result.task_id for row in whole.rows] == ["a", "b", "c"]


def test_a_fault_of_ours_is_tried_again_and_kept(toy: Make) -> None:
    made = toy("infra-2-x", "a")
    report = run(made.request())
    assert statuses(report) == {"infra-2-x": "scored", "a": "scored"}
    assert made.calls() == ["infra-2-x"] * 3 + ["a"]
    (row, _) = made.rows("results.jsonl")
    assert row["tries"] == 3
    assert row["infra"] == ["no box for infra-2-x"] * 2
    assert report.score.official == {"correct@1": 1.0}


def test_three_faults_leave_no_score_until_the_next_session(toy: Make) -> None:
    made = toy("infra-4-x", "a")
    report = run(made.request())
    assert statuses(report) == {"infra-4-x": "infra_error", "a": "scored"}
    assert report.score.official == {"correct@1": 1.0}, "a fault of ours counts against nobody"
    assert report.to_json()["is_partial"]
    again = run(made.request(resume=True))
    assert statuses(again) == {"infra-4-x": "scored", "a": "scored"}
    assert made.calls("gold") == ["infra-4-x", "a"], "the answer was kept"
    assert made.calls().count("a") == 1


def test_a_solver_that_finds_no_box_is_asked_again_later(toy: Make) -> None:
    made = toy("boxless-x", "a")
    report = run(made.request(SLEEPY))
    assert statuses(report) == {"boxless-x": "infra_error", "a": "scored"}
    assert report.cost_usd == 0.25
    (row,) = [r for r in made.rows("results.jsonl") if r["task_id"] == "boxless-x"]
    assert row["infra"] == ["no box to solve in"] * 3
    assert statuses(run(made.request(SLEEPY, resume=True)))["boxless-x"] == "infra_error"


def test_scoring_has_a_wall_limit(toy: Make) -> None:
    made = toy("endless-x", "a")
    report = run(made.request(task_limit_s=3.0))
    assert statuses(report) == {"endless-x": "timed_out", "a": "scored"}
    assert report.score.official == {"correct@1": 0.5}
    run(made.request(task_limit_s=3.0, resume=True))
    assert made.calls() == ["endless-x", "a"]


def test_solving_has_a_wall_limit(toy: Make) -> None:
    made = toy("sleepy-x", "a")
    report = run(made.request(SLEEPY, task_limit_s=1.0))
    notes = [row.solution.notes for row in report.rows if row.solution]
    assert notes == [("no answer within the task's limit of 1 s",), ()]
    assert report.counts["unanswered"] == 1
    assert report.score.official == {"correct@1": 0.5}


@pytest.mark.parametrize(
    ("ids", "limit", "chosen"),
    [(("c", "a"), None, ["a", "c"]), ((), 2, ["a", "b"]), (("b", "c"), 1, ["b"]), ((), 9, "abc")],
)
def test_tasks_are_chosen(
    toy: Make, ids: tuple[str, ...], limit: int | None, chosen: list[str]
) -> None:
    made = toy("a", "b", "c")
    report = run(made.request(ids=ids, limit=limit))
    assert [row.result.task_id for row in report.rows] == list(chosen)


def test_an_unknown_task_is_named_with_its_neighbour(toy: Make) -> None:
    made = toy("HumanEval/1", "HumanEval/12", "other")
    with pytest.raises(UsageError, match=r"no task has the id `HumanEval/2`") as caught:
        run(made.request(ids=("HumanEval/2",)))
    assert "`HumanEval/12`" in caught.value.hint or "`HumanEval/1`" in caught.value.hint
    assert not made.out.exists(), "nothing is begun for a mistake"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": ["x"', "no JSON"),
        ('{"a": [], "a": []}', "`a` is there twice"),
        ('{"a": "x"}', "expected a list of programs, found str"),
        ('{"a": [1]}', "sample 0: expected a text, found int"),
        ('{"zzz": []}', "no task has the id `zzz`"),
        ("\xff", "no UTF-8"),
        ("[" * 100_000, "no JSON that can be read"),
    ],
)
def test_bad_predictions_are_told(toy: Make, tmp_path: Path, text: str, message: str) -> None:
    made = toy("a")
    file = tmp_path / "bad.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=message):
        run(made.request(str(file)))


def test_a_folder_belongs_to_one_run(toy: Make) -> None:
    made = toy("a")
    run(made.request())
    with pytest.raises(UsageError, match="holds a run already"):
        run(made.request())
    with pytest.raises(UsageError, match="begun with solver `gold`, this is `nop`"):
        run(made.request("nop", resume=True))
    with pytest.raises(UsageError, match="settings `seed` = `0`, this is `7`"):
        run(made.request(seed=7, resume=True))
    (made.data / "x").mkdir()
    with pytest.raises(UsageError, match="is not empty and holds no run"):
        run(made.request(out=made.data))


def test_missing_parts_are_named(toy: Make) -> None:
    made = toy("a")
    with pytest.raises(DataMissing, match="no toy data"):
        run(replace(made.request(), suite_options=SuiteOptions()))
    with pytest.raises(UnknownName, match="no solvers named `glod`") as caught:
        run(made.request("glod"))
    assert "`gold`" in caught.value.hint
    with pytest.raises(UnknownName, match="no executors named `locl`"):
        run(made.request(executor="locl"))
    with pytest.raises(UnknownName, match="no suites named `nosuch`"):
        run(replace(made.request(), suite="nosuch"))


def test_a_solver_that_cannot_be_made_leaves_nothing_behind(toy: Make) -> None:
    made = toy("a")
    options = SolverOptions(mode="guess")
    with pytest.raises(UsageError, match="no mode `guess`"):
        run(made.request("agent", solver_options=options))
    assert not made.out.exists()
