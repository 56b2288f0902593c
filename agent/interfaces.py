"""What the rest of speedwright calls when it wants a proposal."""

from __future__ import annotations

from typing import Protocol

from speedwright.agent.messages import ModelReply, ModelRequest


class Model(Protocol):
    """Answers one request; wrappers (`Recording`, `Budgeted`, …) are models too."""

    @property
    def spec(self) -> str:
        """The spec it was made from, without secrets, e.g. `openai:gpt-x`."""

    def complete(self, request: ModelRequest) -> ModelReply:
        """One reply.

        Raises:
            KeyMissing: No key, or it was refused.
            ModelRefused: The model declined.
            ContextOverflow: The request is too long.
            ModelError: It did not answer after all retries.
            BudgetExhausted: The gate before the call is closed.
        """
