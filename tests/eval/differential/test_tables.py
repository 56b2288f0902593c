"""Tables and tensors: content is compared, by the rules for numbers and arrays."""

from __future__ import annotations

import copy
from typing import Any

import numpy
import pandas
import pytest

from speedwright.eval.differential.compare import Kind, compare_outcomes
from speedwright.eval.differential.inside.encode import Encoder

FRAME = {"a": [1, 2], "b": [0.5, float("nan")]}
DAYS = pandas.date_range("2026-11-30", periods=2)


def outcome(value: Any) -> dict[str, Any]:
    encoder = Encoder(100_000, is_outcome=True)
    found = {"kind": "returned", "args": [], "keywords": [], "stdout": "", "stderr": ""}
    return {**found, "value": encoder.encode(value, 1)}


def kinds(base: Any, candidate: Any) -> list[Kind]:
    return [found.kind for found in compare_outcomes(outcome(base), outcome(candidate))]


DIFFERENT = {
    "values": (pandas.DataFrame(FRAME), pandas.DataFrame({**FRAME, "a": [1, 3]})),
    "nan": (pandas.DataFrame(FRAME), pandas.DataFrame({**FRAME, "b": [0.5, 0.5]})),
    "dtype": (pandas.DataFrame(FRAME), pandas.DataFrame({**FRAME, "a": [1.0, 2.0]})),
    "columns": (pandas.DataFrame(FRAME), pandas.DataFrame({"a": [1, 2], "c": FRAME["b"]})),
    "order": (pandas.DataFrame(FRAME), pandas.DataFrame(FRAME)[["b", "a"]]),
    "index": (pandas.DataFrame(FRAME), pandas.DataFrame(FRAME, index=[1, 2])),
    "rows": (pandas.DataFrame(FRAME), pandas.DataFrame(FRAME).iloc[:1]),
    "series": (pandas.Series([1.0]), pandas.Series([1.1])),
    "name": (pandas.Series([1], name="a"), pandas.Series([1], name="b")),
    "text": (pandas.Series(["a"]), pandas.Series(["b"])),
    "categories": (pandas.Series(["a"], dtype="category"), pandas.Series(["a"])),
    "days": (pandas.Series(DAYS), pandas.Series(DAYS.shift(1))),
    "zone": (pandas.Series(DAYS.tz_localize("UTC")), pandas.Series(DAYS.tz_localize("CET"))),
    "labels": (pandas.Index(["a"]), pandas.Index(["b"])),
    "levels": (
        pandas.MultiIndex.from_tuples([(1, "a")]),
        pandas.MultiIndex.from_tuples([(1, "b")]),
    ),
    "point": (DAYS[0], DAYS[1]),
    "span": (pandas.Timedelta("1s"), pandas.Timedelta("2s")),
    "another type": (pandas.Series([1]), pandas.Index([1])),
    "array": (pandas.Series([1]), numpy.array([1])),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_found(name: str) -> None:
    base, candidate = DIFFERENT[name]
    for pair in ((base, candidate), (candidate, base)):
        assert any(kind is not Kind.NOTE for kind in kinds(*pair))


@pytest.mark.parametrize("value", [pair[0] for pair in DIFFERENT.values()], ids=list(DIFFERENT))
def test_a_copy_is_the_same(value: Any) -> None:
    assert kinds(value, copy.deepcopy(value)) == []


def test_floats_in_a_table_agree_within_rounding() -> None:
    table = pandas.DataFrame({"a": [0.1 + 0.2]})
    assert kinds(table, pandas.DataFrame({"a": [0.3]})) == []
    assert kinds(table, pandas.DataFrame({"a": [0.3001]})) == [Kind.FLOAT]


def test_tensors() -> None:
    torch = pytest.importorskip("torch", reason="torch is heavy: compared where it is installed")
    one = torch.tensor([1.0, 2.0])
    assert kinds(one, one.clone()) == []
    assert kinds(one.bfloat16(), one.bfloat16()) == []
    for other in (torch.tensor([1.0, 3.0]), one.double(), one[:1], one.clone().requires_grad_()):
        assert any(kind is not Kind.NOTE for kind in kinds(one, other))
