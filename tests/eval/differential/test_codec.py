"""Values to plain data and back: exact, whatever their classes pretend."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import threading
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speedwright.eval.differential.inside.cannot import CannotEncode
from speedwright.eval.differential.inside.decode import Decoder
from speedwright.eval.differential.inside.encode import Encoder, text_of

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(allow_nan=False),
    st.text(st.characters()),
    st.binary(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.dates(),
    st.datetimes(),
    st.timedeltas(),
)
KEYS = st.one_of(st.integers(), st.text(), st.tuples(st.integers(), st.text()))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
    ),
    max_leaves=12,
)


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass(slots=True, frozen=True)
class Point:
    x: int
    y: list[int]


class Liar:
    """Says it is something else and equal to everything."""

    def __init__(self) -> None:
        self.items = [1]

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __reduce__(self) -> Any:
        raise RuntimeError("no")

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("no")


class Padded(dict[str, int]):
    """A dict that shows other items than it holds."""

    def items(self) -> Any:
        return [("fake", 0)]

    def __iter__(self) -> Any:
        return iter(["fake"])


class Word(str):
    pass


def there(value: Any, **options: Any) -> Any:
    return json.loads(text_of(Encoder(100_000, **options).encode(value)))


def back(value: Any) -> Any:
    return Decoder().decode(there(value))


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_a_round_trip_changes_nothing(value: Any) -> None:
    again = back(value)
    assert type(again) is type(value)
    assert there(again) == there(value)


@pytest.mark.parametrize(
    "value",
    [
        Colour.RED,
        Point(1, [2]),
        collections.deque([1, 2], maxlen=3),
        collections.OrderedDict(b=1, a=2),
        collections.Counter("aab"),
        collections.defaultdict(list, a=[1]),
        Word("x"),
        ValueError("bad", 3),
        range(1, 9, 2),
        slice(1, None),
        decimal.Decimal("1.50"),
        fractions.Fraction(1, 3),
        datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
        -0.0,
        "\ud83d",
        "\ud83d\ude00",
        2**200,
        numpy.float32(1.5),
        len,
        collections.OrderedDict,
    ],
)
def test_many_kinds_travel(value: Any) -> None:
    again = back(value)
    assert type(again) is type(value)
    assert there(again) == there(value)


def test_arrays_travel() -> None:
    array = numpy.arange(6, dtype=">i4").reshape(2, 3)
    assert (back(array) == array).all()
    assert back(array).dtype == array.dtype


def test_shared_parts_and_cycles_stay_shared() -> None:
    inner = [1]
    outer: list[Any] = [inner, inner]
    outer.append(outer)
    again = back(outer)
    assert again[0] is again[1]
    assert again[2] is again


def test_nan_and_infinity_are_exact() -> None:
    assert math.isnan(back(math.nan))
    assert back(-math.inf) == -math.inf


def test_hooks_of_a_hostile_class_are_not_run() -> None:
    document = there(Liar())
    assert document[3] == "Liar"
    assert document[4] == [["items", ["l", 1, [1]]]]


def test_a_dict_that_lies_is_read_as_it_is() -> None:
    assert there(Padded(a=1))[5] == ["d", -1, [["a", 1]]]


def test_sets_come_in_one_order() -> None:
    words = {f"w{i}" for i in range(50)}
    assert there(words) == there(set(sorted(words, reverse=True)))


def nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (nested(5000), "deeper"),
        ("x" * 200_000, "more than"),
        (list(range(200_000)), "more than"),
        ((i for i in ()), "generator"),
        (lambda: 1, "local"),
        (threading.local(), "local"),
    ],
)
def test_what_cannot_travel_is_refused(value: Any, said: str) -> None:
    with pytest.raises(CannotEncode, match=said):
        Encoder(100_000).encode(value)


def test_a_shared_tree_does_not_explode() -> None:
    tree: Any = ()
    for _ in range(90):
        tree = (tree, tree)
    assert len(text_of(there(tree))) < 5000


def test_endless_iterators_are_cut_in_outcomes() -> None:
    import itertools

    document = there(itertools.count(), is_outcome=True)
    assert document[3] is False
    assert len(document[2]) == 2000


def test_opaque_outcomes_are_named() -> None:
    assert there(open, is_outcome=True)[0] == "g"

    class Local:
        pass

    assert there([Local()], is_outcome=True)[2][0][0] == "x"
