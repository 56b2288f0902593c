"""Recorded tables and tensors with other rows, and the places in them whose values may change.

Pure, on the documents that the recipes of `inside/recipes.py` take: `["mk", id, recipe, parts]`. A
column is a list of how it is kept and what it holds. A part that stands elsewhere in the call too
is a reference there and is left alone.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from typing import Any

from speedwright.eval.differential.arrays import cut_array, rows_of_array

Path = tuple[int, ...]
HELD = (2, 1)  # what a column holds, from the column's document on
TABLES = ("pandas.DataFrame", "pandas.Series")
WHOLE = ("numpy.matrix", "numpy.recarray", "torch.Tensor")


def is_made(node: Any) -> bool:
    """Whether the node is made by a recipe."""
    return type(node) is list and node[0] == "mk"


def contents(node: Any) -> Iterator[tuple[str, Path]]:
    """Name and place of everything that holds values; codes of categories are none."""
    name, parts = node[2], node[3]
    if name in TABLES:
        if is_made(parts[0]) and parts[0][2] == "pandas.Index":
            yield "labels", (3, 0, 3, 0, *HELD)
    if name == "pandas.DataFrame":
        for number, column in enumerate(parts[2][2]):
            if at(column, (2, 0)) != "category":
                yield f"column {number}", (3, 2, 2, number, *HELD)
    elif name == "pandas.Series":
        if at(parts[2], (2, 0)) != "category":
            yield "values", (3, 2, *HELD)
    elif name == "pandas.Index":
        yield "labels", (3, 0, *HELD)
    elif name == "numpy.structured":
        for number in range(len(parts[1][2])):
            yield f"field {number}", (3, 1, 2, number, 2, 1)
    elif name in WHOLE:
        yield "values", (3, 0)
    elif name == "numpy.masked":
        yield "values", (3, 0)
        yield "mask", (3, 1)


def at(node: Any, path: Path) -> Any:
    """What stands there; `None` if the node has no such place."""
    for index in path:
        if type(node) is not list or index >= len(node):
            return None
        node = node[index]
    return node


def columns_of(node: Any) -> list[tuple[Any, Any]] | None:
    """Label and content of each column of a table that has plain labels."""
    if node[2] != "pandas.DataFrame":
        return None
    labels, columns = at(node, (3, 1, 3, 0, *HELD)), node[3][2][2]
    if type(labels) is not list or labels[0] not in ("l", "no") or len(labels[-1]) != len(columns):
        return None
    return [(label, at(c, HELD)) for label, c in zip(labels[-1], columns, strict=True)]


def content_of(node: Any) -> Any:
    """What a series or an index holds; `None` of anything else."""
    place = {"pandas.Series": (3, 2, *HELD), "pandas.Index": (3, 0, *HELD)}.get(node[2])
    return None if place is None else at(node, place)


def row_count(node: Any) -> int | None:
    """Rows of a table; `None` of anything else."""
    if not is_made(node) or node[2] not in TABLES or not is_made(node[3][0]):
        return None
    name, parts = node[3][0][2], node[3][0][3]
    if name == "pandas.RangeIndex":
        start, stop, step, _ = parts
        is_small = all(type(number) is int for number in (start, stop, step))
        return len(range(start, stop, step)) if is_small else None
    content = at(parts, (0, *HELD)) if name == "pandas.Index" else at(parts, (1, 2, 0))
    return _length(content)


def with_rows(node: Any, positions: Sequence[int]) -> Any:
    """A table with these rows, in this order; `None` if it cannot be taken apart."""
    if row_count(node) is None:
        return None
    found = copy.deepcopy(node)
    found[3][0] = _index_rows(found[3][0], positions)
    columns = found[3][2][2] if node[2] == "pandas.DataFrame" else [found[3][2]]
    if found[3][0] is None or any(c[0] != "l" or _length(c[2][1]) is None for c in columns):
        return None
    for column in columns:
        column[2][1] = _rows(column[2][1], positions)
    return found


def table_edges(node: Any) -> list[Any]:
    """A table with none, one, fewer, turned and doubled rows."""
    count = row_count(node)
    if not count:
        return []
    every = range(count)
    choices: tuple[Sequence[int], ...] = (
        every[::-1], every[1:], every[:-1], every[:1], every[:0], (*every, *every)
    )  # fmt: skip
    return [found for choice in choices if (found := with_rows(node, choice)) is not None]


def random_rows(node: Any, draw: random.Random) -> Any:
    """A table of rows drawn from this one's, with repetition."""
    count = row_count(node)
    found = with_rows(node, draw.choices(range(count), k=count)) if count else None
    return node if found is None else found


def cut_made(node: Any, most: int) -> Any:
    """Fewer rows of a table, no axis longer than `most` of anything else."""
    count = row_count(node)
    if count is not None:
        found = with_rows(node, range(min(count, most)))
        return node if found is None else found
    if node[2] not in (*WHOLE, "numpy.masked"):
        return node
    found = copy.deepcopy(node)
    for _, path in contents(found):
        at(found, path[:-1])[path[-1]] = cut_array(at(found, path), most)
    return found


def _length(content: Any) -> int | None:
    """Entries of what a column holds; `None` of what is no column."""
    if type(content) is not list:
        return None
    if content[0] == "l":
        return len(content[2])
    shape = {"np": content[3:4], "no": content[2:3]}.get(content[0])
    return int(shape[0][0]) if shape and len(shape[0]) == 1 else None


def _rows(content: Any, positions: Sequence[int]) -> Any:
    if content[0] == "np":
        return rows_of_array(content, positions)
    items = [copy.deepcopy(content[-1][position]) for position in positions]
    shape = [[len(items)]] if content[0] == "no" else []
    return [content[0], content[1], *shape, items]


def _index_rows(index: Any, positions: Sequence[int]) -> Any:
    if not is_made(index):
        return None
    name, parts = index[2], index[3]
    if name == "pandas.RangeIndex":
        return _range_rows(index, positions)
    if name == "pandas.Index" and _length(at(parts, (0, *HELD))) is not None:
        parts[0][2][1] = _rows(parts[0][2][1], positions)
        parts[2] = None  # the step between rows is another now
        return index
    codes = at(parts, (1, 2))
    if name == "pandas.MultiIndex" and codes and all(_length(c) is not None for c in codes):
        parts[1][2] = [_rows(code, positions) for code in codes]
        return index
    return None


def _range_rows(index: Any, positions: Sequence[int]) -> Any:
    start, _, step, name = index[3]
    if list(positions) == list(range(len(positions))):
        stop = start + step * len(positions)
        return ["mk", index[1], index[2], [start, stop, step, name]]
    labels = b"".join((start + step * p).to_bytes(8, "little", signed=True) for p in positions)
    content = ["np", -1, "<i8", [len(positions)], labels.hex()]
    kept = ["l", -1, ["plain", content]]
    return ["mk", index[1], "pandas.Index", [kept, name, None]]
