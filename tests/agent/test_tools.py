"""Tool calls of a model: every bad one is an answer for it to read, never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speedwright.agent.messages import ToolCall, ToolResult
from speedwright.agent.models.wire import parse_arguments
from speedwright.agent.tools import MAX_RESULT_CHARS, MAX_ROWS, Toolbox, tool_specs
from speedwright.agent.workbench import Workbench
from speedwright.errors import BudgetExhausted
from speedwright.eval.target import Target


class Actions:
    """What a search does, as words."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def run_tests(self) -> str:
        return "tests"

    def profile(self) -> str:
        return "p" * (MAX_RESULT_CHARS + 5)

    def submit(self, summary: str, fingerprint: str) -> str:
        if summary == "too much":
            raise BudgetExhausted("no", kind="attempts")
        self.done.append(f"{summary}/{fingerprint}")
        return "judged"

    def finish(self, summary: str) -> str:
        return "done"


@pytest.fixture
def box(target: Target) -> Toolbox:
    return Toolbox(Workbench(target), Actions())


def ask(box: Toolbox, name: str, raw: str | None = None, **arguments: Any) -> ToolResult:
    text = json.dumps(arguments) if raw is None else raw
    call = ToolCall(id="1", name=name, arguments=parse_arguments(text), raw_arguments=text)
    return box.run(call)


def test_files_are_listed_read_searched_and_edited(box: Toolbox) -> None:
    assert ask(box, "list_files", glob="*.py").text.split("\n")[0] == "bench.py"
    assert ask(box, "read_file", path="slow.py", first=4, last=4).text == "    4  def total(n):"
    assert ask(box, "search", text="def label").text == "slow.py:12: def label(n):"
    assert not ask(box, "edit_file", path="slow.py", old="distinct", new="different").is_error
    assert "different" in ask(box, "read_file", path="slow.py").text
    assert ask(box, "drop_edits").text == "back at the best version so far"
    assert "different" not in ask(box, "read_file", path="slow.py").text


def test_line_numbers_are_those_of_tracebacks(box: Toolbox) -> None:
    text = ask(box, "read_file", path="pkg/odd.py").text
    assert [row.split()[0] for row in text.split("\n")] == ["1", "2", "3"]
    assert ask(box, "read_file", path="pkg/odd.py", first=9).text == "the file has 3 lines"


def test_long_files_come_in_parts_that_join(box: Toolbox) -> None:
    lines = [f"line_{i} = {'x' * 50!r}" for i in range(2000)]
    ask(box, "write_file", path="long.py", text="\n".join(lines) + "\n")
    seen: list[str] = []
    first = 1
    while True:
        text = ask(box, "read_file", path="long.py", first=first).text
        assert len(text) <= MAX_RESULT_CHARS
        rows = [row for row in text.split("\n") if not row.startswith("…")]
        seen += [row.split("  ", 1)[-1] if row[0] != " " else row[7:] for row in rows]
        if len(seen) == len(lines):
            break
        first = int(text.rpartition("first=")[2].split(" ")[0])
        assert first == len(seen) + 1
    assert seen == lines


def test_answers_are_capped(box: Toolbox) -> None:
    ask(box, "write_file", path="many.py", text="needle\n" * 1000)
    found = ask(box, "search", text="needle").text
    assert found.count("\n") == MAX_ROWS and "narrow it down" in found
    assert len(ask(box, "profile").text) < MAX_RESULT_CHARS + 100
    assert ask(box, "search", text="nowhere to be found").text == "nothing found"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("shell", '{"command": "rm -rf /"}'),
        ("", "{}"),
        ("read_file", '{"path": "slow.py"'),
        ("read_file", "[]"),
        ("read_file", "null"),
        ("read_file", '"slow.py"'),
        ("read_file", "{}"),
        ("read_file", '{"path": 7}'),
        ("read_file", '{"path": null}'),
        ("read_file", '{"path": ["slow.py"]}'),
        ("read_file", '{"path": "slow.py", "first": 0}'),
        ("read_file", '{"path": "slow.py", "first": "one"}'),
        ("read_file", '{"path": "slow.py", "first": 1e400}'),
        ("read_file", '{"path": "slow.py", "shell": "id"}'),
        ("read_file", '{"path": "../../etc/passwd"}'),
        ("read_file", '{"path": "/etc/passwd"}'),
        ("read_file", '{"path": "a\\u0000b"}'),
        ("read_file", '{"path": "\\ud800"}'),
        ("read_file", '{"path": "link.py"}'),
        ("search", '{"text": ""}'),
        ("search", json.dumps({"text": "x" * 5000})),
        ("list_files", json.dumps({"glob": "[" * 5000})),
        ("edit_file", '{"path": "slow.py", "old": "", "new": "x"}'),
        ("edit_file", '{"path": "test_slow.py", "old": "def", "new": "x"}'),
        ("write_file", '{"path": "conftest.py", "text": "x"}'),
        ("write_file", '{"path": "../x.py", "text": "x"}'),
        ("write_file", '{"path": "x.py", "text": "a\\u0000b"}'),
        ("write_file", json.dumps({"path": "x.py", "text": "x" * 2_000_001})),
        ("write_file", '{"path": "slow.py", "text": {"a": 1}}'),
        ("submit", "{}"),
        ("submit", '{"summary": 3}'),
        ("run_tests", '{"command": "id"}'),
    ],
)
def test_hostile_calls_are_errors_to_read(box: Toolbox, name: str, raw: str) -> None:
    result = ask(box, name, raw)
    assert result.is_error
    assert result.text
    assert len(result.text) < 3000
    assert box.workbench.diff() == ""


@pytest.mark.parametrize("glob", ["**", "[", "[!", "?" * 900, "*" * 900, "(a+)+$", "\\"])
def test_odd_globs_end_soon(box: Toolbox, glob: str) -> None:
    assert not ask(box, "list_files", glob=glob).is_error


def test_an_unknown_tool_names_the_known_ones(box: Toolbox) -> None:
    assert "read_file" in ask(box, "cat", path="slow.py").text


def test_an_exhausted_budget_is_no_answer(box: Toolbox) -> None:
    with pytest.raises(BudgetExhausted):
        ask(box, "submit", summary="too much")


def test_models_are_not_told_of_the_mark_for_programs(box: Toolbox) -> None:
    schema = {spec.name: spec.parameters for spec in tool_specs()}["submit"]
    assert list(schema["properties"]) == ["summary"]
    assert not ask(box, "submit", summary="s", fingerprint="f").is_error
    assert isinstance(box.actions, Actions)
    assert box.actions.done == ["s/f"]


def test_every_tool_and_argument_is_described() -> None:
    for spec in tool_specs():
        assert spec.description.endswith((".", "handed over.")) and "\n" not in spec.description
        assert spec.parameters["additionalProperties"] is False
