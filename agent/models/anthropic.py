"""Models behind the Anthropic Messages protocol."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from speedwright.agent.messages import ModelReply, ModelRequest
from speedwright.agent.models.anthropic_wire import ReplyBuilder, identity, payload
from speedwright.agent.models.endpoint import ANTHROPIC, Endpoint, endpoint
from speedwright.agent.models.failures import Refusal, TransientFailure, failure
from speedwright.agent.models.prices import PriceTable, priced
from speedwright.agent.models.scrubber import Scrubber
from speedwright.agent.models.transport import ReplyLimits, bounded_client, foreign_headers
from speedwright.errors import SpeedwrightError

if TYPE_CHECKING:
    import anthropic

    from speedwright.agent.models.spec import ModelSpec

_MAX_THOUGHTS = 200


class AnthropicModel:
    """One model of one endpoint. Does not retry: `Retrying` does, so that one place counts.

    Args:
        name: Model id, passed through.
        endpoint: Address and key.
        spec: Spec to report.
        scrubber: Cleans what the service says before it is shown.
        prices: Price table.
        limits: Bounds of one exchange.
    """

    def __init__(
        self,
        *,
        name: str,
        endpoint: Endpoint,
        spec: str,
        scrubber: Scrubber,
        prices: PriceTable,
        limits: ReplyLimits | None = None,
    ) -> None:
        self._name = name
        self._endpoint = endpoint
        self._spec = spec
        self._scrub = scrubber.text
        self._prices = prices
        self._limits = limits or ReplyLimits()
        self._client: anthropic.Anthropic | None = None
        # Thinking is opaque and of use to this service alone, so it is kept here and not in our
        # messages. After a resume it is gone, and the turn goes out without it.
        self._thoughts: dict[Hashable, list[dict[str, Any]]] = {}
        self._lock = threading.Lock()

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, environ: Mapping[str, str]) -> AnthropicModel:
        """The model a spec names.

        Raises:
            KeyMissing: There is no key for it.
            ConfigError: The price table or the base URL in the environment is wrong.
        """
        return cls(
            name=spec.name,
            endpoint=endpoint(ANTHROPIC, spec.url, environ),
            spec=str(spec),
            scrubber=Scrubber(environ),
            prices=PriceTable.load(environ),
        )

    def __repr__(self) -> str:
        """The spec; never the key."""
        return f"AnthropicModel({self._spec!r})"

    @property
    def spec(self) -> str:
        """The spec it was made from."""
        return self._spec

    @property
    def prices(self) -> PriceTable:
        """The table its replies are priced with."""
        return self._prices

    @property
    def priced_as(self) -> str:
        """Name to look up in the price table."""
        return self._name

    def complete(self, request: ModelRequest) -> ModelReply:
        """See `Model.complete`; asks the service exactly once.

        Raises:
            TransientFailure: No complete answer came.
        """
        import anthropic
        import httpx2

        with self._lock:
            body = payload(request, model=self._name, thoughts=self._thoughts)
        try:
            reply = self._read(self._connected(), body)
        except anthropic.APIStatusError as error:
            refusal = Refusal(
                status=error.status_code,
                kind=error.type or "",
                message=self._scrub(str(error.api_message or error.message)),
                retry_after=error.response.headers.get("retry-after", ""),
            )
            raise failure(refusal, model=self._name, endpoint=self._endpoint) from None
        except anthropic.APIConnectionError as error:  # includes timeouts
            raise self._cut(error.__cause__ or error) from None
        except (anthropic.APIError, httpx2.HTTPError, httpx2.StreamError, ValueError) as error:
            # ValueError: what came was no JSON, no UTF-8 or no message. The SDK lets the HTTP
            # library's errors through once a stream has begun.
            raise self._cut(error) from None
        return priced(reply, self._prices, asked=self._name)

    def _read(self, client: anthropic.Anthropic, body: Mapping[str, Any]) -> ModelReply:
        builder = ReplyBuilder(self._name)
        create = cast("Callable[..., Any]", client.messages.create)
        with create(**body) as stream:
            for event in stream:
                builder.add(_plain(event))
        reply, content = builder.reply(), builder.content()
        if content:
            with self._lock:
                self._thoughts[identity(reply.message)] = content
                while len(self._thoughts) > _MAX_THOUGHTS:
                    del self._thoughts[next(iter(self._thoughts))]
        return reply

    def _connected(self) -> anthropic.Anthropic:
        import anthropic

        uses_token = self._endpoint.key_variable == "ANTHROPIC_AUTH_TOKEN"
        with self._lock:
            if self._client is None:
                # An explicit credential keeps the SDK from looking for profiles on disk.
                self._client = anthropic.Anthropic(
                    api_key=None if uses_token else self._endpoint.key,
                    auth_token=self._endpoint.key if uses_token else None,
                    # The SDK adds /v1 itself, people write it as they do for other servers.
                    base_url=self._endpoint.base_url.removesuffix("/v1"),
                    max_retries=0,
                    default_headers=foreign_headers(self._endpoint, os.environ, anthropic.Omit),
                    http_client=bounded_client(self._limits, base_url=self._endpoint.base_url),
                )
            return self._client

    def _cut(self, error: BaseException) -> SpeedwrightError:
        what = "made no sense" if isinstance(error, ValidationError) else "did not answer in full"
        text = self._scrub(f"{type(error).__name__}: {error}".splitlines()[0])
        return TransientFailure(f"`{self._endpoint.base_url}` {what} ({text})")


def _plain(event: Any) -> Any:
    # The SDK builds its objects without checking them, so their fields may hold anything.
    return event.model_dump(warnings=False) if hasattr(event, "model_dump") else event
