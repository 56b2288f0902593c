from __future__ import annotations

import json
import re

import pytest

from speedwright.agent.messages import AssistantMessage, ModelReply, StopReason, Usage
from speedwright.agent.models.prices import PriceTable, priced
from speedwright.errors import ConfigError


def _table(tmp_path, *models: dict) -> PriceTable:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"schema_version": 1, "as_of": "2026-01-01", "models": models}))
    return PriceTable.load({"SPEEDWRIGHT_PRICES": str(path)})


def test_the_packaged_table_is_dated_sourced_and_without_doubles():
    table = PriceTable.load({})
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", table.as_of)
    names = [price.model for price in table.prices]
    assert len(names) == len(set(names)) > 10
    for price in table.prices:
        assert price.source and price.output >= price.input > 0
        assert price.cache_read is None or price.cache_read < price.input


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gpt-4.1", "gpt-4.1"),
        ("gpt-4.1-2025-04-14", "gpt-4.1"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("claude-opus-4-5@20251101", "claude-opus-4-5"),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("gpt-5-pro", None),  # begins like gpt-5 and costs far more
        ("gpt-4.1-huge", None),
        ("llama3:8b", None),
        ("", None),
    ],
)
def test_a_price_holds_for_a_model_and_its_dated_snapshots(name, found):
    price = PriceTable.load({}).price(name)
    assert (price.model if price else None) == found


def test_cost_counts_cached_tokens_at_their_own_price(tmp_path):
    table = _table(
        tmp_path, {"model": "m", "input": 10, "output": 50, "cache_read": 1, "cache_write": 12}
    )
    usage = Usage(tokens_in=100, tokens_out=10, cache_read_tokens=60, cache_write_tokens=30)
    price = table.price("m")
    assert price is not None
    assert price.cost_usd(usage) == pytest.approx(1e-6 * (10 * 10 + 60 * 1 + 30 * 12 + 10 * 50))


def test_without_a_cache_price_the_price_of_input_holds(tmp_path):
    price = _table(tmp_path, {"model": "m", "input": 10, "output": 0}).price("m")
    assert price is not None
    assert price.cost_usd(Usage(tokens_in=100, cache_read_tokens=100)) == pytest.approx(1e-3)


def test_a_user_s_table_comes_first_and_takes_prefixes(tmp_path):
    table = _table(
        tmp_path,
        {"model": "gpt-4.1", "input": 1, "output": 1},
        {"model": "local/*", "input": 0, "output": 0},
        {"model": "local/big*", "input": 3, "output": 3},
    )
    assert table.price("gpt-4.1-2025-04-14").input == 1  # type: ignore[union-attr]
    assert table.price("local/small").input == 0  # type: ignore[union-attr]
    assert table.price("local/big-one").input == 3  # type: ignore[union-attr]
    assert table.price("o3") is not None  # the packaged ones stay


def test_unknown_price_is_no_error():
    reply = ModelReply(
        message=AssistantMessage(text=""),
        usage=Usage(tokens_in=5),
        stop_reason=StopReason.END,
        model="nobody-knows",
    )
    assert priced(reply, PriceTable.load({}), asked="nobody-knows").cost_usd is None
    # A gateway may report another name than the one asked for.
    assert priced(reply, PriceTable.load({}), asked="gpt-4.1").cost_usd == pytest.approx(1e-5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{oops", "is no JSON"),
        ('{"schema_version": 1, "as_of": "x", "models": [{"model": "m"}]}', "models.0.input"),
        ('{"schema_version": 9, "as_of": "x", "models": []}', "schema_version"),
        (
            '{"schema_version": 1, "as_of": "x", "models":'
            ' [{"model": "m", "input": -1, "output": 1}]}',
            "models.0.input",
        ),
    ],
)
def test_a_wrong_table_says_where(tmp_path, text, words):
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words):
        PriceTable.load({"SPEEDWRIGHT_PRICES": str(path)})


def test_a_missing_table_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot read prices"):
        PriceTable.load({"SPEEDWRIGHT_PRICES": str(tmp_path / "none.json")})
