"""Made-up arrays and tables: they can be made, and are `far` where they break what was kept."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pandas
import pytest

from speedwright.eval.differential.arrays import array_of
from speedwright.eval.differential.cut import cut
from speedwright.eval.differential.generate import generate
from speedwright.eval.differential.inside.cannot import CannotDecode
from speedwright.eval.differential.inside.decode import Decoder
from speedwright.eval.differential.inside.encode import Encoder
from speedwright.eval.differential.slots import habits
from speedwright.eval.differential.tables import row_count, with_rows


def call(*args: Any) -> Any:
    return json.loads(json.dumps([Encoder(1_000_000).items(args, 1), []]))


def made(document: Any) -> Any:
    return Decoder().decode(json.loads(json.dumps(document)))


def is_far(recorded: list[Any], other: Any) -> bool:
    return habits(recorded).is_broken_by(other)


TABLE = pandas.DataFrame(
    {
        "text": list("abcde"),
        "number": [5, 4, 3, 2, 1],
        "kind": pandas.Categorical(list("xyxyx")),
        "day": pandas.date_range("2026-11-30", periods=5, tz="CET"),
        "maybe": pandas.array([1, None, 3, 4, 5], dtype="Int64"),
        "any": pandas.Series([1, "a", None, 2.5, ()], dtype=object),
    }
)
INDEXES = {
    "range": pandas.RangeIndex(10, 0, -2, name="n"),
    "labels": pandas.Index(list("vwxyz")),
    "days": pandas.date_range("2026-11-30", periods=5, freq="D"),
    "levels": pandas.MultiIndex.from_product([[1], list("abcde")]),
}


@pytest.mark.parametrize("positions", [[], [0], [4, 3, 2, 1, 0], [0, 1, 2], [1, 1, 3, 3, 3, 0]])
@pytest.mark.parametrize("index", INDEXES)
def test_rows_of_a_table(index: str, positions: list[int]) -> None:
    table = TABLE.set_axis(INDEXES[index], axis=0)
    for value in (table, table["number"], table["text"]):
        node = call(value)[0][0]
        assert row_count(node) == 5
        found = made(with_rows(node, positions))
        expected = value.iloc[positions]
        same = pandas.testing.assert_series_equal
        if isinstance(value, pandas.DataFrame):
            same = pandas.testing.assert_frame_equal
        same(found, expected, check_freq=False)


@pytest.mark.parametrize(
    "value",
    [
        TABLE,
        TABLE["number"],
        numpy.arange(6.0).reshape(2, 3),
        numpy.array(["a", "b"]),
        numpy.array([True, False, True]),
        numpy.array([1 + 2j, 3j]),
        numpy.array([1, "a"], dtype=object),
        numpy.array(["2026-11-30", "NaT"], dtype="M8[D]"),
        numpy.array([200, 255], dtype="u1"),
        numpy.ma.masked_array([1.0, 2.0], mask=[True, False]),
        numpy.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    ],
    ids=lambda value: type(value).__name__ + str(getattr(value, "dtype", "")),
)
def test_what_is_made_up_can_be_made(value: Any) -> None:
    found = generate([call(value)], seed=3, count=120)
    assert len(found) > 3
    failed = 0
    for one in found:
        args, keywords = json.loads(one.text)
        assert (len(args), keywords) == (1, [])
        try:
            Decoder().items(args)
        except CannotDecode:  # a number too large for its column
            failed += 1
    assert failed < 0.1 * len(found)


def test_a_large_call_is_cut_to_one_size() -> None:
    table = pandas.concat([TABLE] * 40)
    args, _ = cut(call(numpy.zeros((200, 200)), table, 200, 7, list(range(50))))
    matrix, fewer, size, other, items = Decoder().items(args)
    assert matrix.shape == (12, 12)
    assert repr(fewer) == repr(table[:12])
    assert (size, other, items) == (12, 7, list(range(12)))
    cube, line = Decoder().items(cut(call(numpy.zeros((9, 9, 9)), numpy.zeros(9)))[0])
    assert (cube.shape, line.shape) == ((5, 5, 5), (5,))


@pytest.mark.parametrize("dtype", ["O", "|V8", "<f7", "f8, i4", "<M8[x" + "y" * 99])
def test_an_array_that_is_none_is_left_alone(dtype: str) -> None:
    assert array_of(["np", 0, dtype, [1], "00" * 8]) is None
    assert array_of(["np", 0, "<f8", [3], "00" * 8]) is None
    assert array_of(["np", 0, "<f8", [1], "0x"]) is None


a = numpy.array
KEPT = {
    "sizes": ([call(a([1.5, 2.5]), a([3.5, 4.5]))], call(a([1.5]), a([3.5, 4.5]))),
    "rows": (
        [call(TABLE, numpy.zeros(5))],
        call(TABLE[:3], numpy.zeros(5)),
    ),
    "n": ([call(a([[1.5, 2.5], [3.5, 4.5]]), 2)], call(a([[1.5, 2.5], [3.5, 4.5]]), 3)),
    "range": ([call(a([3, 7, 5]))], call(a([3, 8, 5]))),
    "sign": ([call(a([3.5, 7.0]))], call(a([3.5, -7.0]))),
    "zero": ([call(a([3.5, 7.0]))], call(a([3.5, 0.0]))),
    "share": ([call(a([0.5, 0.25]))], call(a([0.5, 1.25]))),
    "order": ([call(a([1, 2, 5])), call(a([0, 3, 4]))], call(a([1, 5, 2]))),
    "symmetry": ([call(a([[1, 2], [2, 1]]))], call(a([[1, 2], [1, 1]]))),
    "sum": ([call(a([[0.5, 0.5], [0.2, 0.8]]))], call(a([[0.5, 0.5], [0.5, 0.8]]))),
    "nan": ([call(a([1.5]))], call(a([float("nan")]))),
    "axes": ([call(a([1.5, 2.5]))], call(a([[1.5, 2.5]]))),
    "none": ([call(a([1.5, 2.5]))], call(a([1.5, 2.5])[:0])),
    "no rows": ([call(TABLE)], call(TABLE[:0])),
    "column": ([call(TABLE)], call(TABLE.assign(number=9))),
}


@pytest.mark.parametrize("what", KEPT)
def test_what_recorded_arrays_keep_is_not_asked_otherwise(what: str) -> None:
    recorded, other = KEPT[what]
    assert is_far(recorded, other)
    assert not any(is_far(recorded, one) for one in recorded)
    assert not is_far([*recorded, other], other)


def test_a_wide_table_takes_no_longer_than_its_columns() -> None:
    wide = pandas.DataFrame(numpy.ones((2, 2500)))
    found = habits([call(wide, numpy.zeros(2), 7)])
    assert len(found.sizes.equal) == 1
    assert not found.is_broken_by(call(wide, numpy.zeros(2), 8))
    assert found.is_broken_by(call(wide, numpy.zeros(3), 7))


def test_an_index_of_very_large_numbers_is_left_alone() -> None:
    table = pandas.DataFrame({"a": [1, 2]}, index=pandas.RangeIndex(2**60, 2**60 + 2))
    node = call(table)[0][0]
    assert row_count(node) is None
    pandas.testing.assert_frame_equal(made(node), table)


def test_another_order_and_ties_are_near() -> None:
    recorded = [call(a([2.5, 0.5, 1.5, 7.5]), a([1, 0, 3, 2]))]
    for other in ([7.5, 0.5, 1.5, 2.5], [0.5, 0.5, 0.5, 0.5], [7.5, 2.25, 6.0, 0.75]):
        assert not is_far(recorded, call(a(other), a([3, 1, 1, 0])))
