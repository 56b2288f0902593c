"""What is said between a strategy and a model: plain data, no provider's types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from speedwright.agent.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool the model may call.

    Attributes:
        name: `[a-z_]+`.
        description: For the model.
        parameters: JSON schema of the arguments object.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call the model asked for; hostile input until validated.

    Attributes:
        id: Provider's id of the call, echoed with the result.
        name: Tool asked for.
        arguments: Parsed arguments, or `None` if they were no JSON object.
        raw_arguments: Text as received.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] | None
    raw_arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """Text from us to the model."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantMessage:
    """What the model said."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool answered."""

    call_id: str
    name: str
    text: str
    is_error: bool = False


Message = UserMessage | AssistantMessage | ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One request.

    Attributes:
        system: System prompt.
        messages: Conversation so far, oldest first.
        tools: Tools on offer.
        max_tokens: Ceiling of the answer.
        temperature: Sampling temperature, `None` for the provider's default.
        situation: The same facts as data, for models that are programs (`rules`); not part of
            the request's hash and never sent to a service.
    """

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 8192
    temperature: float | None = None
    situation: Situation | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one reply; `tokens_in` counts everything sent, cached or not."""

    tokens_in: int = 0
    tokens_out: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


class StopReason(StrEnum):
    """Why the reply ended."""

    END = "end"
    TOOL_CALLS = "tool_calls"
    MAX_TOKENS = "max_tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """One reply.

    Attributes:
        message: What was said.
        usage: Tokens, as reported by the provider.
        stop_reason: Why it ended.
        model: Model id as the provider reported it.
        cost_usd: By the price table; `None` where the price is unknown.
    """

    message: AssistantMessage
    usage: Usage
    stop_reason: StopReason
    model: str
    cost_usd: float | None = None
