"""Made-up calls in which one argument is made from another, or an instance from other values."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Sequence, Set
from typing import Any

from speedwright.eval.differential.document import call_documents, walk

MOST_RELATED = 30
MOST_ATTRIBUTES = 30
SEEDS = 8
LONGEST = 40


def related(calls: Sequence[Any]) -> list[Any]:
    """Two texts or two plain lists among the arguments: the second made from the first."""
    found: list[Any] = []
    for call in calls[:SEEDS]:
        for one, other in itertools.permutations(range(len(call[0])), 2):
            for value in _made_from(call[0][one], call[0][other]):
                changed = copy.deepcopy(call)
                changed[0][other] = value
                found.append(changed)
    step = max(1, len(found) // MOST_RELATED)
    return found[::step][:MOST_RELATED]


def other_attributes(calls: Sequence[Any], settable: Set[tuple[str, str]]) -> list[Any]:
    """Instances made of other values, one attribute at a time.

    Args:
        calls: Encoded calls.
        settable: Class and name of the attributes that may be chosen freely.
    """
    found: list[Any] = []
    for call in calls[:SEEDS] if settable else ():
        for number, position, value in _places(call, settable):
            changed = copy.deepcopy(call)
            instances = [n for n in walk(call_documents(changed)) if _is_instance(n)]
            instances[number][4][position][1] = value
            found.append(changed)
    step = max(1, len(found) // MOST_ATTRIBUTES)
    return found[::step][:MOST_ATTRIBUTES]


def _made_from(value: Any, other: Any) -> list[Any]:
    if type(value) is str and type(other) is str and 1 < len(value) <= LONGEST:
        return ["".join(items) for items in _orders(list(value))]
    if _is_plain_list(value) and _is_plain_list(other) and 1 < len(value[2]) <= LONGEST:
        return [[other[0], other[1], items, *other[3:]] for items in _orders(value[2])]
    return []


def _orders(items: list[Any]) -> list[list[Any]]:
    half = len(items) // 2
    swapped = [*items[: half - 1], items[half], items[half - 1], *items[half + 1 :]]
    return [
        items[1:] + items[:1],
        items[::-1],
        swapped,
        items[:half] + items[half + 1 :],
        items[-1:] + items[:-1],
        list(items),
    ]


def _is_plain_list(node: Any) -> bool:
    return type(node) is list and node[0] == "l" and all(type(i) is not list for i in node[2])


def _is_instance(node: Any) -> bool:
    return type(node) is list and node[0] == "o" and type(node[4]) is list


def _places(call: Any, settable: Set[tuple[str, str]]) -> Iterator[tuple[int, int, Any]]:
    """Number of the instance, position of the attribute, another value for it."""
    instances = [n for n in walk(call_documents(call)) if _is_instance(n)]
    for number, node in enumerate(instances[:SEEDS]):
        for position, (name, value) in enumerate(node[4]):
            if (node[3], name) in settable:
                for other in _others(value):
                    yield number, position, other


def _others(value: Any) -> list[Any]:
    if type(value) is int:
        return [v for v in (-value, 0, value + 1, 1, -1) if v != value]
    if type(value) is str:
        return [v for v in ("", value[::-1], value + "x") if v != value]
    if type(value) is list and value[0] == "f" and "n" not in value[1]:
        number = float.fromhex(value[1])
        return [["f", v.hex()] for v in (-number, 0.0, number / 3) if v != number]
    return []
