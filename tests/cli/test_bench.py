"""`bench run`, `score` and `replay` with the toy suite of tests/eval/batch, as users call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speedwright.cli.shell import run

TOY = Path(__file__).resolve().parent.parent / "eval" / "batch"
SUITE = "toy_suite_double.suite:ToySuite"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The suite on the path, its data, and an empty working directory."""
    monkeypatch.syspath_prepend(str(TOY))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "tasks.json").write_text(json.dumps(["wins-1", "loses-2"]))
    return folder


def predictions(folder: Path) -> Path:
    file = folder / "predictions.json"
    right, wrong = "def answer(n):\n    return 700", "def answer(n):\n    return 1"
    file.write_text(json.dumps({"wins-1": [right, wrong], "loses-2": [wrong]}))
    return file


def test_score_prints_the_contract(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "score", SUITE, str(predictions(data)), "--data", str(data), "--k", "10,1"]
    assert run([*words, "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document)[:2] == ["schema_version", "suite"]
    assert document["n"] == 2
    assert document["k"] == [1, 10]
    assert document["metrics"] == {"correct@1": 0.5, "correct@10": 0.5}
    assert document["hardened"] == {"correct@1": 0.5, "correct@10": 0.5}
    assert [task["samples"] for task in document["tasks"]] == [2, 1]
    runs = Path(".speedwright/runs")
    assert [path.name for path in runs.iterdir()] == [Path(document["run"]).name]
    assert Path(".speedwright/.gitignore").read_text() == "*\n"


def test_the_table_shows_every_aggregate_side_by_side(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", "score", SUITE, str(predictions(data)), "--data", str(data), "--limit", "1"]
    assert run(words) == 0
    out, err = capsys.readouterr()
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "metric official hardened interval over tasks" in lines
    assert "correct@1 1 1 1 to 1 (95%)" in lines
    assert "geometric mean (n = 1) 2 2 to 2 (95%)" in lines
    assert "wins (n = 1) 1 1 to 1 (95%)" in lines
    assert any("1 of 2 tasks" in line for line in lines)
    assert "this is a part of the suite: no figure to compare with others'" in lines
    assert "data: origin: made up for tests, licence: Apache-2.0" in lines
    assert "wins-1 (1 of 1)" in err


def test_rules_optimise_given_solutions(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "run", SUITE, "--model", "rules", "--from", str(predictions(data))]
    words += ["--data", str(data), "--limit", "1", "--attempts", "1", "--sandbox", "process"]
    assert run([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["solver"] == "agent:rules (auto, quick, 1 attempts)"
    assert document["metrics"] == {"correct@1": 1.0}
    row = json.loads((Path(document["run"]) / "predictions.jsonl").read_text())
    assert "set(" in row["samples"][0], row["notes"]
    before = document.pop("machine")
    assert run([*words, "--json", "--resume"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again.pop("machine")["cores"] == before["cores"]
    assert again == document
    assert (data / "calls.log").read_text().split("\n").count("evaluate wins-1") == 1


def test_rules_without_code_to_start_from_say_so(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bench", "run", SUITE, "--data", str(data)]) == 2
    err = capsys.readouterr().err
    assert "error: model `rules` cannot write a program from a prompt" in err
    assert "--from SAMPLES" in err


def test_replay_tells_which_gold_still_wins(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "replay", SUITE, "--data", str(data)]
    assert run(words) == 0
    out = capsys.readouterr().out
    assert "1 of 2 gold solutions are faster on this machine" in out
    assert run([*words, "--json", "--fail-on", "regression"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["n"], document["wins"]) == (2, 1)
    assert [task["verdict"] for task in document["tasks"]] == ["faster", "slower"]
    assert run([*words, "--ids", "wins-1", "--fail-on", "no-improvement"]) == 0
    capsys.readouterr()
    assert run(["bench", "replay", SUITE.replace("Toy", "Toyless"), "--data", str(data)]) == 2
    capsys.readouterr()
    unreplayable = SUITE.replace("ToySuite", "Unreplayable")
    assert run(["bench", "replay", unreplayable, "--data", str(data)]) == 2
    assert "suite `toy` has no replay" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (["--ids", "wins-2"], 2, "no task has the id `wins-2`"),
        (["--k", "0"], 2, "`--k` is `0`: `0` is no whole number above 0"),
        (["--k", "1,x"], 2, "`x` is no whole number"),
        (["--data", "/no/such"], 2, "`--data`: `/no/such` does not exist"),
        (["--from", "/no/such"], 2, "`--from`: `/no/such` does not exist"),
        (["--solver", "glod"], 2, "did you mean `gold`?"),
        (["--solver", "/no/such.json"], 2, "no solvers named `/no/such.json`"),
        (["--executor", "ray", "--budget-usd", "1"], 2, "cannot be held with executor `ray`"),
        (["--executor", "slurm"], 2, "no executors named `slurm`"),
        (["--search", "deep"], 2, "no search `deep`"),
        (["--model", "openai:x"], 3, "OPENAI_API_KEY"),
    ],
)
def test_mistakes_are_told(
    data: Path, capsys: pytest.CaptureFixture[str], more: list[str], code: int, message: str
) -> None:
    assert run(["bench", "run", SUITE, "--data", str(data), *more]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert not Path(".speedwright").exists()


def test_missing_data_end_in_3(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "run", SUITE, "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "DataMissing"
    assert "download" in error["hint"]


def test_ray_says_what_to_install(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)  # as if it were not installed
    assert run(["bench", "run", SUITE, "--data", str(data), "--executor", "ray"]) == 3
    assert 'pip install "speedwright[ray]"' in capsys.readouterr().err
