"""What a reply costs, by a table that can be replaced. An unknown price is no error.

A price belongs to one model and its dated snapshots (`gpt-x`, `gpt-x-2026-01-31`, `gpt-x-latest`),
never to names that merely begin alike: `gpt-x-pro` may cost ten times as much. An entry of a
user's table may end in `*` to say "everything that begins so".
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speedwright.agent.messages import ModelReply, Usage
from speedwright.errors import ConfigError

VARIABLE = "SPEEDWRIGHT_PRICES"

_SNAPSHOT = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
_PER_MILLION = 1e-6


class Price(BaseModel):
    """US dollars per million tokens of one model.

    Attributes:
        model: Name without a date, or a prefix ending in `*`.
        input: Tokens sent.
        output: Tokens received.
        cache_read: Tokens sent that the service had cached; `None` for the price of input.
        cache_write: Tokens sent that the service caches now; `None` for the price of input.
        source: Who published it, and when it was read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: str = Field(min_length=1)
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cache_read: float | None = Field(default=None, ge=0)
    cache_write: float | None = Field(default=None, ge=0)
    source: str = ""

    def cost_usd(self, usage: Usage) -> float:
        """Cost of one reply in US dollars."""
        read, write = usage.cache_read_tokens, usage.cache_write_tokens
        plain = max(0, usage.tokens_in - read - write)
        return _PER_MILLION * (
            plain * self.input
            + read * (self.input if self.cache_read is None else self.cache_read)
            + write * (self.input if self.cache_write is None else self.cache_write)
            + usage.tokens_out * self.output
        )


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = Field(ge=1, le=1)
    as_of: str
    note: str = ""
    models: tuple[Price, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """Prices by model.

    Attributes:
        as_of: Date of the packaged table.
        prices: Earlier entries win over later ones of the same name.
    """

    as_of: str
    prices: tuple[Price, ...]

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> PriceTable:
        """The packaged table, with the entries of `SPEEDWRIGHT_PRICES=FILE` before it.

        Raises:
            ConfigError: The user's file cannot be read or is no price table.
        """
        packaged = _packaged()
        path = environ.get(VARIABLE)
        if not path:
            return packaged
        own = _read(Path(path))
        return cls(as_of=packaged.as_of, prices=own.models + packaged.prices)

    def price(self, model: str) -> Price | None:
        """The price of a model: an exact name, then its name without a date, then a prefix."""
        for name in (model, _SNAPSHOT.sub("", model)):
            for price in self.prices:
                if price.model == name:
                    return price
        begins = [
            p for p in self.prices if p.model.endswith("*") and model.startswith(p.model[:-1])
        ]
        return max(begins, key=lambda price: len(price.model), default=None)


def priced(reply: ModelReply, table: PriceTable, *, asked: str) -> ModelReply:
    """`reply` with its cost, by the name the service reports or else the one asked for."""
    price = table.price(reply.model) or table.price(asked)
    cost_usd = None if price is None else price.cost_usd(reply.usage)
    return dataclasses.replace(reply, cost_usd=cost_usd)


@cache
def _packaged() -> PriceTable:
    text = (resources.files("speedwright.agent.models") / "prices.json").read_text("utf-8")
    document = _Document.model_validate_json(text)
    return PriceTable(as_of=document.as_of, prices=document.models)


def _read(path: Path) -> _Document:
    hint = f"{VARIABLE} names a file like agent/models/prices.json"
    try:
        return _Document.model_validate(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(f"cannot read prices `{path}`: {error.strerror}", hint=hint) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"prices `{path}`: `{where}`: {first['msg']}", hint=hint) from error
    except ValueError as error:
        raise ConfigError(f"prices `{path}` is no JSON: {error}", hint=hint) from error
