"""Encoded values as short text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speedwright.eval.differential.arrays import array_of
from speedwright.eval.differential.tables import columns_of, content_of

SHOWN = 80


def kind_of(document: Any) -> str:
    """The type's name, for people."""
    if type(document) is not list:
        return type(document).__name__
    names = {"i": "int", "f": "float", "c": "complex", "u": "str", "b": "bytes", "l": "list",
             "t": "tuple", "d": "dict", "s": "set", "z": "frozenset", "ba": "bytearray",
             "dq": "deque", "dd": "defaultdict", "it": "iterator", "np": "array"}  # fmt: skip
    tag = document[0]
    if tag == "mk":
        return str(document[2]).rpartition(".")[2]
    if tag in names:
        return names[tag]
    if tag == "k":
        return str(document[1])
    return str(document[3] if tag == "o" else document[2] if len(document) > 2 else tag)


def shown(document: Any, index: Mapping[int, Any] | None = None, *, whole: bool = False) -> str:
    """Short text of a value; the whole of it where it serves as a key."""
    text = _plain(document, index or {}, 12 if whole else 4)
    return text if whole or len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _plain(document: Any, index: Mapping[int, Any], depth: int) -> str:
    document = resolved(document, index)
    if type(document) is not list:
        return repr(document) if len(str(document)) < 10_000 else repr(str(document)[:10_000])
    tag = document[0]
    if tag == "f":
        return repr(float.fromhex(document[1]))
    if tag == "i":
        return str(document[1])
    if tag == "b":
        return repr(bytes.fromhex(document[1]))
    if tag == "np" and (array := array_of(document)) is not None:
        return f"array({array.tolist()}, {array.dtype})" if array.size < 10_000 else str(document)
    if tag == "ns" and (scalar := array_of(["np", 0, document[1], [], document[2]])) is not None:
        return f"{scalar.dtype}({scalar.item()!r})"
    if depth == 0:
        return "…"
    if tag == "no":
        inner = ", ".join(_plain(i, index, depth - 1) for i in document[3][:1000])
        return f"array([{inner}], object)"
    if tag == "mk":
        return _made(document, index, depth)
    if tag in ("l", "t", "s", "z", "dq"):
        inner = ", ".join(_plain(i, index, depth - 1) for i in document[2][:1000])
        return {"l": f"[{inner}]", "t": f"({inner})"}.get(tag, f"{{{inner}}}")
    if tag == "d":
        pairs = document[2][:1000]
        texts = [f"{_plain(k, index, depth - 1)}: {_plain(v, index, depth - 1)}" for k, v in pairs]
        return "{" + ", ".join(texts) + "}"
    if tag == "o":
        fields = [f"{k}={_plain(v, index, depth - 1)}" for k, v in document[4][:50]]
        return f"{document[3]}({', '.join(fields)})"
    if tag == "it":
        inner = ", ".join(_plain(i, index, depth - 1) for i in document[2][:1000])
        return f"{document[1]} of [{inner}]"
    if tag == "k":
        inner = ", ".join(_plain(i, index, depth - 1) for i in document[2:])
        return f"{document[1]}({inner})"
    return str(document)[:10_000]


def _made(document: Any, index: Mapping[int, Any], depth: int) -> str:
    """A table by its columns, anything else by what it is made of."""
    columns = columns_of(document)
    if columns is not None:
        texts = [f"{_plain(n, index, 1)}: {_plain(v, index, depth - 1)}" for n, v in columns]
        return f"{kind_of(document)}({{{', '.join(texts)}}})"
    content = content_of(document)
    if content is not None:
        return f"{kind_of(document)}({_plain(content, index, depth - 1)})"
    inner = ", ".join(_plain(part, index, depth - 1) for part in document[3])
    return f"{kind_of(document)}({inner})"


def resolved(document: Any, index: Mapping[int, Any]) -> Any:
    """The value itself, where a reference to it stands."""
    if type(document) is list and document[0] == "r":
        return index.get(document[1], document)
    return document
