"""What both services' replies have in common: tool arguments and text as they come off the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from speedwright.agent.messages import ToolCall

EMPTY_TEXT = "(nothing)"
_MAX_ECHO_CHARS = 2000


def tool_call(*, call_id: str, name: str, raw_arguments: str, position: int) -> ToolCall:
    """A tool call as received; arguments that are no JSON object become `None`.

    Args:
        call_id: Provider's id; some local servers send none, then the position serves.
        name: Tool asked for.
        raw_arguments: Text as received.
        position: Place in the reply, from 0.
    """
    return ToolCall(
        id=call_id or f"call_{position}",
        name=clean(name),
        arguments=parse_arguments(raw_arguments),
        raw_arguments=clean(raw_arguments),
    )


def parse_arguments(raw: str) -> Mapping[str, Any] | None:
    """The JSON object in `raw`, or `None`. No text at all means no arguments."""
    if not raw.strip():
        return {}
    try:
        parsed = json.loads(raw, parse_constant=_refuse_constant)
        # Half of a surrogate pair (`\\ud800`) parses, but can be neither stored nor sent.
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def echoed_arguments(call: ToolCall) -> dict[str, Any]:
    """Arguments to show the model as its own in the next request.

    Services parse them, so text that is no JSON object is wrapped in one.
    """
    if call.arguments is not None:
        return dict(call.arguments)
    return {"malformed_arguments": call.raw_arguments[:_MAX_ECHO_CHARS]}


def clean(text: str) -> str:
    """`text` with what cannot be encoded as UTF-8 replaced by `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")


def clean_data(data: Any) -> Any:
    """JSON-like data with all text cleaned; file names and program output may hold anything."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, Mapping):
        return {clean_data(key): clean_data(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [clean_data(item) for item in data]
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
