"""What the arrays and tables of all recorded calls keep: sizes that agree, ranges, order.

A made-up call that breaks one of these asks for something the function may never have promised.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speedwright.eval.differential.arrays import array_of
from speedwright.eval.differential.tables import row_count

ROOM = 1_000_000.0
Key = tuple[str, ...]
Quantity = tuple[Key, int]
WHOLE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the arrays at one place have in common.

    Attributes:
        low: Smallest finite entry, of real numbers.
        high: Largest finite entry.
        has_odd: NaN or infinity was seen.
        dimensions: Numbers of axes.
        is_sorted: All are one-dimensional and ascending, some longer than two.
        is_symmetric: All are square and their own transpose.
        is_normed: The last axis always adds up to one.
    """

    low: float
    high: float
    has_odd: bool
    dimensions: frozenset[int]
    is_sorted: bool
    is_symmetric: bool
    is_normed: bool

    def is_broken_by(self, array: NDArray[Any]) -> bool:
        """Whether an array is unlike all of them."""
        if array.ndim not in self.dimensions:
            return True
        if _is_real(array):
            entries = array[np.isfinite(array)]
            if entries.size < array.size and not self.has_odd:
                return True
            if entries.size and self._is_out_of_range(entries):
                return True
        words = ("is_sorted", "is_symmetric", "is_normed")
        return any(getattr(self, w) and not _holds(w, array) for w in words)

    def _is_out_of_range(self, entries: NDArray[Any]) -> bool:
        low, high = float(entries.min()), float(entries.max())
        if entries.dtype.kind in "iu":
            return low < self.low or high > self.high
        if self.low > 0 >= low or self.low >= 0 > low:
            return True
        if 0 <= self.low and self.high <= 1 < high:
            return True
        return max(-low, high) > ROOM * max(1.0, -self.low, self.high)


def kept(arrays: Sequence[NDArray[Any]]) -> Kept:
    """What some arrays of one place have in common."""
    entries = [a[np.isfinite(a)] for a in arrays if _is_real(a)]
    return Kept(
        low=min((float(e.min()) for e in entries if e.size), default=0.0),
        high=max((float(e.max()) for e in entries if e.size), default=0.0),
        has_odd=any(
            e.size < a.size for e, a in zip(entries, filter(_is_real, arrays), strict=True)
        ),
        dimensions=frozenset(a.ndim for a in arrays),
        is_sorted=_all_hold("is_sorted", arrays),
        is_symmetric=_all_hold("is_symmetric", arrays),
        is_normed=_all_hold("is_normed", arrays),
    )


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes that agree in every recorded call, and what its arrays keep.

    Attributes:
        equal: Groups of quantities: axes, rows, lengths and whole numbers.
        filled: Axes and rows of which there always was one: few functions of arrays promise
            anything for none.
        arrays: By place.
    """

    equal: tuple[frozenset[Quantity], ...] = ()
    filled: frozenset[Quantity] = frozenset()
    arrays: Mapping[Key, Kept] = field(default_factory=dict)

    def are_broken_by(self, places: Iterable[tuple[Key, Any]]) -> bool:
        """Whether a call is unlike the recorded ones in these respects."""
        places = list(places)
        found = quantities(places)
        if any(len({found[q] for q in group if q in found}) > 1 for group in self.equal):
            return True
        if any(found.get(quantity) == 0 for quantity in self.filled):
            return True
        for key, node in places:
            array = array_of(node)
            if array is not None and key in self.arrays and self.arrays[key].is_broken_by(array):
                return True
        return False


def sizes(calls: Sequence[Sequence[tuple[Key, Any]]]) -> Sizes:
    """What the places of all recorded calls keep."""
    by_key: dict[Key, list[NDArray[Any]]] = {}
    for places in calls:
        for key, node in places:
            array = array_of(node)
            if array is not None:
                by_key.setdefault(key, []).append(array)
    tables = [key for places in calls for key, node in places if row_count(node) is not None]
    if not by_key and not tables:
        return Sizes()
    found = [quantities(places) for places in calls]
    rows = {q for numbers in found for q in numbers if q[1] != WHOLE}
    return Sizes(
        equal=_groups(found, rows),
        filled=frozenset(q for q in rows if all(numbers.get(q) != 0 for numbers in found)),
        arrays={key: kept(arrays) for key, arrays in by_key.items()},
    )


def quantities(places: Iterable[tuple[Key, Any]]) -> dict[Quantity, int]:
    """Axes of arrays and rows of tables, by place and number.

    Also whole numbers, and lengths of lists, that are arguments themselves.
    """
    found: dict[Quantity, int] = {}
    for key, node in places:
        array = array_of(node)
        if array is not None:
            found.update({(key, axis): size for axis, size in enumerate(array.shape)})
        elif (rows := row_count(node)) is not None:
            found[key, 0] = rows
        elif len(key) == 1 and type(node) is int:
            found[key, WHOLE] = node
        elif len(key) == 1 and type(node) is list and node[0] in ("l", "t"):
            found[key, WHOLE] = len(node[2])
    return found


def _groups(
    calls: Sequence[Mapping[Quantity, int]], rows: Set[Quantity]
) -> tuple[frozenset[Quantity], ...]:
    """Quantities that are there in the same calls and equal in each; numbers alone say nothing."""
    alike: dict[tuple[int | None, ...], set[Quantity]] = {}
    for quantity in dict.fromkeys(itertools.chain.from_iterable(calls)):
        seen = tuple(numbers.get(quantity) for numbers in calls)
        alike.setdefault(seen, set()).add(quantity)
    return tuple(frozenset(g) for g in alike.values() if len(g) > 1 and g & rows)


def _is_real(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "iuf"


def _all_hold(word: str, arrays: Sequence[NDArray[Any]]) -> bool:
    """Whether all have a property, and one of them is large enough for it to say something."""
    return any(a.size > 2 for a in arrays) and all(_holds(word, a) for a in arrays)


def _holds(word: str, array: NDArray[Any]) -> bool:
    match word:
        case "is_sorted":
            return array.ndim == 1 and _is_real(array) and bool(np.all(array[:-1] <= array[1:]))
        case "is_symmetric":
            is_square = array.ndim == 2 and array.shape[0] == array.shape[1]
            return is_square and _is_real(array) and bool(np.array_equal(array, array.T))
        case _:
            if array.dtype.kind != "f" or not array.ndim:
                return False
            with np.errstate(all="ignore"):
                return bool(np.allclose(array.sum(axis=-1), 1.0))
