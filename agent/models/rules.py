"""The catalogue as a model: free, deterministic, offline."""

from __future__ import annotations

import json

from speedwright.agent.messages import (
    AssistantMessage,
    ModelReply,
    ModelRequest,
    StopReason,
    ToolCall,
    Usage,
)
from speedwright.agent.rules.catalogue import propose
from speedwright.agent.rules.rewrite import Rewrite

NOTHING_LEFT = "the catalogue has nothing more"


class RulesModel:
    """Proposes the catalogue's rewrites one by one, best prospect first.

    It reads `ModelRequest.situation` and keeps no state of its own: what was tried stands there.
    """

    @property
    def spec(self) -> str:
        """Always `rules`."""
        return "rules"

    def complete(self, request: ModelRequest) -> ModelReply:
        """`write_file` and `submit` for the next rewrite, or `finish` when there is none."""
        situation = request.situation
        rewrite = None if situation is None else next(propose(situation), None)
        if rewrite is None:
            return _reply(NOTHING_LEFT, (_call("finish", {"summary": NOTHING_LEFT}, "end"),))
        return _reply(rewrite.summary, _submission(rewrite))


def _submission(rewrite: Rewrite) -> tuple[ToolCall, ...]:
    mark = rewrite.fingerprint
    summary = f"{rewrite.rule_id}: {rewrite.summary}"
    return (
        _call("write_file", {"path": rewrite.path, "text": rewrite.source}, mark),
        _call("submit", {"summary": summary, "fingerprint": mark}, mark),
    )


def _call(name: str, arguments: dict[str, str], mark: str) -> ToolCall:
    return ToolCall(
        id=f"{name}-{mark}", name=name, arguments=arguments, raw_arguments=json.dumps(arguments)
    )


def _reply(text: str, calls: tuple[ToolCall, ...]) -> ModelReply:
    return ModelReply(
        message=AssistantMessage(text=text, tool_calls=calls),
        usage=Usage(),
        stop_reason=StopReason.TOOL_CALLS,
        model="rules",
        cost_usd=0.0,
    )
