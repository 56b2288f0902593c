"""The agent as a solver: a small real target made faster, and programs asked of a model."""

from __future__ import annotations

import ast
import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speedwright.agent.generate import program_in
from speedwright.agent.solver import QUICK_ATTEMPTS, AgentSolver
from speedwright.errors import BudgetExhausted, ModelError, UnknownName, UsageError
from speedwright.eval.batch.interfaces import Solution, Task, TaskTarget
from speedwright.eval.batch.options import SolverOptions
from speedwright.eval.progress import NullProgress

SLOW = '''\
def distinct(values):
    """How many different values there are."""
    found = []
    for value in values:
        if value % 700 not in found:
            found.append(value % 700)
    return len(found)
'''
WORKLOAD = """\
from solution import distinct

VALUES = []


def setup():
    VALUES.extend(range(8_000))


def workload():
    return distinct(VALUES)
"""
TARGET = TaskTarget(
    files={"solution.py": SLOW, "work.py": WORKLOAD}, answer="solution.py", workload="work.py"
)
TASK = Task(id="Toy/1: distinct", prompt="Write distinct(values).", language="python")
OPTIMISE = replace(TASK, target=TARGET)


def solve(task: Task, **options: Any) -> Solution:
    return AgentSolver(SolverOptions(sandbox="process", **options)).solve(
        task,
        None,  # type: ignore[arg-type]  # the agent never asks the suite anything
        NullProgress(),
    )


def behaves(text: str) -> bool:
    scope: dict[str, Any] = {}
    exec(text, scope)
    return [scope["distinct"](v) for v in ([], [1, 701], range(2000))] == [0, 1, 700]


@pytest.mark.parametrize(
    "search",
    [
        "quick",
        pytest.param("screened", marks=pytest.mark.slow),
        pytest.param("confirmed", marks=pytest.mark.slow),
    ],
)
def test_rules_make_a_small_target_faster(search: str, tmp_path: Path) -> None:
    found = solve(OPTIMISE, search=search, attempts=3, folder=tmp_path)
    (text,) = found.samples
    assert text != SLOW, found.notes
    assert "set(" in text
    assert behaves(text)
    assert found.cost_usd == 0.0
    assert "attempts kept" in found.notes[0]
    (run,) = (tmp_path / "searches").glob("Toy-1-distinct-*/*")
    state = json.loads((run / "state.json").read_text())
    assert len(state["attempts"]) <= 3
    assert (run / "evidence").is_dir() == (search == "confirmed"), "only one of them claims"


def test_code_without_anything_to_gain_comes_back_as_it_is() -> None:
    files = {"solution.py": "def distinct(values):\n    return len(set(values))\n"}
    task = replace(OPTIMISE, target=replace(TARGET, files={**TARGET.files, **files}))
    found = solve(task)
    assert found.samples == (files["solution.py"],)
    assert found.notes == ("0 of 0 attempts kept; search: finished",)


def test_a_broken_target_is_answered_as_it_is_with_the_reason() -> None:
    files = {**TARGET.files, "work.py": "def workload():\n    raise ValueError('broken')\n"}
    found = solve(replace(OPTIMISE, target=replace(TARGET, files=files)))
    assert found.samples == (SLOW,)
    assert found.notes[0].startswith("not optimised: ")


def test_code_that_no_file_can_hold_is_answered_as_it_is() -> None:
    odd = SLOW + "# \ud800\n"
    found = solve(
        replace(OPTIMISE, target=replace(TARGET, files={**TARGET.files, "solution.py": odd}))
    )
    assert found.samples == (odd,)
    assert found.notes == ("not optimised: the code cannot be written as UTF-8",)


def test_a_time_limit_too_short_is_answered_as_it_is() -> None:
    found = solve(OPTIMISE, time_limit_s=0.01)
    assert found.samples == (SLOW,)
    assert "time limit" in found.notes[0]


def test_rules_write_nothing_from_a_prompt() -> None:
    with pytest.raises(UsageError, match="`rules` cannot write a program from a prompt") as caught:
        solve(TASK)
    assert "--from" in caught.value.hint
    with pytest.raises(UsageError, match="cannot write a program"):
        AgentSolver(SolverOptions(mode="generate"))
    with pytest.raises(UsageError, match="has no code to optimise"):
        solve(TASK, mode="optimize")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "x"}, "no mode `x`"),
        ({"search": "x"}, "no search `x`"),
        ({"model": "rlues"}, "`rlues`"),
    ],
)
def test_wrong_options_are_told_at_once(options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        AgentSolver(SolverOptions(**options))
    assert caught.type in (UsageError, UnknownName)


def test_its_name_tells_what_decides_the_answer() -> None:
    names = {
        AgentSolver(options).name
        for options in (
            SolverOptions(),
            SolverOptions(search="screened"),
            SolverOptions(attempts=2),
            SolverOptions(mode="optimize"),
            SolverOptions(samples=2),
        )
    }
    assert len(names) == 5
    assert (
        AgentSolver(SolverOptions()).name == f"agent:rules (auto, quick, {QUICK_ATTEMPTS} attempts)"
    )


def test_it_can_be_sent_elsewhere() -> None:
    solver = AgentSolver(SolverOptions(search="screened", attempts=3))
    assert copy.copy(solver).name == solver.name  # as pickle does it


def script(folder: Path, *replies: Any) -> str:
    file = folder / "script.json"
    said = [{"text": r} if isinstance(r, str) else r for r in replies]
    document = {"schema_version": 1, "replies": said, "when_done": "error"}
    file.write_text(json.dumps(document))
    return f"scripted:{file}"


FENCED = "Here it is:\n\n```text\nno\n```\n```python\ndef distinct(v):\n    return 1\n```\nDone.\n"


def test_a_model_is_asked_once_a_sample(tmp_path: Path) -> None:
    model = script(
        tmp_path, FENCED, "I would rather not.", {"error": "refused", "message": "no"}, FENCED
    )
    found = solve(TASK, model=model, samples=4, folder=tmp_path)
    program = "def distinct(v):\n    return 1\n"
    assert found.samples == (program, "", "", program)
    assert found.notes == ("sample 2: no code block in the answer", "sample 3: no")
    cassette = [json.loads(line) for line in (tmp_path / "cassette.jsonl").read_text().splitlines()]
    assert len(cassette) == 4
    assert cassette[0]["request"]["messages"][0]["text"] == TASK.prompt
    again = solve(TASK, model=f"replay:{tmp_path / 'cassette.jsonl'}", samples=4)
    assert again.samples == found.samples


def test_the_prompt_is_asked_where_the_user_says_so(tmp_path: Path) -> None:
    found = solve(OPTIMISE, model=script(tmp_path, FENCED), mode="generate")
    assert found.samples == ("def distinct(v):\n    return 1\n",)


def test_a_service_that_fails_ends_the_batch(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="down"):
        solve(TASK, model=script(tmp_path, {"error": "model_error", "message": "down"}))


def test_one_budget_holds_for_all_tasks_and_sessions(tmp_path: Path) -> None:
    paid = {"text": FENCED, "cost_usd": 0.4}
    model = script(tmp_path, paid, paid, paid, paid)
    options = SolverOptions(model=model, budget_usd=0.7, folder=tmp_path)
    solver = AgentSolver(options)
    assert solver.solve(TASK, None, NullProgress()).cost_usd == 0.4  # type: ignore[arg-type]
    assert solver.solve(TASK, None, NullProgress()).cost_usd == 0.4  # type: ignore[arg-type]
    for later in (solver, AgentSolver(options)):
        with pytest.raises(BudgetExhausted, match=r"\$0.8000 of \$0.7000") as caught:
            later.solve(TASK, None, NullProgress())  # type: ignore[arg-type]
        assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("text", "language", "program"),
    [
        ("```\na\n```", "python", "a\n"),
        ("```text\na\n```\n\n```Python\nb\n```", "python", "b\n"),
        ("```python\na\n```\n```python\nb\n```", "python", "a\n"),
        ("~~~c++\nint main() {}\n~~~", "cpp", "int main() {}\n"),
        ("````cpp\n// ```\nint x;\n````", "cpp", "// ```\nint x;\n"),
        ("  ```py\n  a\n  ```", "python", "  a\n"),
        ("```python title=x\na\n```", "python", "a\n"),
        ("```python\na\nb", "python", "a\nb"),
        ("```python\n```", "python", ""),
        ("no code", "python", None),
        ("`a`", "python", None),
    ],
)
def test_the_program_is_found(text: str, language: str, program: str | None) -> None:
    assert program_in(text, language) == program


def test_a_long_answer_without_an_end_is_read_quickly() -> None:
    text = "```python\n" + "x = 1\n```x\n" * 50_000
    assert ast.parse((program_in(text, "python") or "").replace("```x", "")).body
