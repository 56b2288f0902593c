"""OpenAI Chat Completions as data: our request to their payload, their chunks to our reply."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Where compatible servers differ.

    Attributes:
        ceiling: Name of the token ceiling; the service itself deprecates `max_tokens`, many
            compatible servers know nothing else.
        takes_temperature: Reasoning models refuse a temperature.
        streams: Ask for a stream.
        has_swapped: The other name of the ceiling was tried already.
    """

    ceiling: str = "max_completion_tokens"
    takes_temperature: bool = True
    streams: bool = True
    has_swapped: bool = False

    def adapted(self, complaint: str) -> Dialect | None:
        """The dialect to try after a 400 with this text, `None` if it names none of these."""
        other = "max_tokens" if self.ceiling == "max_completion_tokens" else "max_completion_tokens"
        is_unknown = any(word in complaint for word in ("upport", "nrecognized", "nknown"))
        if self.ceiling in complaint and is_unknown and not self.has_swapped:
            return replace(self, ceiling=other, has_swapped=True)
        if self.takes_temperature and "temperature" in complaint and is_unknown:
            return replace(self, takes_temperature=False)
        return None


def payload(request: ModelRequest, *, model: str, dialect: Dialect) -> dict[str, Any]:
    """Keyword arguments of `chat.completions.create`."""
    messages = [{"role": "system", "content": request.system}] if request.system else []
    body: dict[str, Any] = {
        "model": model,
        "messages": messages + [_message(message) for message in request.messages],
        dialect.ceiling: request.max_tokens,
        "stream": dialect.streams,
    }
    if dialect.streams:
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters),
                },
            }
            for tool in request.tools
        ]
    if request.temperature is not None and dialect.takes_temperature:
        body["temperature"] = request.temperature
    sendable: dict[str, Any] = clean_data(body)
    return sendable


def _message(message: Message) -> dict[str, Any]:
    match message:
        case UserMessage():
            return {"role": "user", "content": message.text or EMPTY_TEXT}
        case ToolResult():
            # The protocol has no error flag, so the text must say it.
            text = f"[tool failed] {message.text}" if message.is_error else message.text
            return {"role": "tool", "tool_call_id": message.call_id, "content": text or EMPTY_TEXT}
        case AssistantMessage(tool_calls=()):
            return {"role": "assistant", "content": message.text or EMPTY_TEXT}
        case AssistantMessage():
            calls = [_echo(call) for call in message.tool_calls]
            return {"role": "assistant", "content": message.text or None, "tool_calls": calls}


def _echo(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(echoed_arguments(call), ensure_ascii=False)
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Function(_Lenient):
    name: str | None = None
    # Some compatible servers send an object where the protocol says text.
    arguments: str | dict[str, Any] | None = None


class _Call(_Lenient):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Delta(_Lenient):
    content: str | None = None
    refusal: str | None = None
    tool_calls: Sequence[_Call] | None = None


class _Choice(_Lenient):
    index: int = 0
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None


class _Details(_Lenient):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _Usage(_Lenient):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Chunk(_Lenient):
    model: str | None = None
    choices: Sequence[_Choice] | None = None
    usage: _Usage | None = None


@dataclass(slots=True)
class _PartialCall:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ReplyBuilder:
    """Puts the chunks of one reply together; a whole completion counts as one chunk.

    Args:
        model: Name asked for, reported where the service names none.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, _PartialCall] = {}
        self._finish = ""
        self._usage = Usage()

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take in one chunk.

        Raises:
            pydantic.ValidationError: It is no chunk of a completion.
        """
        parsed = _Chunk.model_validate(chunk)
        self._model = parsed.model or self._model
        if parsed.usage is not None:
            self._usage = _usage(parsed.usage)
        for choice in parsed.choices or ():
            if choice.index == 0:
                self._finish = choice.finish_reason or self._finish
                self._add_delta(choice.delta or choice.message or _Delta())

    def _add_delta(self, delta: _Delta) -> None:
        self._text.append(delta.content or "")
        self._refusal.append(delta.refusal or "")
        for position, part in enumerate(delta.tool_calls or ()):
            call = self._calls.setdefault(
                position if part.index is None else part.index, _PartialCall()
            )
            call.id = part.id or call.id
            if part.function is not None:
                call.name = call.name or part.function.name or ""
                arguments = part.function.arguments
                call.arguments.append(
                    json.dumps(arguments) if isinstance(arguments, dict) else arguments or ""
                )

    def reply(self) -> ModelReply:
        """The whole reply, without its cost.

        Raises:
            Declined: The model declined.
            TransientFailure: The stream ended before the reply did.
        """
        text, refusal = clean("".join(self._text)), clean("".join(self._refusal))
        if refusal or self._finish == "content_filter":
            why = refusal or text or "content filter"
            raise Declined(f"`{self._model}` declined: {why}", usage=self._usage)
        if not self._finish:
            raise TransientFailure(f"the reply of `{self._model}` was cut off")
        calls = tuple(
            tool_call(
                call_id=partial.id,
                name=partial.name,
                raw_arguments="".join(partial.arguments),
                position=position,
            )
            for position, (_, partial) in enumerate(sorted(self._calls.items()))
        )
        return ModelReply(
            message=AssistantMessage(text=text, tool_calls=calls),
            usage=self._usage,
            stop_reason=self._stop_reason(),
            model=self._model,
        )

    def _stop_reason(self) -> StopReason:
        if self._finish == "length":
            return StopReason.MAX_TOKENS
        # Some servers say `stop` although there are calls.
        return StopReason.TOOL_CALLS if self._calls else StopReason.END


def _usage(usage: _Usage) -> Usage:
    details = usage.prompt_tokens_details or _Details()
    return Usage(
        tokens_in=usage.prompt_tokens or 0,
        tokens_out=usage.completion_tokens or 0,
        cache_read_tokens=details.cached_tokens or 0,
        cache_write_tokens=details.cache_write_tokens or 0,
    )
