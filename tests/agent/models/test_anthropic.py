"""What only the Messages protocol has."""

from __future__ import annotations

import pytest

from speedwright.agent.messages import AssistantMessage, ToolCall, ToolResult, Usage, UserMessage
from speedwright.agent.models.spec import create_model
from speedwright.errors import ContextOverflow

MARK = {"type": "ephemeral"}
CALLS = tuple(
    ToolCall(id=f"c{n}", name="read_file", arguments={"path": f"{n}.py"}, raw_arguments="")
    for n in (1, 2)
)
TALK = (
    UserMessage(text="go"),
    AssistantMessage(text="reading", tool_calls=CALLS),
    ToolResult(call_id="c1", name="read_file", text="x = 1"),
    ToolResult(call_id="c2", name="read_file", text="", is_error=True),
    UserMessage(text="hurry"),
)


def test_what_the_server_receives(anthropic_service, ask):
    with anthropic_service.serve([{"text": "ok"}]) as server:
        anthropic_service.model(server).complete(ask(messages=TALK, temperature=0.5))
        received = server.requests[0]
    assert received.path == "/v1/messages"
    body = received.body
    assert body["system"] == [{"type": "text", "text": "be quick", "cache_control": MARK}]
    assert "cache_control" not in body["tools"][0]
    assert body["tools"][1]["cache_control"] == MARK
    assert body["tools"][0]["input_schema"]["required"] == ["path"]
    assert body["temperature"] == 0.5
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "go"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "reading"},
                {"type": "tool_use", "id": "c1", "name": "read_file", "input": {"path": "1.py"}},
                {"type": "tool_use", "id": "c2", "name": "read_file", "input": {"path": "2.py"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "x = 1"},
                {
                    "type": "tool_result",
                    "tool_use_id": "c2",
                    "content": "(nothing)",
                    "is_error": True,
                },
                {"type": "text", "text": "hurry", "cache_control": MARK},
            ],
        },
    ]
    assert received.raw.count("cache_control") == 3  # the service takes at most four


def test_usage_counts_what_was_cached_as_sent(anthropic_service, ask):
    usage = {"tokens_in": 100, "tokens_out": 7, "cache_read_tokens": 60, "cache_write_tokens": 30}
    with anthropic_service.serve([{"text": "ok", "usage": usage}]) as server:
        reply = anthropic_service.model(server, name="claude-haiku-4-5").complete(ask())
        assert reply.usage == Usage(**usage)
    expected = 1e-6 * (10 * 1 + 60 * 0.1 + 30 * 1.25 + 7 * 5)
    assert reply.cost_usd == pytest.approx(expected)


def test_thinking_is_not_taken_for_the_answer(anthropic_service, ask):
    with anthropic_service.serve([{"thinking": "hmm, secret", "text": "ok"}]) as server:
        assert anthropic_service.model(server).complete(ask()).message.text == "ok"


def test_thinking_that_led_to_calls_goes_back_unchanged(anthropic_service, ask):
    calls = [{"name": "submit", "arguments": {"a": 1}, "id": "c1"}]
    script = [{"thinking": "first I look", "text": "so", "tool_calls": calls}, {"text": "ok"}]
    with anthropic_service.serve([*script, {"text": "other"}]) as server:
        model = anthropic_service.model(server)
        first = model.complete(ask()).message
        result = ToolResult(call_id="c1", name="submit", text="done")
        talk = (*ask().messages, first, result)
        model.complete(ask(messages=talk))
        anthropic_service.model(server).complete(ask(messages=talk))  # as after a resume
        sent, resumed = (received.body["messages"][1] for received in server.requests[1:])
    spoken = [
        {"type": "text", "text": "so"},
        {"type": "tool_use", "id": "c1", "name": "submit", "input": {"a": 1}},
    ]
    thought = {"type": "thinking", "thinking": "first I look", "signature": "signed"}
    assert sent == {"role": "assistant", "content": [thought, *spoken]}
    assert resumed == {"role": "assistant", "content": spoken}


def test_a_full_context_is_an_overflow(anthropic_service, ask):
    step = {"text": "half", "stop": "model_context_window_exceeded"}
    with anthropic_service.serve([step]) as server:
        with pytest.raises(ContextOverflow):
            anthropic_service.model(server).complete(ask())


def test_an_address_may_be_written_with_v1(anthropic_service, ask):
    with anthropic_service.serve([{"text": "ok"}]) as server:
        model = create_model(f"anthropic@{server.url}/v1:some-model", environ={})
        model.complete(ask())
        assert server.requests[0].path == "/v1/messages"


def test_an_auth_token_serves_as_key(anthropic_service, ask):
    with anthropic_service.serve([{"text": "ok"}]) as server:
        environ = {"ANTHROPIC_AUTH_TOKEN": "tok-12345678", "ANTHROPIC_BASE_URL": server.url}
        create_model("anthropic:some-model", environ=environ).complete(ask())
        assert server.requests[0].headers["authorization"] == "Bearer tok-12345678"
