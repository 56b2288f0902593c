"""Recorded arrays with other values or fewer rows; pure, on the data of `inside/encode.py`."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OFFSET = 400_000  # large and close together: what cancels loses its digits
PLAIN = re.compile(r"[<>|](?:[biufcSU]\d{1,6}|[Mm]8(?:\[\w{1,8}\])?)")
MAX_ENTRIES = 1_000_000


def array_of(node: Any) -> NDArray[Any] | None:
    """The array; `None` if the node is none, or is not what it says."""
    if type(node) is not list or node[0] != "np" or not PLAIN.fullmatch(str(node[2])):
        return None
    try:
        flat = np.frombuffer(bytes.fromhex(node[4]), dtype=node[2])
        return flat.reshape(node[3]) if flat.size <= MAX_ENTRIES else None
    except (ValueError, TypeError):
        return None


def with_values(node: Any, array: NDArray[Any]) -> Any:
    """The node with another content of the same type."""
    return ["np", node[1], node[2], list(array.shape), array.astype(node[2]).tobytes().hex()]


def rows_of_array(node: Any, positions: Sequence[int]) -> Any:
    """The node with these rows only; as it is where it cannot be read."""
    array = array_of(node)
    return node if array is None or array.ndim == 0 else with_values(node, array[list(positions)])


def cut_array(node: Any, most: int) -> Any:
    """The node with no axis longer than `most`."""
    array = array_of(node)
    if array is None:
        return node
    return with_values(node, array[tuple(slice(most) for _ in range(array.ndim))])


def array_edges(node: Any) -> list[Any]:
    """What a reviewer would try in an array's place: other values first, then other lengths."""
    array = array_of(node)
    if array is None or array.size == 0:
        return []
    found = [*_orders(array), *_values(array)]
    if array.ndim:
        twice = np.concatenate([array, array])
        found += [array[:0], array[:1], array[1:], array[:-1], twice]
    return [with_values(node, other) for other in found]


def random_array(node: Any, draw: random.Random) -> Any:
    """Another array of the shape and type, around the size of this one."""
    array = array_of(node)
    if array is None or array.size == 0:
        return node
    pick = np.random.default_rng(draw.getrandbits(32))
    drawn = pick.choice(array.reshape(-1), size=array.shape)
    if array.dtype.kind in "fc" and draw.random() < 0.5:
        with np.errstate(all="ignore"):
            return with_values(node, drawn * pick.uniform(0.1, 2.0, size=array.shape))
    return with_values(node, drawn)


def _orders(array: NDArray[Any]) -> list[NDArray[Any]]:
    """The same entries in another order, or some of them more than once."""
    flat = array.reshape(-1)
    ordered = np.sort(flat)
    tied = flat.copy()
    tied[-1] = flat[0]
    half = flat.copy()
    half[: flat.size // 2] = flat[0]
    same = np.full_like(flat, flat[0])
    orders = (flat[::-1], np.roll(flat, 1), ordered, ordered[::-1], tied, half, same)
    return [order.reshape(array.shape) for order in orders]


def _values(array: NDArray[Any]) -> list[NDArray[Any]]:
    """Other entries."""
    kind = array.dtype.kind
    if kind == "b":
        return [~array, np.zeros_like(array), np.ones_like(array)]
    if kind not in "iufc":
        return []
    with np.errstate(all="ignore"):
        found = [np.zeros_like(array), np.ones_like(array), -array, array + array.dtype.type(1)]
        if kind == "f":
            found += [array / 3, array + array.dtype.type(OFFSET)]
            found += [_with_first(array, odd) for odd in (np.nan, np.inf, -np.inf)]
    return found


def _with_first(array: NDArray[Any], value: float) -> NDArray[Any]:
    found = array.copy()
    found.reshape(-1)[0] = value
    return found
