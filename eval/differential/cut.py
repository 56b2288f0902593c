"""Large recorded calls made small, so that many like them can be tried."""

from __future__ import annotations

from typing import Any

from speedwright.eval.differential.arrays import cut_array
from speedwright.eval.differential.document import call_documents, walk
from speedwright.eval.differential.tables import cut_made

ITEMS = 12
ITEMS_OF_MANY_AXES = 5


def cut(call: Any) -> Any:
    """A call whose long lists, arrays and tables are cut, all to one length.

    A whole number that is the size of a cut axis is cut with it: `n` beside an `n` by `n` matrix.
    """
    arrays = [n for n in walk(call_documents(call)) if type(n) is list and n[0] == "np"]
    most = ITEMS if all(len(n[3]) <= 2 for n in arrays) else ITEMS_OF_MANY_AXES
    lengths = {size for node in arrays for size in node[3] if size > most}
    args, keywords = call
    return [
        [_size(a, lengths, most) for a in args],
        [[name, _size(value, lengths, most)] for name, value in keywords],
    ]


def _size(argument: Any, lengths: set[int], most: int) -> Any:
    if type(argument) is int and argument in lengths:
        return most
    return _cut(argument, most)


def _cut(document: Any, most: int) -> Any:
    if type(document) is not list:
        return document
    if document[:1] == ["np"]:
        return cut_array(document, most)
    if document[:1] == ["mk"]:
        return cut_made(document, most)
    return [
        [_cut(i, most) for i in part[:most]] if type(part) is list else part for part in document
    ]
