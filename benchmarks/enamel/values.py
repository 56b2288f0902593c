"""Reads plain data from bytes that a candidate may have made: nothing but builtin values comes out.

Format: `marshal` version 2, of which the parts for plain data are read. `marshal.loads` itself is
not for foreign bytes: they can crash the interpreter.

Covers: wrong lengths, depth, types that are no plain data, trailing bytes, unhashable keys.
"""

from __future__ import annotations

import struct
from typing import Any

MAX_DEPTH = 500
_CONSTANTS: dict[int, Any] = {ord("N"): None, ord("T"): True, ord("F"): False}
_NULL = ord("0")
_DIGIT_BITS = 15
_END = object()


class NotPlain(Exception):
    """The bytes are no plain data."""


def read_value(data: bytes) -> Any:
    """The value in marshalled bytes.

    Raises:
        NotPlain: They are malformed, too deep, or hold something that is no plain data.
    """
    try:
        value, end = _value(data, 0, 0)
    except (struct.error, IndexError, UnicodeDecodeError, TypeError, RecursionError) as error:
        raise NotPlain(f"malformed: {error}") from error
    if value is _END or end != len(data):
        raise NotPlain("not exactly one value")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH:
        raise NotPlain(f"nested deeper than {MAX_DEPTH} levels")
    kind, at = data[at], at + 1
    if kind in _CONSTANTS:
        return _CONSTANTS[kind], at
    if kind == _NULL:
        return _END, at
    match chr(kind):
        case "i":
            return struct.unpack_from("<i", data, at)[0], at + 4
        case "l":
            return _long(data, at)
        case "g":
            return struct.unpack_from("<d", data, at)[0], at + 8
        case "y":
            return complex(*struct.unpack_from("<dd", data, at)), at + 16
        case "u":
            raw, at = _bytes(data, at)
            return raw.decode("utf-8", "surrogatepass"), at
        case "s":
            return _bytes(data, at)
        case "[" | "(" | "<" | ">" as bracket:
            items, at = _items(data, at, depth)
            return {"[": list, "(": tuple, "<": set, ">": frozenset}[bracket](items), at
        case "{":
            return _dictionary(data, at, depth)
    raise NotPlain(f"type code {kind}")


def _size(data: bytes, at: int) -> tuple[int, int]:
    (size,) = struct.unpack_from("<i", data, at)
    if size < 0 or size > len(data) - at - 4:
        raise NotPlain("a length beyond the end")
    return size, at + 4


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    size, at = _size(data, at)
    return data[at : at + size], at + size


def _long(data: bytes, at: int) -> tuple[int, int]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    if 2 * abs(count) > len(data) - at:
        raise NotPlain("a number beyond the end")
    digits = struct.unpack_from(f"<{abs(count)}h", data, at)
    if any(digit < 0 for digit in digits):
        raise NotPlain("a number with a digit out of range")
    # Joined pairwise: linear sums of shifts would take quadratic time.
    parts, bits = list(digits), _DIGIT_BITS
    while len(parts) > 1:
        if len(parts) % 2:
            parts.append(0)
        parts = [low | high << bits for low, high in zip(parts[::2], parts[1::2], strict=True)]
        bits *= 2
    number = parts[0] if parts else 0
    return (-number if count < 0 else number), at + 2 * abs(count)


def _items(data: bytes, at: int, depth: int) -> tuple[list[Any], int]:
    size, at = _size(data, at)
    items = []
    for _ in range(size):
        item, at = _value(data, at, depth + 1)
        if item is _END:
            raise NotPlain("an end in a sequence")
        items.append(item)
    return items, at


def _dictionary(data: bytes, at: int, depth: int) -> tuple[dict[Any, Any], int]:
    found: dict[Any, Any] = {}
    while True:
        key, at = _value(data, at, depth + 1)
        if key is _END:
            return found, at
        value, at = _value(data, at, depth + 1)
        if value is _END:
            raise NotPlain("a key without a value")
        found[key] = value
