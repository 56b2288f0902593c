"""A double: a model that says what a file or a list tells it to, for tests and demonstrations.

The file is JSON: `{"schema_version": 1, "replies": [...], "when_done": "end"}`, each reply one of

- `{"text": "...", "tool_calls": [{"name": "...", "arguments": {...}}], "usage": {"tokens_in": 10},
  "stop_reason": "end", "cost_usd": 0.01}`, all optional; `raw_arguments` instead of `arguments`
  takes any text, also malformed;
- `{"error": "rate_limit", "message": "...", "retry_after_s": 1}` raises instead of answering;
- `{"sleep_s": 0.5}` waits and goes on to the next one.

After the last reply it says nothing (`"when_done": "end"`) or fails (`"when_done": "error"`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speedwright.agent.messages import (
    AssistantMessage,
    ModelReply,
    ModelRequest,
    StopReason,
    Usage,
)
from speedwright.agent.models.failures import Declined, TransientFailure
from speedwright.agent.models.wire import tool_call
from speedwright.errors import (
    ContextOverflow,
    KeyMissing,
    ModelError,
    SpeedwrightError,
    UsageError,
)

if TYPE_CHECKING:
    from speedwright.agent.models.spec import ModelSpec

_HINT = 'for example {"schema_version": 1, "replies": [{"text": "hello"}]}'


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ScriptedCall(_Strict):
    """A tool call to make."""

    name: str
    id: str = ""
    arguments: Mapping[str, Any] | None = None
    raw_arguments: str | None = None


class ScriptedUsage(_Strict):
    """Tokens to report."""

    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    cache_read_tokens: int = Field(default=0, ge=0)
    cache_write_tokens: int = Field(default=0, ge=0)


class ScriptedReply(_Strict):
    """A reply to give."""

    text: str = ""
    tool_calls: tuple[ScriptedCall, ...] = ()
    usage: ScriptedUsage = ScriptedUsage()
    stop_reason: StopReason | None = None
    cost_usd: float | None = Field(default=0.0, ge=0)


class ScriptedError(_Strict):
    """An error to raise."""

    error: Literal[
        "rate_limit", "server_error", "timeout", "refused", "context_overflow", "key", "model_error"
    ]
    message: str = "as scripted"
    retry_after_s: float | None = Field(default=None, ge=0)


class ScriptedSleep(_Strict):
    """A pause to make."""

    sleep_s: float = Field(ge=0)


ScriptedStep = ScriptedReply | ScriptedError | ScriptedSleep


class _Script(_Strict):
    schema_version: int = Field(ge=1, le=1)
    replies: tuple[ScriptedError | ScriptedSleep | ScriptedReply, ...]
    when_done: Literal["end", "error"] = "end"


class ScriptedModel:
    """Gives its replies in order, whatever is asked. A double, for tests and demonstrations.

    Args:
        source: Script file, or the steps themselves (data in the shape of the file, or objects).
        when_done: After the last step of a list say nothing (`end`) or fail (`error`).
        sleep: Waits.

    Attributes:
        requests: What was asked so far.

    Raises:
        UsageError: The script cannot be read.
    """

    def __init__(
        self,
        source: Path | Sequence[ScriptedStep | Mapping[str, Any]],
        *,
        when_done: Literal["end", "error"] = "end",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._spec = f"scripted:{source}" if isinstance(source, Path) else "scripted:list"
        script = _read(source) if isinstance(source, Path) else _parse(source, when_done)
        self._steps = script.replies
        self._when_done = script.when_done
        self._sleep = sleep
        self._next = 0
        self._lock = threading.Lock()
        self.requests: list[ModelRequest] = []

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, environ: Mapping[str, str]) -> ScriptedModel:
        """The model a spec names.

        Raises:
            UsageError: The script cannot be read.
        """
        return cls(Path(spec.name))

    @property
    def spec(self) -> str:
        """`scripted:FILE`."""
        return self._spec

    def complete(self, request: ModelRequest) -> ModelReply:
        """See `Model.complete`."""
        self.requests.append(request)
        while True:
            step, number = self._take()
            match step:
                case ScriptedReply():
                    return self._reply(step, number)
                case ScriptedError():
                    raise _error(step)
                case ScriptedSleep():
                    self._sleep(step.sleep_s)
                case None if self._when_done == "end":
                    return self._reply(ScriptedReply(), number)
                case None:
                    raise ModelError(
                        f"`{self._spec}` has no reply left after {len(self._steps)}",
                        hint='add replies, or end the script with "when_done": "end"',
                    )

    def _take(self) -> tuple[ScriptedStep | None, int]:
        with self._lock:
            number = self._next
            self._next += 1
        return (self._steps[number] if number < len(self._steps) else None), number

    def _reply(self, step: ScriptedReply, number: int) -> ModelReply:
        calls = tuple(
            tool_call(
                call_id=call.id or f"call_{number}_{position}",
                name=call.name,
                raw_arguments=_raw(call),
                position=position,
            )
            for position, call in enumerate(step.tool_calls)
        )
        stop = StopReason.TOOL_CALLS if calls else StopReason.END
        return ModelReply(
            message=AssistantMessage(text=step.text, tool_calls=calls),
            usage=Usage(**step.usage.model_dump()),
            stop_reason=step.stop_reason or stop,
            model=self._spec,
            cost_usd=step.cost_usd,
        )


def _raw(call: ScriptedCall) -> str:
    if call.raw_arguments is not None:
        return call.raw_arguments
    return json.dumps(dict(call.arguments or {}), ensure_ascii=False)


def _error(step: ScriptedError) -> SpeedwrightError:
    match step.error:
        case "rate_limit" | "server_error" | "timeout":
            return TransientFailure(step.message, retry_after_s=step.retry_after_s)
        case "refused":
            return Declined(step.message, usage=Usage())
        case "context_overflow":
            return ContextOverflow(step.message)
        case "key":
            return KeyMissing(step.message)
        case "model_error":
            return ModelError(step.message)
        case _:
            assert_never(step.error)


def _read(path: Path) -> _Script:
    try:
        return _Script.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read script `{path}`: {error.strerror}", hint=_HINT) from error
    except ValidationError as error:
        raise UsageError(f"script `{path}`: {_first(error)}", hint=_HINT) from error


def _parse(
    steps: Sequence[ScriptedStep | Mapping[str, Any]], when_done: Literal["end", "error"]
) -> _Script:
    try:
        return _Script(schema_version=1, replies=tuple(steps), when_done=when_done)  # type: ignore[arg-type]  # pydantic parses mappings
    except ValidationError as error:
        raise UsageError(f"script: {_first(error)}", hint=_HINT) from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"`{'.'.join(str(part) for part in first['loc'])}`: {first['msg']}"
