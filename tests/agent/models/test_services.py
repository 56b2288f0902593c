"""Both SDKs over real HTTP: what must hold for either protocol."""

from __future__ import annotations

import logging
import time

import pytest

from speedwright.agent.messages import (
    AssistantMessage,
    StopReason,
    ToolCall,
    ToolResult,
    Usage,
    UserMessage,
)
from speedwright.agent.models.failures import TransientFailure
from speedwright.agent.models.retrying import Retrying, RetryPolicy
from speedwright.errors import ContextOverflow, KeyMissing, ModelError, ModelRefused

KEY = "sk-test-0123456789abcdefghij"


def test_text_and_calls_come_back_whole(service, ask):
    step = {
        "text": "Looking at the hot loop: façade ✓",
        "tool_calls": [
            {"name": "read_file", "arguments": {"path": "a/ü.py"}, "id": "c1"},
            {"name": "submit", "arguments": {}, "id": "c2"},
        ],
        "usage": {"tokens_in": 120, "tokens_out": 30, "cache_read_tokens": 100},
    }
    with service.serve([step]) as server:
        reply = service.model(server).complete(ask())
    assert reply.message.text == step["text"]
    assert [(c.id, c.name, c.arguments) for c in reply.message.tool_calls] == [
        ("c1", "read_file", {"path": "a/ü.py"}),
        ("c2", "submit", {}),
    ]
    assert reply.stop_reason is StopReason.TOOL_CALLS
    assert reply.usage == Usage(tokens_in=120, tokens_out=30, cache_read_tokens=100)
    assert reply.model == "some-model"
    assert reply.cost_usd is None  # nobody knows what `some-model` costs


def test_a_known_model_has_a_cost(service, ask):
    name = {"openai": "gpt-4.1-2025-04-14", "anthropic": "claude-haiku-4-5"}[service.name]
    step = {"text": "x", "usage": {"tokens_in": 1_000_000, "tokens_out": 1_000_000}}
    with service.serve([step]) as server:
        reply = service.model(server, name=name).complete(ask())
    assert reply.cost_usd == pytest.approx({"openai": 10.0, "anthropic": 6.0}[service.name])


def test_plain_end_and_empty_reply(service, ask):
    with service.serve([{"text": "done"}, {}]) as server:
        model = service.model(server)
        assert model.complete(ask()).stop_reason is StopReason.END
        empty = model.complete(ask())
    assert empty.message == AssistantMessage(text="")
    assert empty.stop_reason is StopReason.END


def test_truncated_reply_says_so_and_its_call_has_no_arguments(service, ask):
    stop = {"openai": "length", "anthropic": "max_tokens"}[service.name]
    calls = [{"name": "read_file", "raw_arguments": '{"path": "a.p', "id": "c"}]
    with service.serve([{"text": "so", "tool_calls": calls, "stop": stop}]) as server:
        reply = service.model(server).complete(ask())
    assert reply.stop_reason is StopReason.MAX_TOKENS
    assert reply.message.tool_calls[0].arguments is None
    assert reply.message.tool_calls[0].raw_arguments == '{"path": "a.p'


@pytest.mark.parametrize("raw", ["{oops", "[1, 2]", '"text"', '{"a": NaN}', "[" * 30_000])
def test_malformed_arguments_are_kept_as_text(service, ask, raw):
    calls = [{"name": "submit", "raw_arguments": raw, "id": "c"}]
    with service.serve([{"tool_calls": calls}]) as server:
        call = service.model(server).complete(ask()).message.tool_calls[0]
    assert call.arguments is None
    assert call.raw_arguments == raw


def test_a_conversation_with_calls_and_results_is_accepted_back(service, ask):
    malformed = ToolCall(id="c9", name="submit", arguments=None, raw_arguments="{oops")
    conversation = (
        UserMessage(text="go"),
        AssistantMessage(text="", tool_calls=(malformed,)),
        ToolResult(call_id="c9", name="submit", text="no JSON", is_error=True),
        AssistantMessage(text=""),
        UserMessage(text=""),
    )
    with service.serve([{"text": "ok"}]) as server:
        service.model(server).complete(ask(messages=conversation))
        received = server.requests[0]
    assert "malformed_arguments" in received.raw
    assert received.body["max_tokens"] == 1000
    assert '""' not in received.raw  # neither service takes empty text


def test_text_that_is_no_unicode_is_sent_with_a_mark(service, ask):
    with service.serve([{"text": "ok"}]) as server:
        service.model(server).complete(ask(messages=(UserMessage(text="name \udcff.py"),)))
        assert "name ?.py" in server.requests[0].raw


def test_half_a_surrogate_in_arguments_is_malformed(service, ask):
    calls = [{"name": "submit", "raw_arguments": '{"a": "\\ud800"}', "id": "c"}]
    with service.serve([{"tool_calls": calls}]) as server:
        assert service.model(server).complete(ask()).message.tool_calls[0].arguments is None


@pytest.mark.parametrize("status", [401, 403])
def test_refused_key_names_the_variable_and_not_the_key(service, ask, status, caplog):
    caplog.set_level(logging.DEBUG)
    step = {"status": status, "kind": "authentication_error", "message": f"bad key {KEY}"}
    with service.serve([step]) as server:
        model = service.model(server)
        with pytest.raises(KeyMissing) as caught:
            model.complete(ask())
        assert KEY in server.requests[0].headers["authorization"]  # it was really sent
        assert KEY not in server.requests[0].raw
    variable = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}[service.name]
    assert variable in str(caught.value)
    assert caught.value.exit_code == 3
    for text in (str(caught.value), repr(caught.value), repr(model), caplog.text):
        assert KEY not in text


def test_rate_limit_is_waited_out_as_long_as_told(service, ask):
    slept: list[float] = []
    limited = {"status": 429, "kind": "rate_limit_error", "headers": {"retry-after": "7"}}
    with service.serve([limited, {"text": "now"}]) as server:
        model = Retrying(service.model(server), sleep=slept.append)
        assert model.complete(ask()).message.text == "now"
    assert slept == [7.0]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503},
        {"status": 529, "kind": "overloaded_error"},
        {"fault": "reset"},
        {"fault": "cut", "text": "half of it"},
        {"fault": "abort", "text": "half of it"},
        {"fault": "garbage"},
        {"fault": "event", "kind": "server_error", "message": "oops"},
        {"fault": "event", "kind": "overloaded_error", "message": "busy"},
    ],
    ids=str,
)
def test_passing_faults_are_retried_with_growing_pauses(service, ask, fault):
    slept: list[float] = []
    with service.serve([fault, fault, {"text": "whole"}]) as server:
        model = Retrying(service.model(server), sleep=slept.append, jitter=lambda: 1.0)
        assert model.complete(ask()).message.text == "whole"
        assert len(server.requests) == 3  # the SDK adds no tries of its own
    assert slept == [1.0, 2.0]


def test_giving_up_says_how_often_and_why(service, ask):
    with service.serve([{"status": 500, "message": "down"}] * 3) as server:
        model = Retrying(
            service.model(server), policy=RetryPolicy(attempts=3), sleep=lambda _: None
        )
        with pytest.raises(ModelError, match="3 times") as caught:
            model.complete(ask())
        assert len(server.requests) == 3
    assert "down" in caught.value.message
    assert "--resume" in caught.value.hint
    assert not isinstance(caught.value, TransientFailure)


def test_silence_is_a_timeout(service, ask):
    with service.serve([{"fault": "hang"}]) as server:
        with pytest.raises(TransientFailure, match="Timeout"):
            service.model(server, read_s=0.2).complete(ask())


def test_a_stream_that_never_ends_is_ended(service, ask):
    with service.serve([{"fault": "trickle"}]) as server:
        started_s = time.monotonic()
        with pytest.raises(TransientFailure, match="reply took over"):
            service.model(server, reply_wall_s=0.5).complete(ask())
        assert time.monotonic() - started_s < 20


def test_a_reply_that_is_too_long_is_ended(service, ask):
    with service.serve([{"text": "x" * 5000}]) as server:
        with pytest.raises(TransientFailure, match="over 2000 bytes"):
            service.model(server, max_reply_bytes=2000).complete(ask())


def test_nobody_listens(service, ask):
    with service.serve([]) as server:
        model = service.model(server)
    with pytest.raises(TransientFailure, match="did not answer"):
        model.complete(ask())


def test_refusal_is_told_apart(service, ask):
    with service.serve([{"refusal": "I would rather not"}]) as server:
        with pytest.raises(ModelRefused, match="I would rather not"):
            service.model(server).complete(ask())


@pytest.mark.parametrize(
    "step",
    [
        {"status": 400, "kind": "context_length_exceeded", "message": "too many"},
        {"status": 400, "kind": "invalid_request_error", "message": "prompt is too long: 9 > 8"},
        {"status": 413, "kind": "request_too_large", "message": "too big"},
    ],
    ids=str,
)
def test_context_overflow_is_told_apart(service, ask, step):
    with service.serve([step]) as server:
        with pytest.raises(ContextOverflow, match="too long") as caught:
            service.model(server).complete(ask())
    assert "--focus" in caught.value.hint


def test_unknown_model(service, ask):
    with service.serve([{"status": 404, "kind": "not_found_error"}]) as server:
        with pytest.raises(ModelError, match="knows no model `some-model`"):
            service.model(server).complete(ask())


def test_redirects_are_not_followed(service, ask):
    """The request carries the target's code, and the key with it."""
    with service.serve([{"text": "caught"}]) as elsewhere:
        moved = {"status": 307, "headers": {"location": elsewhere.url}}
        with service.serve([moved]) as server:
            with pytest.raises(ModelError, match="HTTP 307") as caught:
                service.model(server).complete(ask())
        assert elsewhere.requests == []
    assert not isinstance(caught.value, TransientFailure)


def test_an_empty_account_is_not_retried(service, ask):
    step = {"status": 429, "kind": "insufficient_quota", "message": "You exceeded your quota"}
    with service.serve([step]) as server:
        with pytest.raises(ModelError, match="cannot pay") as caught:
            service.model(server).complete(ask())
    assert not isinstance(caught.value, TransientFailure)


def test_other_bad_requests_are_not_retried(service, ask):
    with service.serve([{"status": 400, "kind": "invalid_request_error"}]) as server:
        with pytest.raises(ModelError, match="rejected the request") as caught:
            service.model(server).complete(ask())
    assert not isinstance(caught.value, TransientFailure)
