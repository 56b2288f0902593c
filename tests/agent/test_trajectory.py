"""What is on disk when a run is killed, and what a later session makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from speedwright.agent.messages import AssistantMessage, Message, ToolCall, ToolResult, UserMessage
from speedwright.agent.models.scrubber import Scrubber
from speedwright.agent.recorded import MEASURED, Recorded
from speedwright.agent.trajectory import Attempt, State, Trajectory
from speedwright.errors import UsageError
from speedwright.eval.run_folder import RunFolder


def attempt(number: int, verdict: str = "slower") -> Attempt:
    return Attempt(
        number=number,
        hash=f"{number:016x}",
        author="test",
        summary="tried",
        verdict=verdict,
        is_kept=False,
        judgement={"verdict": verdict, "schema_version": 1},
    )


def call(number: int) -> ToolCall:
    return ToolCall(
        id="same", name="read_file", arguments={"path": str(number)}, raw_arguments="{}"
    )


def result(text: str = "r", name: str = "read_file") -> ToolResult:
    return ToolResult(call_id="same", name=name, text=text)


@pytest.fixture
def trajectory(tmp_path: Path) -> Trajectory:
    return Trajectory(RunFolder(tmp_path), State(tree="t"))


def again(trajectory: Trajectory) -> Trajectory:
    return Trajectory.load(trajectory.run, tree="t")


def events(trajectory: Trajectory) -> list[dict[str, Any]]:
    rows = (trajectory.run.path / "events.jsonl").read_text().splitlines()
    return [json.loads(row) for row in rows]


def test_a_conversation_comes_back_as_it_was(trajectory: Trajectory) -> None:
    said: list[Message] = [
        UserMessage(text="ü \u2028 \x1b"),
        AssistantMessage(text="", tool_calls=(call(1), call(2))),
        result(),
        ToolResult(call_id="x", name="", text="no", is_error=True),
        AssistantMessage(
            text="t", tool_calls=(ToolCall(id="", name="x", arguments=None, raw_arguments="{"),)
        ),
    ]
    for message in said:
        trajectory.say(message)
    trajectory.save()
    assert again(trajectory).messages() == said


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_open_calls_are_the_ones_without_a_result(trajectory: Trajectory, answered: int) -> None:
    trajectory.say(UserMessage(text="go"))
    trajectory.say(AssistantMessage(text="", tool_calls=(call(1), call(2))))
    for _ in range(answered):
        trajectory.say(result())
    assert trajectory.unanswered() == (call(1), call(2))[answered:]
    trajectory.say(UserMessage(text="use the tools"))
    assert trajectory.unanswered() == ()


def test_attempts_count_once_they_are_saved(trajectory: Trajectory) -> None:
    trajectory.save()
    trajectory.add_attempt(attempt(1), "diff", [])
    assert again(trajectory).state.attempts == []  # killed before the save: judged again later
    trajectory.save()
    assert [a.number for a in again(trajectory).state.attempts] == [1]
    assert (trajectory.run.path / "attempts" / attempt(1).hash / "patch.diff").read_text() == "diff"


def test_an_event_that_a_kill_left_out_is_made_up_for_once(trajectory: Trajectory) -> None:
    trajectory.add_attempt(attempt(1), "diff", [])
    trajectory.save()
    log = trajectory.run.path / "events.jsonl"
    log.write_bytes(log.read_bytes() + b'{"kind": "attempt", "num')  # torn by a kill
    trajectory.add_attempt(attempt(2), "diff 2", [])
    trajectory.save()
    assert [e["number"] for e in events(trajectory)] == [1, 2]
    log.write_bytes(log.read_bytes()[:-5])  # the second event is torn
    later = again(trajectory)
    later.save()
    later.save()
    assert [e["number"] for e in events(trajectory)] == [1, 2]


def test_another_base_or_a_damaged_state_is_refused(trajectory: Trajectory) -> None:
    trajectory.save()
    with pytest.raises(UsageError, match="another state of the target"):
        Trajectory.load(trajectory.run, tree="other")
    for text in (
        "{",
        "[]",
        '{"schema_version": 1, "tree": "t", "odd": 1}',
        '{"schema_version": 9}',
    ):
        (trajectory.run.path / "state.json").write_text(text)
        with pytest.raises(UsageError):
            again(trajectory)


def test_keys_are_not_written_but_the_target_s_texts_stay(tmp_path: Path) -> None:
    key = "sk-" + "a1" * 20
    scrubber = Scrubber({"OPENAI_API_KEY": key})
    state = State(tree="t", best={"config.py": f"EXAMPLE = {key!r}\n"})
    trajectory = Trajectory(RunFolder(tmp_path), state, scrubber=scrubber)
    trajectory.say(UserMessage(text=f"the key is {key}"))
    trajectory.save()
    later = again(trajectory)
    assert key not in str(later.messages())
    assert later.state.best == state.best


def test_a_run_is_held_by_one(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with run.held(), pytest.raises(UsageError, match="another process"), RunFolder(tmp_path).held():
        pass
    with run.held():
        pass


def cassette(path: Path, *messages: dict[str, Any]) -> Recorded:
    requests = [{"messages": list(messages[: n + 1])} for n in range(len(messages))]
    error = {"kind": "model_error", "message": "x"}
    rows = [
        {"schema_version": 1, "request_hash": "", "model": "m", "request": r, "error": error}
        for r in requests
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Recorded(path)


def test_a_replay_says_the_recorded_figures_and_nothing_else(tmp_path: Path) -> None:
    tool = {"role": "tool", "call_id": "", "is_error": False}
    recorded = cassette(
        tmp_path / "c.jsonl",
        {"role": "user", "text": f"Repository: a{MEASURED}1.0 s"},
        {**tool, "name": "submit", "text": "faster (kept)\n2.0x"},
        {**tool, "name": "read_file", "text": "x = 1\ny = 1"},
    )

    def said(message: Message, index: int) -> str:
        return recorded.in_place_of(message, index).text

    assert said(UserMessage(text=f"Repository: a{MEASURED}9 s"), 0).endswith("1.0 s")
    assert said(UserMessage(text=f"Repository: b{MEASURED}9 s"), 0).endswith("9 s")
    assert said(result("faster (kept)\n3.0x", "submit"), 1).endswith("2.0x")
    assert said(result("slower (not kept)\n0.5x", "submit"), 1).endswith("0.5x")
    assert said(result("faster (kept)\n3.0x", "profile"), 1).endswith("3.0x")
    assert said(result("x = 1\ny = 2"), 2).endswith("y = 2")
    assert said(result("x = 1\ny = 2"), 7).endswith("y = 2")
