"""Anthropic Messages as data: our request to their payload, their events to our reply."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from speedwright.agent.messages import (
    AssistantMessage,
    Message,
    ModelReply,
    ModelRequest,
    StopReason,
    ToolCall,
    ToolResult,
    Usage,
    UserMessage,
)
from speedwright.agent.models.failures import Declined, TransientFailure
from speedwright.agent.models.wire import EMPTY_TEXT, clean, clean_data, echoed_arguments, tool_call
from speedwright.errors import ContextOverflow

_CACHED = {"type": "ephemeral"}
_THINKING = ("thinking", "redacted_thinking")

Thoughts = Mapping[Hashable, Sequence[Mapping[str, Any]]]
"""Content blocks of replies with thinking in them, by `identity`; see `ReplyBuilder.content`."""


def identity(message: AssistantMessage) -> Hashable:
    """What tells one reply from another."""
    calls = tuple((call.id, call.name, call.raw_arguments) for call in message.tool_calls)
    return message.text, calls


def payload(
    request: ModelRequest, *, model: str, thoughts: Thoughts | None = None
) -> dict[str, Any]:
    """Keyword arguments of `messages.create`, with a cache mark after each part that stays.

    Tools and system prompt are the same in every request of a run and the conversation only grows,
    so three marks make all but the newest turn a cache hit.
    """
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens,
        "messages": _turns(request.messages, thoughts or {}),
        "stream": True,
    }
    if request.system:
        body["system"] = [{"type": "text", "text": request.system, "cache_control": _CACHED}]
    if request.tools:
        body["tools"] = [
            {
                "name": tool.name,
                "description": tool.description,
                "input_schema": dict(tool.parameters),
            }
            for tool in request.tools
        ]
        body["tools"][-1]["cache_control"] = _CACHED
    if request.temperature is not None:
        # The SDK dropped the parameter, the models that take it still do.
        body["extra_body"] = {"temperature": request.temperature}
    sendable: dict[str, Any] = clean_data(body)
    return sendable


def _turns(messages: Sequence[Message], thoughts: Thoughts) -> list[dict[str, Any]]:
    """Alternating turns; results of one batch of calls must stand together in one user turn."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if isinstance(message, AssistantMessage) else "user"
        if not turns or turns[-1]["role"] != role:
            turns.append({"role": role, "content": []})
        known = thoughts.get(identity(message)) if isinstance(message, AssistantMessage) else None
        turns[-1]["content"].extend(_blocks(message) if known is None else known)
    for turn in reversed(turns):
        if turn["role"] == "user":
            turn["content"][-1]["cache_control"] = _CACHED
            break
    return turns


def _blocks(message: Message) -> list[dict[str, Any]]:
    match message:
        case UserMessage():
            return [{"type": "text", "text": message.text or EMPTY_TEXT}]
        case ToolResult():
            block = {
                "type": "tool_result",
                "tool_use_id": message.call_id,
                "content": message.text or EMPTY_TEXT,
            }
            return [{**block, "is_error": True} if message.is_error else block]
        case AssistantMessage():
            # The service refuses empty and blank text blocks.
            has_text = bool(message.text.strip())
            text = message.text if has_text else EMPTY_TEXT
            spoken = [{"type": "text", "text": text}] if has_text or not message.tool_calls else []
            return spoken + [_use(call) for call in message.tool_calls]


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Usage(_Lenient):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Block(_Lenient):
    type: str = ""
    text: str = ""
    thinking: str = ""
    data: str = ""
    id: str = ""
    name: str = ""


class _Details(_Lenient):
    explanation: str | None = None


class _Delta(_Lenient):
    type: str = ""
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    stop_reason: str | None = None
    stop_details: _Details | None = None


class _Message(_Lenient):
    model: str | None = None
    usage: _Usage | None = None


class _Event(_Lenient):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None


@dataclass(slots=True)
class _PartialBlock:
    kind: str
    id: str = ""
    name: str = ""
    parts: list[str] = field(default_factory=list)
    signature: str = ""
    data: str = ""

    @property
    def text(self) -> str:
        return clean("".join(self.parts))


class ReplyBuilder:
    """Puts the events of one reply together.

    Args:
        model: Name asked for, reported where the service names none.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._blocks: dict[int, _PartialBlock] = {}
        self._usage = _Usage()
        self._stop = ""
        self._explanation = ""
        self._is_complete = False

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in one event; kinds we do not know are skipped.

        Raises:
            pydantic.ValidationError: It is no event of a message.
        """
        parsed = _Event.model_validate(event)
        if parsed.message is not None:
            self._model = parsed.message.model or self._model
            self._add_usage(parsed.message.usage)
        if parsed.usage is not None:
            self._add_usage(parsed.usage)
        if parsed.content_block is not None:
            block = parsed.content_block
            self._blocks[parsed.index] = _PartialBlock(
                block.type, block.id, block.name, [block.text or block.thinking], data=block.data
            )
        if parsed.delta is not None:
            self._add_delta(parsed.index, parsed.delta)
        self._is_complete = self._is_complete or parsed.type == "message_stop"

    def _add_usage(self, usage: _Usage | None) -> None:
        # Counts are cumulative, and a later event may leave some out.
        said = {} if usage is None else usage.model_dump(exclude_none=True)
        self._usage = self._usage.model_copy(update=said)

    def _add_delta(self, index: int, delta: _Delta) -> None:
        self._stop = delta.stop_reason or self._stop
        if delta.stop_details is not None:
            self._explanation = delta.stop_details.explanation or ""
        if index in self._blocks:
            block = self._blocks[index]
            block.parts.append(delta.text or delta.partial_json or delta.thinking)
            block.signature += delta.signature

    def content(self) -> list[dict[str, Any]]:
        """The blocks to send back with the next request, empty if there was no thinking.

        The service wants thinking that led to tool calls returned unchanged and in its place.
        """
        blocks = [block for _, block in sorted(self._blocks.items())]
        if not any(block.kind in _THINKING for block in blocks):
            return []
        return [sent for block in blocks if (sent := _sent_back(block))]

    def reply(self) -> ModelReply:
        """The whole reply, without its cost.

        Raises:
            Declined: The model declined.
            ContextOverflow: The conversation filled the model's context.
            TransientFailure: The stream ended before the reply did.
        """
        blocks = [block for _, block in sorted(self._blocks.items())]
        text = "".join(block.text for block in blocks if block.kind == "text")
        if self._stop == "refusal":
            why = clean(self._explanation) or text or "no explanation"
            usage = _whole_usage(self._usage)
            raise Declined(f"`{self._model}` declined: {why}", usage=usage)
        if not self._is_complete or not self._stop:
            raise TransientFailure(f"the reply of `{self._model}` was cut off")
        if self._stop == "model_context_window_exceeded":
            raise ContextOverflow(f"the conversation fills the context of `{self._model}`")
        calls = tuple(
            tool_call(
                call_id=block.id,
                name=block.name,
                raw_arguments=block.text,
                position=position,
            )
            for position, block in enumerate(b for b in blocks if b.kind == "tool_use")
        )
        stop = StopReason.TOOL_CALLS if calls else StopReason.END
        return ModelReply(
            message=AssistantMessage(text=text, tool_calls=calls),
            usage=_whole_usage(self._usage),
            stop_reason=StopReason.MAX_TOKENS if self._stop == "max_tokens" else stop,
            model=self._model,
        )


def _sent_back(block: _PartialBlock) -> dict[str, Any] | None:
    match block.kind:
        case "thinking":
            return {"type": "thinking", "thinking": block.text, "signature": block.signature}
        case "redacted_thinking":
            return {"type": "redacted_thinking", "data": block.data}
        case "text" if block.text.strip():
            return {"type": "text", "text": block.text}
        case "tool_use":
            call = tool_call(
                call_id=block.id, name=block.name, raw_arguments=block.text, position=0
            )
            return _use(call)
        case _:
            return None


def _use(call: ToolCall) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": echoed_arguments(call)}


def _whole_usage(usage: _Usage) -> Usage:
    read = usage.cache_read_input_tokens or 0
    write = usage.cache_creation_input_tokens or 0
    return Usage(
        tokens_in=(usage.input_tokens or 0) + read + write,
        tokens_out=usage.output_tokens or 0,
        cache_read_tokens=read,
        cache_write_tokens=write,
    )
