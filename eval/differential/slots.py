"""Places in an encoded call where a value stands, and what the recorded calls have in common.

A made-up call that breaks what all recorded calls keep (a list always sorted, two arguments of one
length, rows of one width, an index within its list) asks for something the function may never have
promised: it is `far`, and a difference on it is a warning.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from speedwright.eval.differential.shown import kind_of
from speedwright.eval.differential.sizes import Sizes, sizes
from speedwright.eval.differential.tables import WHOLE, at, contents

MAX_DEPTH = 6
MAX_SLOTS = 3000
LEAST_CALLS = 3
INT_ROOM = 1000
LISTS = ("l", "t", "dq")

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One place.

    Attributes:
        key: Where, with positions in lists left out: alike for alike places.
        path: Indexes from the call's document to the value.
        node: The encoded value.
        is_part: It is an array whose shape is given by what it stands in.
    """

    key: tuple[str, ...]
    path: Path
    node: Any
    is_part: bool = False


def slots(call: Any) -> list[Slot]:
    """Every place in the arguments, except inside of instances."""
    args, keywords = call
    found: list[Slot] = []
    for number, node in enumerate(args):
        found += itertools.islice(_inner((f"arg{number}",), (0, number), node), MAX_SLOTS)
    for number, (name, node) in enumerate(keywords):
        found += itertools.islice(_inner((f"arg {name}",), (1, number, 1), node), MAX_SLOTS)
    return found


def put(call: Any, path: Path, node: Any) -> None:
    """Replace the value at a path, in place."""
    for index in path[:-1]:
        call = call[index]
    call[path[-1]] = node


def number_of(node: Any) -> float | None:
    """The value of an int or float, for comparisons."""
    if type(node) is int:
        return node
    if type(node) is list and node[0] == "f":
        return float.fromhex(node[1])
    return None


def _inner(key: tuple[str, ...], path: Path, node: Any) -> Iterator[Slot]:
    yield Slot(key=key, path=path, node=node)
    if type(node) is not list or len(path) > 2 * MAX_DEPTH:
        return
    if node[0] in ("l", "dq", "s", "z"):
        for number, item in enumerate(node[2]):
            yield from _inner((*key, "*"), (*path, 2, number), item)
    elif node[0] == "t":
        for number, item in enumerate(node[2]):
            yield from _inner((*key, str(number)), (*path, 2, number), item)
    elif node[0] == "d":
        for number, (name, value) in enumerate(node[2]):
            yield from _inner((*key, "key"), (*path, 2, number, 0), name)
            yield from _inner((*key, "value"), (*path, 2, number, 1), value)
    elif node[0] == "no":
        yield from _entries((*key, "*"), (*path, 3), node[3])
    elif node[0] == "mk":
        for name, place in contents(node):
            is_part = node[2] not in WHOLE
            yield from _content((*key, name), (*path, *place), at(node, place), is_part)


def _content(key: tuple[str, ...], path: Path, node: Any, is_part: bool) -> Iterator[Slot]:
    """An array in a table; of other columns each entry, since their length is the table's."""
    if type(node) is list and node[0] == "np":
        yield Slot(key=key, path=path, node=node, is_part=is_part)
    elif type(node) is list and node[0] in ("l", "no"):
        yield from _entries((*key, "*"), (*path, len(node) - 1), node[-1])


def _entries(key: tuple[str, ...], path: Path, items: Sequence[Any]) -> Iterator[Slot]:
    for number, item in enumerate(items):
        if type(item) is not list or item[0] in ("f", "i", "b"):
            yield Slot(key=key, path=(*path, number), node=item)


@dataclass(slots=True)
class Habits:
    """What all recorded calls of a function keep.

    Attributes:
        kinds: Types seen at each place.
        largest: Largest magnitude seen at each place.
        lengths: Lengths of lists and tuples seen at each place.
        keys: Key sets of dicts seen at each place.
        ordered: Places where every list is sorted.
        even: Places where every list holds lists of one length.
        square: Places where that length is the list's own.
        same_length: Pairs of arguments of one length.
        indexes: Pairs of an int argument and the list it points into.
        has_odd_floats: NaN or infinity was seen.
        sizes: What arrays and tables keep.
    """

    kinds: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    largest: dict[tuple[str, ...], float] = field(default_factory=dict)
    lengths: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    keys: dict[tuple[str, ...], list[frozenset[str]]] = field(default_factory=dict)
    ordered: set[tuple[str, ...]] = field(default_factory=set)
    even: set[tuple[str, ...]] = field(default_factory=set)
    square: set[tuple[str, ...]] = field(default_factory=set)
    same_length: set[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=set)
    indexes: set[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=set)
    has_odd_floats: bool = False
    sizes: Sizes = field(default_factory=Sizes)

    def is_broken_by(self, call: Any) -> bool:
        """Whether a call is unlike every recorded one in a way that may matter."""
        found = slots(call)
        if any(self._is_odd(slot) for slot in found) or self._breaks_pairs(found):
            return True
        return self.sizes.are_broken_by((s.key, s.node) for s in found)

    def _is_odd(self, slot: Slot) -> bool:
        known = self.kinds.get(slot.key)
        if known is not None and kind_of(slot.node) not in known:
            return True
        value = number_of(slot.node)
        if value is not None:
            if isinstance(value, float) and (value != value or abs(value) == float("inf")):
                return not self.has_odd_floats
            return abs(value) > INT_ROOM * max(INT_ROOM, self.largest.get(slot.key, 0.0))
        if type(slot.node) is not list:
            return False
        if slot.node[0] == "i":
            return "big" not in (known or ())
        return self._is_odd_container(slot)

    def _is_odd_container(self, slot: Slot) -> bool:
        node, key = slot.node, slot.key
        if node[0] == "d":
            known = self.keys.get(key, [])
            return is_record(known) and _keys(node) != known[0]
        if node[0] not in LISTS:
            return False
        if is_fixed(node[0], self.lengths.get(key, [])) and len(node[2]) != self.lengths[key][0]:
            return True
        if key in self.ordered and not _is_sorted(node):
            return True
        widths = _widths(node)
        if key in self.even and len(widths) > 1:
            return True
        return key in self.square and bool(widths) and widths != {len(node[2])}

    def _breaks_pairs(self, found: Sequence[Slot]) -> bool:
        top = {s.key: s.node for s in found if len(s.key) == 1}
        for a, b in self.same_length:
            if a in top and b in top and _length(top[a]) != _length(top[b]):
                return True
        for number, items in self.indexes:
            if number in top and items in top and not _points_into(top[number], top[items]):
                return True
        return False


def habits(calls: Sequence[Any]) -> Habits:
    """What the recorded calls have in common."""
    found = Habits()
    by_key: dict[tuple[str, ...], list[Any]] = {}
    tops = []
    every = [slots(call) for call in calls]
    found.sizes = sizes([[(s.key, s.node) for s in places] for places in every])
    for places in every:
        tops.append({s.key: s.node for s in places if len(s.key) == 1})
        for slot in places:
            by_key.setdefault(slot.key, []).append(slot.node)
    for key, nodes in by_key.items():
        _learn(found, key, nodes)
    names = list(dict.fromkeys(itertools.chain.from_iterable(tops)))
    for a, b in itertools.permutations(names, 2):
        both = [(t[a], t[b]) for t in tops if a in t and b in t]
        lengths = [_length(x) for x, _ in both]
        if len(set(lengths)) > 1 and None not in lengths:
            if all(_length(x) == _length(y) for x, y in both):
                found.same_length.add((a, b))
        if len(both) >= LEAST_CALLS and all(_points_into(x, y) for x, y in both):
            found.indexes.add((a, b))
    return found


def is_record(keys: Sequence[frozenset[str]]) -> bool:
    """Whether dicts with these keys are records of fixed fields."""
    return len(keys) >= 2 and len(set(keys)) == 1 and bool(keys[0])


def is_fixed(tag: str, lengths: Sequence[int]) -> bool:
    """Whether sequences of these lengths are records of fixed fields."""
    if not lengths or len(set(lengths)) > 1:
        return False
    return tag == "t" or (len(lengths) >= LEAST_CALLS and lengths[0] >= 2)


def _learn(found: Habits, key: tuple[str, ...], nodes: list[Any]) -> None:
    found.kinds[key] = {kind_of(n) for n in nodes}
    numbers = [v for v in map(number_of, nodes) if v is not None]
    finite = [abs(v) for v in numbers if v == v and abs(v) != float("inf")]
    found.has_odd_floats |= len(finite) < len(numbers)
    found.largest[key] = max(finite, default=0.0)
    tagged = [n for n in nodes if type(n) is list]
    if any(n[0] == "i" for n in tagged):
        found.kinds[key].add("big")
    found.keys[key] = [_keys(n) for n in tagged if n[0] == "d"]
    lists = [n for n in tagged if n[0] in LISTS]
    if not lists:
        return
    found.lengths[key] = [len(n[2]) for n in lists]
    long = [n for n in lists if len(n[2]) >= LEAST_CALLS]
    if len(long) >= LEAST_CALLS and all(map(_is_sorted, lists)):
        found.ordered.add(key)
    rows = [(n, _widths(n)) for n in lists if _widths(n)]
    if rows and all(len(widths) == 1 for _, widths in rows):
        found.even.add(key)
        if len({len(n[2]) for n, _ in rows}) > 1 or len(rows) >= LEAST_CALLS:
            if all(widths == {len(n[2])} for n, widths in rows):
                found.square.add(key)


def _keys(node: Any) -> frozenset[str]:
    return frozenset(str(key) for key, _ in node[2])


def _widths(node: Any) -> set[int]:
    return {len(i[2]) for i in node[2] if type(i) is list and i[0] == "l"}


def _is_sorted(node: Any) -> bool:
    items = node[2]
    values: list[Any] = [number_of(i) for i in items]
    if None in values:
        if not all(type(i) is str for i in items):
            return False
        values = items
    return all(a <= b for a, b in itertools.pairwise(values))


def _length(node: Any) -> int | None:
    if type(node) is str:
        return len(node)
    return len(node[2]) if type(node) is list and node[0] in ("l", "t", "d", "s", "dq") else None


def _points_into(number: Any, items: Any) -> bool:
    length = _length(items)
    return type(number) is int and length is not None and 0 <= number < length
