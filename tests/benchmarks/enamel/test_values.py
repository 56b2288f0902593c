"""Bytes of a candidate become plain data or nothing."""

from __future__ import annotations

import marshal
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.benchmarks.enamel.values import NotPlain, read_value

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.complex_numbers(allow_nan=False)
)  # fmt: skip
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.integers() | st.text())
        | st.sets(st.integers())
    ),
    max_leaves=20,
)


def shape(value: Any) -> Any:
    """The value with every type in it, for exact comparison."""
    if isinstance(value, list | tuple):
        return type(value), [shape(item) for item in value]
    if isinstance(value, dict):
        return dict, [(shape(k), shape(v)) for k, v in value.items()]
    return type(value), value


@given(PLAIN)
def test_plain_data_come_back_with_their_types(value: Any) -> None:
    assert shape(read_value(marshal.dumps(value, 2))) == shape(value)


def test_odd_values() -> None:
    for value in (2**100_000, -(2**31) - 1, 0, -1, math.inf, "\ud800", [[]] * 3):
        assert shape(read_value(marshal.dumps(value, 2))) == shape(value)
    assert math.isnan(read_value(marshal.dumps(math.nan, 2)))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_value(data)
    except NotPlain:
        pass


@given(PLAIN, st.integers(0, 200), st.integers(0, 255))
def test_damaged_bytes_are_read_or_refused(value: Any, at: int, byte: int) -> None:
    data = bytearray(marshal.dumps(value, 2))
    data[at % len(data)] = byte
    try:
        read_value(bytes(data))
    except NotPlain:
        pass


@pytest.mark.parametrize(
    "data",
    [
        b"",
        marshal.dumps(compile("1", "x", "eval"), 2),
        marshal.dumps(1, 2) + b"x",
        b"[" + b"\xff\xff\xff\x7f",
        b"(\x01\x00\x00\x00" * 5000 + b"N",
        b"<\x01\x00\x00\x00[\x00\x00\x00\x00",
        marshal.dumps([1, 1], 4),
        marshal.dumps(StopIteration),
        b"0",
    ],
)
def test_what_is_no_plain_data_is_refused(data: bytes) -> None:
    with pytest.raises(NotPlain):
        read_value(data)
