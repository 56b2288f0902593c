"""Tables, tensors and arrays as arguments: what is made again is what was recorded."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pandas
import pytest

from speedwright.eval.differential.compare import compare_outcomes
from speedwright.eval.differential.inside.cannot import CannotDecode, CannotEncode
from speedwright.eval.differential.inside.decode import Decoder
from speedwright.eval.differential.inside.encode import Encoder, text_of
from speedwright.eval.differential.inside.recipes import made

DAYS = pandas.date_range("2026-03-28", periods=3, tz="Europe/Berlin")


def again(value: Any) -> Any:
    return Decoder().decode(json.loads(text_of(Encoder(100_000).encode(value))))


def outcome(value: Any) -> dict[str, Any]:
    encoder = Encoder(100_000, is_outcome=True)
    found = {"kind": "returned", "args": [], "keywords": [], "stdout": "", "stderr": ""}
    return {**found, "value": encoder.encode(value, 1)}


COLUMNS = {
    "ints": [1, 2, 3],
    "floats": [0.1, float("nan"), -0.0],
    "bools": [True, False, True],
    "text": ["a", "ß", None],
    "objects": pandas.Series([1, "a", (2,)], dtype=object),
    "spans": pandas.to_timedelta(["1s", "2s", "3s"]),
    "days": DAYS.tz_localize(None),
    "zoned": DAYS,
    "kinds": pandas.Categorical(["x", "y", None], categories=["y", "x", "z"], ordered=True),
    "masked": pandas.array([1, None, 3], dtype="Int64"),
    "maybe": pandas.array([True, None, False], dtype="boolean"),
    "strings": pandas.array(["a", None, "b"], dtype="string"),
    "months": pandas.period_range("2026-01", periods=3, freq="M"),
    "gaps": pandas.interval_range(0, 3),
    "few": pandas.arrays.SparseArray([0, 0, 1]),
}
INDEXES = {
    "range": pandas.RangeIndex(0, 6, 2, name="n"),
    "numbers": pandas.Index([3, 1, 1]),
    "labels": pandas.Index(["a", "b", "a"], name="l"),
    "mixed": pandas.Index([1, "a", None], dtype=object),
    "days": pandas.date_range("2026-11-30", periods=3, freq="D"),
    "odd days": pandas.DatetimeIndex(["2026-11-30", "2026-12-07", "2026-12-01"]),
    "zoned": DAYS,
    "spans": pandas.timedelta_range("1s", periods=3, freq="2s"),
    "months": pandas.period_range("2026-01", periods=3, freq="M"),
    "gaps": pandas.interval_range(0, 3),
    "kinds": pandas.CategoricalIndex(["x", "y", "x"]),
    "levels": pandas.MultiIndex.from_tuples([(1, "a"), (1, "b"), (2, "a")], names=["x", None]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_made_again(name: str) -> None:
    series = pandas.Series(COLUMNS[name], index=[5, 5, 7], name=("a", 1))
    pandas.testing.assert_series_equal(again(series), series, check_freq=True)
    table = pandas.DataFrame({name: series})
    pandas.testing.assert_frame_equal(again(table), table)
    assert compare_outcomes(outcome(table), outcome(again(table))) == ()


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_is_made_again(name: str) -> None:
    found = again(INDEXES[name])
    pandas.testing.assert_index_equal(found, INDEXES[name], exact=True)
    assert type(found) is type(INDEXES[name])
    assert getattr(found, "freq", None) == getattr(INDEXES[name], "freq", None)
    series = pandas.Series([1.0, 2.0, 3.0], index=INDEXES[name])
    pandas.testing.assert_series_equal(again(series), series)


TABLES = {
    "empty": pandas.DataFrame(),
    "no rows": pandas.DataFrame({"a": numpy.array([], dtype="i4")}),
    "no columns": pandas.DataFrame(index=[1, 2]),
    "same names": pandas.DataFrame([[1, 2.5], [3, 4.5]], columns=["a", "a"]),
    "levels": pandas.DataFrame([[1, 2]], columns=pandas.MultiIndex.from_tuples([(1, 2), (1, 3)])),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_made_again(name: str) -> None:
    pandas.testing.assert_frame_equal(again(TABLES[name]), TABLES[name])


SCALARS = {
    "day": pandas.Timestamp("2026-11-30 12:00:00.000000001"),
    "zoned day": pandas.Timestamp("2026-10-25 01:30", tz="UTC").tz_convert("Europe/Berlin"),
    "offset": pandas.Timestamp("2026-10-25 02:30+01:00"),
    "span": pandas.Timedelta("-1s"),
    "month": pandas.Period("2026-01", freq="M"),
    "gap": pandas.Interval(0.5, 1.5, closed="both"),
    "no day": pandas.NaT,
    "nothing": pandas.NA,
}


@pytest.mark.parametrize("name", SCALARS)
def test_a_point_is_made_again(name: str) -> None:
    found = again(SCALARS[name])
    assert repr(found) == repr(SCALARS[name])
    assert type(found) is type(SCALARS[name])


def test_notes_and_shared_parts_stay() -> None:
    table = pandas.DataFrame({"a": [1, 2]})
    table.attrs["unit"] = "m"
    first, second = again([table, table])
    assert first is second
    assert first.attrs == {"unit": "m"}
    first.loc[0, "a"] = 9  # what is made can be written to
    assert first["a"].tolist() == [9, 2]


ARRAYS = {
    "masked": numpy.ma.masked_array([1.5, 2.5], mask=[True, False], fill_value=9.0),
    "structured": numpy.array([(1, 2.0, "a")], dtype=[("n", "i2"), ("x", "f8"), ("s", "U3")]),
    "nested": numpy.zeros(2, dtype=[("p", [("x", "f4"), ("y", "f4")]), ("m", "i4", (2, 2))]),
    "matrix": numpy.array([[1, 2], [3, 4]]).view(numpy.matrix),
    "record": numpy.rec.array([(1, 2.0)], dtype=[("n", "i2"), ("x", "f8")]),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_made_again(name: str) -> None:
    found = again(ARRAYS[name])
    assert type(found) is type(ARRAYS[name])
    assert found.dtype == ARRAYS[name].dtype
    assert repr(found) == repr(ARRAYS[name])
    assert compare_outcomes(outcome(ARRAYS[name]), outcome(found)) == ()


def test_masked_and_structured_arrays_are_compared_by_what_they_hold() -> None:
    masked = numpy.ma.masked_array([1.5, 2.5], mask=[True, False])
    hidden = numpy.ma.masked_array([7.5, 2.5], mask=[True, False])
    assert compare_outcomes(outcome(masked), outcome(hidden)) == ()
    for other in ([1.5, 3.5], [True, False]), ([1.5, 2.5], [False, False]):
        wrong = numpy.ma.masked_array(other[0], mask=other[1])
        assert compare_outcomes(outcome(masked), outcome(wrong))
    for name in ("structured", "matrix", "record"):
        wrong = ARRAYS[name].copy()
        wrong[wrong.dtype.names[0] if wrong.dtype.names else 0] = 7
        assert compare_outcomes(outcome(ARRAYS[name]), outcome(wrong))


@pytest.mark.parametrize("bits", ["PCG64", "MT19937", "Philox", "SFC64"])
def test_a_generator_goes_on_where_it_was(bits: str) -> None:
    random = numpy.random.Generator(getattr(numpy.random, bits)(7))
    random.integers(10, size=3, dtype="i4")
    found = again(random)
    assert found.random(5).tolist() == random.random(5).tolist()
    old = numpy.random.RandomState(7)
    old.normal()
    assert again(old).normal() == old.normal()


def test_what_cannot_be_made_again_is_refused_by_name() -> None:
    class Own(pandas.DataFrame):
        pass

    for value in (Own({"a": [1]}), numpy.zeros(2).view(type("Odd", (numpy.ndarray,), {}))):
        with pytest.raises(CannotEncode):
            Encoder(10_000).encode(value)
    padded = numpy.zeros(1, dtype=numpy.dtype({"names": ["a"], "formats": ["i4"], "itemsize": 16}))
    with pytest.raises(CannotEncode, match="numpy array"):
        Encoder(10_000).encode(padded)


def test_a_recipe_that_fails_says_so() -> None:
    with pytest.raises(CannotDecode, match=r"os\.system"):
        made("os.system", ["true"])
    with pytest.raises(CannotDecode, match=r"pandas\.Timestamp"):
        made("pandas.Timestamp", ["nonsense", None])


def test_tensors_are_made_again() -> None:
    torch = pytest.importorskip("torch", reason="torch is heavy: compared where it is installed")
    for value in (
        torch.arange(6).reshape(2, 3).T,
        torch.tensor([1.0, 2.5]).bfloat16(),
        torch.tensor([1.0, 2.5], requires_grad=True),
        torch.nn.Parameter(torch.tensor([1.0])),
        torch.tensor(True),
        torch.Size([2, 3]),
        torch.device("cpu"),
        torch.float16,
    ):
        found = again(value)
        assert type(found) is type(value)
        assert compare_outcomes(outcome(value), outcome(found)) == ()
    layer = torch.nn.Linear(3, 2)
    layer(torch.ones(3)).sum().backward()
    found = again(layer)
    assert torch.equal(found(torch.ones(3)), layer(torch.ones(3)))
    assert torch.equal(found.weight.grad, layer.weight.grad)
    with pytest.raises(CannotEncode, match="gradient"):
        Encoder(10_000).encode(torch.ones(1, requires_grad=True) * 2)
