"""A cassette: what was asked of a model and what it answered, one JSON object a line.

A line is `{"schema_version", "request_hash", "model", "request", "reply" or "error"}`. The hash
covers what the strategy sends (system prompt, messages, tools, ceiling, temperature) and nothing of
the machine or of the model, so that a cassette recorded elsewhere replays here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from speedwright.agent.messages import (
    AssistantMessage,
    Message,
    ModelReply,
    ModelRequest,
    ToolResult,
    UserMessage,
)
from speedwright.agent.models.scrubber import Scrubber
from speedwright.errors import ContextOverflow, ModelError, ModelRefused, UsageError

SCHEMA_VERSION = 1

_REPLY = TypeAdapter(ModelReply)


class RecordedError(BaseModel):
    """A call that ended without a reply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["refused", "context_overflow", "model_error"]
    message: str

    @classmethod
    def of(cls, error: ModelError) -> RecordedError:
        """The record of an error."""
        match error:
            case ModelRefused():
                return cls(kind="refused", message=error.message)
            case ContextOverflow():
                return cls(kind="context_overflow", message=error.message)
            case _:
                return cls(kind="model_error", message=error.message)

    def error(self) -> ModelError:
        """The error to raise on replay."""
        match self.kind:
            case "refused":
                return ModelRefused(self.message)
            case "context_overflow":
                return ContextOverflow(self.message)
            case "model_error":
                return ModelError(self.message)
            case _:
                assert_never(self.kind)


class Line(BaseModel):
    """One exchange; exactly one of `reply` and `error` is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = Field(default=SCHEMA_VERSION, ge=1, le=SCHEMA_VERSION)
    request_hash: str
    model: str
    request: Mapping[str, Any]
    reply: Mapping[str, Any] | None = None
    error: RecordedError | None = None

    def outcome(self) -> ModelReply:
        """The recorded reply.

        Raises:
            ModelError: An error was recorded; the same one.
        """
        if self.error is not None:
            raise self.error.error()
        return _REPLY.validate_python(self.reply)


def request_json(request: ModelRequest, scrubber: Scrubber) -> dict[str, Any]:
    """What the strategy sends, as JSON data without keys."""
    data = {
        "system": request.system,
        "messages": [_message(message) for message in request.messages],
        "tools": [
            {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            }
            for tool in request.tools
        ],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
    }
    scrubbed: dict[str, Any] = scrubber.data(data)
    return scrubbed


def request_hash(request: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of `request_json`."""
    text = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def reply_json(reply: ModelReply, scrubber: Scrubber) -> dict[str, Any]:
    """A reply as JSON data without keys."""
    scrubbed: dict[str, Any] = scrubber.data(_REPLY.dump_python(reply, mode="json"))
    return scrubbed


def read_cassette(path: Path) -> Iterator[Line]:
    """Lines of a cassette in order; a torn last line, left by a kill, is skipped.

    Raises:
        UsageError: The file cannot be read or is no cassette.
    """
    hint = "record one with any run: every run folder has a cassette.jsonl"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"cannot read cassette `{path}`: {reason}", hint=hint) from error
    whole, _, _ = text.rpartition("\n")
    for number, row in enumerate(whole.split("\n") if whole else (), start=1):
        try:
            line = Line.model_validate_json(row)
            if line.error is None:
                _REPLY.validate_python(line.reply)
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(
                f"cassette `{path}`, line {number}: {first['msg']}", hint=hint
            ) from error
        yield line


def _message(message: Message) -> dict[str, Any]:
    match message:
        case UserMessage():
            return {"role": "user", "text": message.text}
        case AssistantMessage():
            calls = [
                {"id": call.id, "name": call.name, "arguments": call.raw_arguments}
                for call in message.tool_calls
            ]
            return {"role": "assistant", "text": message.text, "tool_calls": calls}
        case ToolResult():
            return {
                "role": "tool",
                "call_id": message.call_id,
                "name": message.name,
                "text": message.text,
                "is_error": message.is_error,
            }
