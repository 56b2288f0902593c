"""The comparator: which pairs of outcomes differ, and how."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from speedwright.eval.differential.compare import Kind, compare_outcomes
from speedwright.eval.differential.inside.encode import Encoder


class Box:
    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


def outcome(value: Any, *args: Any, stdout: str = "") -> dict[str, Any]:
    encoder = Encoder(100_000, is_outcome=True)
    found: dict[str, Any] = {"kind": "returned", "keywords": [], "stdout": stdout, "stderr": ""}
    found["args"] = encoder.items(args, 1)
    found["value"] = encoder.encode(value, 1)
    return found


def error(kind: str, message: str = "", *above: str) -> dict[str, Any]:
    types = [f"builtins.{kind}", *(f"builtins.{a}" for a in above)]
    return {"kind": "raised", "types": types, "message": message, "args": [], "keywords": []}


DIFFERENT = [
    (1, 1.0, Kind.TYPE),
    (True, 1, Kind.TYPE),
    ([1], (1,), Kind.TYPE),
    ({1}, frozenset({1}), Kind.TYPE),
    (None, 0, Kind.TYPE),
    (1, 2, Kind.VALUE),
    ("a", "b", Kind.VALUE),
    ([1, 2], [2, 1], Kind.VALUE),
    ([1], [1, 1], Kind.VALUE),
    ({1, 2}, {1, 3}, Kind.VALUE),
    ({"a": 1}, {"a": 2}, Kind.VALUE),
    ({"a": 1}, {"b": 1}, Kind.VALUE),
    ({1: 0}, {True: 0}, Kind.VALUE),
    (0.0, -0.0, Kind.VALUE),
    (1.0, float("nan"), Kind.VALUE),
    (float("inf"), 1e308, Kind.VALUE),
    (1.0, 1.0 + 1e-6, Kind.FLOAT),
    ({1.0}, {1.5}, Kind.VALUE),
    (iter([1]), iter([2]), Kind.VALUE),
    (iter([1]), [1], Kind.TYPE),
    (b"a", "a", Kind.TYPE),
    (range(3), range(4), Kind.VALUE),
    (Box(a=1), Box(a=2), Kind.VALUE),
    (Box(a=1), Box(), Kind.VALUE),
    (Box(_a=1), Box(_a=2), Kind.VALUE),
    (numpy.array([1.0]), numpy.array([1.1]), Kind.FLOAT),
    (numpy.array([1]), numpy.array([2]), Kind.VALUE),
    (numpy.array([1.0]), numpy.array([1.0], dtype="f4"), Kind.TYPE),
    (numpy.float64(1), 1.0, Kind.TYPE),
]
ALIKE = [
    (1.0, 1.0 + 1e-12),
    (float("nan"), float("nan")),
    ({1: "a", 2: "b"}, {2: "b", 1: "a"}),
    ({(1, 2), (3, 4)}, {(3, 4), (1, 2)}),
    ({1.0, 2.0}, {1.0 + 1e-13, 2.0}),
    (iter([1]), (i for i in [1])),
    (Box(a=1, _cache={}), Box(a=1)),
    (Box(_items=[1]), Box(_items=(1,))),
    (numpy.array([0.1 + 0.2]), numpy.array([0.3])),
]


@pytest.mark.parametrize(("base", "candidate", "kind"), DIFFERENT)
def test_different(base: Any, candidate: Any, kind: Kind) -> None:
    found = [d for d in compare_outcomes(outcome(base), outcome(candidate)) if d.is_fault]
    assert {d.kind for d in found} == {kind}


@pytest.mark.parametrize(("base", "candidate"), ALIKE)
def test_alike(base: Any, candidate: Any) -> None:
    found = compare_outcomes(outcome(base), outcome(candidate))
    assert not [d for d in found if d.is_fault], found


def test_changed_arguments_and_output_count() -> None:
    found = compare_outcomes(outcome(None, [1, 2]), outcome(None, [2, 1], stdout="x"))
    assert {d.kind for d in found} == {Kind.MUTATION, Kind.OUTPUT}


def test_a_copy_of_the_argument_is_noted() -> None:
    items = [1]
    found = compare_outcomes(outcome(items, items), outcome([1], [1]))
    assert [d.kind for d in found] == [Kind.NOTE]
    assert "no longer the argument" in found[0].said


def test_exceptions_are_compared_by_type() -> None:
    base = error("ValueError", "a", "Exception")
    assert compare_outcomes(base, error("KeyError"))[0].kind is Kind.RAISES
    assert compare_outcomes(base, outcome(1))[0].kind is Kind.RAISES
    assert compare_outcomes(base, error("ValueError", "b"))[0].kind is Kind.NOTE
    heir = error("UnicodeError", "a", "ValueError")
    assert compare_outcomes(base, heir)[0].kind is Kind.NOTE


def test_cycles_end() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    other: list[Any] = [1]
    other.append(other)
    assert compare_outcomes(outcome(loop), outcome(other)) == ()


def test_lists_that_look_like_tags_are_no_tags() -> None:
    value = ["l", 0, ["r", 5]]
    assert compare_outcomes(outcome(value), outcome(value)) == ()
    assert compare_outcomes(outcome(value), outcome(["l", 0, ["r", 6]]))


def test_a_memo_that_is_not_filled_yet_is_no_fault() -> None:
    def ended(memo: object, seen: object = 1) -> dict[str, Any]:
        return outcome(1, Box(_memo=memo, seen=seen))

    whole, part = {"a": 1, "b": 2}, {"a": 1}
    for base, candidate in ((whole, part), (part, whole), (None, part)):
        assert not faults(ended(base), ended(candidate))
    assert faults(ended(whole), ended({"a": 3, "b": 2}))
    assert faults(ended(whole, 1), ended(whole, 2))
    assert faults(ended(whole, whole), ended(whole, part))


def faults(base: dict[str, Any], candidate: dict[str, Any]) -> list[str]:
    return [d.said for d in compare_outcomes(base, candidate) if d.is_fault]
