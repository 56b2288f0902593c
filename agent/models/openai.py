"""Models behind the OpenAI Chat Completions protocol: the service itself and compatible servers."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from speedwright.agent.messages import ModelReply, ModelRequest
from speedwright.agent.models.endpoint import OPENAI, Endpoint, endpoint
from speedwright.agent.models.failures import Refusal, TransientFailure, failure
from speedwright.agent.models.openai_wire import Dialect, ReplyBuilder, payload
from speedwright.agent.models.prices import PriceTable, priced
from speedwright.agent.models.scrubber import Scrubber
from speedwright.agent.models.transport import ReplyLimits, bounded_client, foreign_headers
from speedwright.errors import SpeedwrightError

if TYPE_CHECKING:
    import openai

    from speedwright.agent.models.spec import ModelSpec


class OpenAIModel:
    """One model of one endpoint. Does not retry: `Retrying` does, so that one place counts.

    Args:
        name: Model id, passed through.
        endpoint: Address and key.
        spec: Spec to report.
        scrubber: Cleans what the service says before it is shown.
        prices: Price table.
        limits: Bounds of one exchange.
        dialect: How to ask; by default the service's own at its own address, the widely
            understood one elsewhere.
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
        dialect: Dialect | None = None,
    ) -> None:
        self._name = name
        self._endpoint = endpoint
        self._spec = spec
        self._scrub = scrubber.text
        self._prices = prices
        self._limits = limits or ReplyLimits()
        ceiling = "max_completion_tokens" if endpoint.is_official else "max_tokens"
        self._dialect = dialect or Dialect(ceiling=ceiling)
        self._client: openai.OpenAI | None = None
        self._lock = threading.Lock()

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, environ: Mapping[str, str]) -> OpenAIModel:
        """The model a spec names.

        Raises:
            KeyMissing: There is no key for it.
            ConfigError: The price table or the base URL in the environment is wrong.
        """
        return cls(
            name=spec.name,
            endpoint=endpoint(OPENAI, spec.url, environ),
            spec=str(spec),
            scrubber=Scrubber(environ),
            prices=PriceTable.load(environ),
        )

    def __repr__(self) -> str:
        """The spec; never the key."""
        return f"OpenAIModel({self._spec!r})"

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
        """See `Model.complete`; asks the service once (again only in another dialect)."""
        outcome = self._ask(request)
        while isinstance(outcome, Refusal):
            adapted = self._dialect.adapted(outcome.message) if outcome.status == 400 else None
            if adapted is None:
                raise failure(outcome, model=self._name, endpoint=self._endpoint)
            self._dialect = adapted
            outcome = self._ask(request)
        return priced(outcome, self._prices, asked=self._name)

    def _ask(self, request: ModelRequest) -> ModelReply | Refusal:
        """One exchange: the reply, or the HTTP answer that is none.

        Raises:
            TransientFailure: No complete answer came.
            ModelRefused: The model declined.
        """
        import httpx2
        import openai

        body = payload(request, model=self._name, dialect=self._dialect)
        try:
            return self._read(self._connected(), body)
        except openai.APIStatusError as error:
            return self._refusal(error, error.status_code, error.response.headers)
        except openai.APIConnectionError as error:  # includes timeouts
            raise self._cut(error.__cause__ or error) from None
        except openai.APIError as error:  # an error inside the stream
            return self._refusal(error, 200, {})
        except (httpx2.HTTPError, httpx2.StreamError, ValueError) as error:
            # ValueError: what came was no JSON, no UTF-8 or no completion.
            raise self._cut(error) from None

    def _read(self, client: openai.OpenAI, body: Mapping[str, Any]) -> ModelReply:
        builder = ReplyBuilder(self._name)
        create = cast("Callable[..., Any]", client.chat.completions.with_raw_response.create)
        raw = create(**body)
        # Some compatible servers answer with one document although a stream was asked for.
        if "json" in raw.headers.get("content-type", ""):
            builder.add(json.loads(raw.http_response.read()))
        else:
            with raw.parse() as stream:
                for chunk in stream:
                    builder.add(_plain(chunk))
        return builder.reply()

    def _connected(self) -> openai.OpenAI:
        import openai

        with self._lock:
            if self._client is None:
                self._client = openai.OpenAI(
                    api_key=self._endpoint.key,
                    base_url=self._endpoint.base_url,
                    max_retries=0,
                    default_headers=foreign_headers(self._endpoint, os.environ, openai.Omit),
                    http_client=bounded_client(self._limits, base_url=self._endpoint.base_url),
                )
            return self._client

    def _refusal(self, error: openai.APIError, status: int, headers: Mapping[str, str]) -> Refusal:
        kind = error.code or error.type or ""
        return Refusal(
            status=status,
            kind=kind if isinstance(kind, str) else "",
            message=self._scrub(str(error.message)),
            retry_after=headers.get("retry-after", ""),
        )

    def _cut(self, error: BaseException) -> SpeedwrightError:
        what = "made no sense" if isinstance(error, ValidationError) else "did not answer in full"
        text = self._scrub(f"{type(error).__name__}: {error}".splitlines()[0])
        return TransientFailure(f"`{self._endpoint.base_url}` {what} ({text})")


def _plain(chunk: Any) -> Any:
    # The SDK builds its objects without checking them, so their fields may hold anything.
    return chunk.model_dump(warnings=False) if hasattr(chunk, "model_dump") else chunk
