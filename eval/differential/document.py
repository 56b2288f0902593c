"""Walking encoded values (`inside/encode.py`) without mistaking their contents for tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

NUMBERED = frozenset({"l", "t", "d", "s", "z", "ba", "dq", "dd", "o", "np", "no", "mk"})
SEQUENCES = frozenset({"l", "t", "s", "z", "dq", "it"})


def children(document: Any) -> list[Any]:
    """Encoded values directly inside one."""
    if type(document) is not list:
        return []
    tag = document[0]
    if tag in SEQUENCES:
        return list(document[2])
    if tag == "d":
        return _flat(document[2])
    if tag == "dd":
        return [document[2], *_flat(document[3])]
    if tag == "k":
        return list(document[2:])
    if tag == "o":
        return [value for _, value in document[4]] + [document[5]]
    if tag in ("no", "mk"):
        return list(document[3])
    if tag == "bm":
        return [document[1]]
    if tag == "pa":
        return [document[1], *document[2], *_flat(document[3])]
    return []


def walk(documents: Iterable[Any]) -> Iterator[Any]:
    """Every encoded value in some, themselves included."""
    stack = list(documents)
    while stack:
        document = stack.pop()
        yield document
        stack += children(document)


def call_documents(call: Any) -> list[Any]:
    """The argument values of an encoded call `[args, [[name, value]...]]`."""
    args, keywords = call
    return [*args, *(value for _, value in keywords)]


def _flat(pairs: Iterable[Any]) -> list[Any]:
    return [item for pair in pairs for item in pair]
