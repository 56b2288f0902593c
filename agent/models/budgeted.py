"""A model behind the budget's gate."""

from __future__ import annotations

import json
from typing import Protocol, runtime_checkable

from speedwright.agent.budget import Budget, Estimate
from speedwright.agent.interfaces import Model
from speedwright.agent.messages import (
    AssistantMessage,
    ModelReply,
    ModelRequest,
    StopReason,
    Usage,
)
from speedwright.agent.models.failures import Declined
from speedwright.agent.models.prices import PriceTable

# Code has some 3 to 4 bytes a token; the worst case is wanted.
_BYTES_PER_TOKEN = 3
_TOKENS_PER_MESSAGE = 16


@runtime_checkable
class Priced(Protocol):
    """A model whose replies cost money by a table; others cost nothing."""

    @property
    def prices(self) -> PriceTable:
        """The table."""

    @property
    def priced_as(self) -> str:
        """Name to look up."""


class Budgeted:
    """Asks the gate before each call and charges each reply.

    Args:
        model: Whom to ask.
        budget: The gate.
        priced: The innermost model, if its price can be looked up.
        is_free: Calls cost neither money nor tokens.
    """

    def __init__(
        self,
        model: Model,
        budget: Budget,
        *,
        priced: Priced | None = None,
        is_free: bool = False,
    ) -> None:
        self._model = model
        self._budget = budget
        self._priced = priced
        self._is_free = is_free

    @property
    def spec(self) -> str:
        """The wrapped model's spec."""
        return self._model.spec

    def complete(self, request: ModelRequest) -> ModelReply:
        """See `Model.complete`.

        Raises:
            BudgetExhausted: The worst case of the call does not fit; nothing was asked.
        """
        ticket = self._budget.check_model_call(self.estimate(request))
        try:
            reply = self._model.complete(request)
            self._budget.charge(reply, ticket)
        except Declined as declined:
            self._budget.charge(self._declined(declined), ticket)
            raise
        finally:
            self._budget.release(ticket)
        return reply

    def estimate(self, request: ModelRequest) -> Estimate:
        """The worst case of a request: all of it sent uncached, the longest answer."""
        if self._is_free:
            return Estimate(tokens=0, usd=0.0)
        tokens_in = _tokens(request)
        worst = Usage(
            tokens_in=tokens_in, cache_write_tokens=tokens_in, tokens_out=request.max_tokens
        )
        return Estimate(tokens=tokens_in + request.max_tokens, usd=self._cost_usd(worst))

    def _cost_usd(self, usage: Usage) -> float | None:
        if self._priced is None:
            return None
        price = self._priced.prices.price(self._priced.priced_as)
        return None if price is None else price.cost_usd(usage)

    def _declined(self, declined: Declined) -> ModelReply:
        return ModelReply(
            message=AssistantMessage(text=""),
            usage=declined.usage,
            stop_reason=StopReason.END,
            model=self.spec,
            cost_usd=self._cost_usd(declined.usage),
        )


def _tokens(request: ModelRequest) -> int:
    texts = [request.system]
    for message in request.messages:
        texts.append(message.text)
        if isinstance(message, AssistantMessage):
            texts.extend(call.name + call.raw_arguments for call in message.tool_calls)
    texts.extend(
        tool.name + tool.description + json.dumps(dict(tool.parameters)) for tool in request.tools
    )
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return size // _BYTES_PER_TOKEN + _TOKENS_PER_MESSAGE * (len(request.messages) + 1)
