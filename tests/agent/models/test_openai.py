"""What only the Chat Completions protocol has."""

from __future__ import annotations

import pytest

from speedwright.agent.messages import AssistantMessage, ToolCall, ToolResult, Usage, UserMessage
from speedwright.agent.models.openai_wire import Dialect, payload
from speedwright.errors import ModelError, ModelRefused

CALL = ToolCall(
    id="c1", name="read_file", arguments={"path": "a.py"}, raw_arguments='{"path":"a.py"}'
)
TALK = (
    UserMessage(text="go"),
    AssistantMessage(text="", tool_calls=(CALL,)),
    ToolResult(call_id="c1", name="read_file", text="x = 1"),
    ToolResult(call_id="c2", name="read_file", text="no such file", is_error=True),
)


def test_what_the_server_receives(openai_service, ask):
    with openai_service.serve([{"text": "ok"}]) as server:
        openai_service.model(server).complete(ask(messages=TALK, temperature=0.5))
        received = server.requests[0]
    assert received.path == "/v1/chat/completions"
    body = received.body
    assert body["messages"] == [
        {"role": "system", "content": "be quick"},
        {"role": "user", "content": "go"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "read_file", "arguments": '{"path": "a.py"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "x = 1"},
        {"role": "tool", "tool_call_id": "c2", "content": "[tool failed] no such file"},
    ]
    assert body["tools"][0] == {
        "type": "function",
        "function": {
            "name": "read_file",
            "description": "text of a file",
            "parameters": {
                "type": "object",
                "properties": {"path": {"type": "string"}},
                "required": ["path"],
            },
        },
    }
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["temperature"] == 0.5


def test_the_service_itself_gets_its_own_name_for_the_ceiling(ask):
    assert payload(ask(), model="m", dialect=Dialect())["max_completion_tokens"] == 1000


def test_a_server_that_answers_with_one_document(openai_service, ask):
    calls = [{"name": "submit", "arguments": {}, "id": "c"}]
    with openai_service.serve([{"text": "all", "tool_calls": calls}], streams=False) as server:
        reply = openai_service.model(server).complete(ask())
    assert reply.message.text == "all"
    assert reply.message.tool_calls[0].name == "submit"
    assert reply.usage == Usage(tokens_in=10, tokens_out=5)


def test_a_server_without_usage_or_call_ids(openai_service, ask):
    calls = [{"name": "submit", "arguments": {}, "id": ""}]
    with openai_service.serve([{"tool_calls": calls, "usage": None, "stop": "stop"}]) as server:
        reply = openai_service.model(server).complete(ask())
    assert reply.usage == Usage()
    assert reply.message.tool_calls[0].id == "call_0"
    assert reply.stop_reason == "tool_calls"


def test_a_server_that_wants_the_other_ceiling_and_no_temperature(openai_service, ask):
    ceiling = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    heat = "Unsupported value: 'temperature' does not support 0.5."
    script = [
        {"status": 400, "kind": "unsupported_parameter", "message": ceiling},
        {"status": 400, "kind": "unsupported_value", "message": heat},
        {"text": "ok"},
        {"text": "again"},
    ]
    with openai_service.serve(script) as server:
        model = openai_service.model(server)
        assert model.complete(ask(temperature=0.5)).message.text == "ok"
        assert model.complete(ask(temperature=0.5)).message.text == "again"
        bodies = [received.body for received in server.requests]
    assert len(bodies) == 4  # it remembers
    assert bodies[3]["max_completion_tokens"] == 1000
    assert "max_tokens" not in bodies[3] and "temperature" not in bodies[3]


def test_a_server_that_wants_neither_ceiling_is_not_asked_for_ever(openai_service, ask):
    def never(body):
        name = "max_tokens" if "max_tokens" in body else "max_completion_tokens"
        return {"status": 400, "kind": "x", "message": f"Unsupported parameter: '{name}'"}

    with openai_service.serve([never] * 10) as server:
        with pytest.raises(ModelError, match="Unsupported parameter"):
            openai_service.model(server).complete(ask())
        assert len(server.requests) == 2


def test_content_filter_is_a_refusal(openai_service, ask):
    with openai_service.serve([{"text": "well", "stop": "content_filter"}]) as server:
        with pytest.raises(ModelRefused, match="well"):
            openai_service.model(server).complete(ask())
