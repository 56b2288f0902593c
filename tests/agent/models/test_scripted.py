from __future__ import annotations

import json

import pytest

from speedwright.agent.messages import AssistantMessage, StopReason, Usage
from speedwright.agent.models.failures import TransientFailure
from speedwright.agent.models.scripted import ScriptedModel, ScriptedReply
from speedwright.errors import ContextOverflow, KeyMissing, ModelError, UsageError


def test_a_file_is_played_in_order(tmp_path, ask):
    path = tmp_path / "script.json"
    replies = [
        {"text": "one", "tool_calls": [{"name": "edit", "arguments": {"a": 1}}]},
        {"tool_calls": [{"name": "edit", "raw_arguments": "{oops", "id": "x"}]},
        {"text": "cut", "stop_reason": "max_tokens", "usage": {"tokens_in": 3}, "cost_usd": 0.5},
    ]
    path.write_text(json.dumps({"schema_version": 1, "replies": replies}))
    model = ScriptedModel(path)
    first, second, third, fourth = (model.complete(ask()) for _ in range(4))
    assert first.message.text == "one"
    assert first.message.tool_calls[0].arguments == {"a": 1}
    assert first.stop_reason is StopReason.TOOL_CALLS
    assert second.message.tool_calls[0].arguments is None
    assert second.message.tool_calls[0].id == "x"
    assert third.stop_reason is StopReason.MAX_TOKENS
    assert (third.usage, third.cost_usd) == (Usage(tokens_in=3), 0.5)
    assert fourth.message == AssistantMessage(text="")
    assert model.spec == f"scripted:{path}"
    assert len(model.requests) == 4


def test_ids_of_calls_differ_between_replies(ask):
    call = {"tool_calls": [{"name": "a"}, {"name": "b"}]}
    model = ScriptedModel([call, call])
    ids = [c.id for _ in range(2) for c in model.complete(ask()).message.tool_calls]
    assert len(set(ids)) == 4


def test_the_end_may_be_an_error(ask):
    with pytest.raises(ModelError, match="no reply left after 0"):
        ScriptedModel([], when_done="error").complete(ask())


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit", TransientFailure),
        ("timeout", TransientFailure),
        ("context_overflow", ContextOverflow),
        ("key", KeyMissing),
        ("model_error", ModelError),
    ],
)
def test_errors(kind, error, ask):
    with pytest.raises(error, match="told so"):
        ScriptedModel([{"error": kind, "message": "told so"}]).complete(ask())


def test_sleep_goes_on_to_the_next(ask):
    slept: list[float] = []
    model = ScriptedModel([{"sleep_s": 2.5}, ScriptedReply(text="x")], sleep=slept.append)
    assert model.complete(ask()).message.text == "x"
    assert slept == [2.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{oops", "Invalid JSON"),
        ('{"replies": []}', "schema_version"),
        ('{"schema_version": 1, "replies": [{"txt": "x"}]}', "replies.0"),
        ('{"schema_version": 1, "replies": [{"error": "who knows"}]}', "replies.0"),
    ],
)
def test_a_wrong_script_is_a_usage_error(tmp_path, text, words):
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=words):
        ScriptedModel(path)


def test_a_missing_script(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        ScriptedModel(tmp_path / "none.json")
