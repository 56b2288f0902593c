"""Values from the plain data that `encode.py` makes."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import functools
import importlib
import logging
import pathlib
import re
import sys
import threading
import uuid
from collections import OrderedDict, defaultdict, deque
from typing import Any

from speedwright.eval.differential.inside.cannot import CannotDecode
from speedwright.eval.differential.inside.encode import builtin_base
from speedwright.eval.differential.inside.recipes import made

KINDS: dict[str, Any] = {
    "range": range,
    "slice": slice,
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
    "date": datetime.date,
    "timedelta": datetime.timedelta,
    "timezone": datetime.timezone,
    "UUID": uuid.UUID,
    "pattern": re.compile,
    "PosixPath": pathlib.PosixPath,
    "PurePosixPath": pathlib.PurePosixPath,
    "Ellipsis": lambda: Ellipsis,
    "NotImplemented": lambda: NotImplemented,
    "object": object,
    "time": lambda *a: datetime.time(*a[:5], fold=a[5]),
    "datetime": lambda *a: datetime.datetime(*a[:8], fold=a[8]),
}


def named(module: str, name: str) -> Any:
    """The object of that qualified name.

    Raises:
        CannotDecode: There is none.
    """
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise CannotDecode(f"no {module}.{name}: {error}") from None
    return found


class Decoder:
    """Rebuilds values that may share parts."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def decode(self, document: Any) -> Any:
        """The value.

        Raises:
            CannotDecode: It cannot be rebuilt here.
        """
        if type(document) is not list:
            return document
        tag, *rest = document
        read = getattr(self, f"_read_{tag}", None)
        if read is None:
            raise CannotDecode(f"data of kind {tag!r}")
        return read(*rest)

    def items(self, documents: list[Any]) -> list[Any]:
        """Each one decoded."""
        return [self.decode(d) for d in documents]

    def pairs(self, documents: list[Any]) -> list[tuple[Any, Any]]:
        """Keys and values decoded."""
        return [(self.decode(k), self.decode(v)) for k, v in documents]

    def _keep(self, number: int, value: Any) -> Any:
        self._known[number] = value
        return value

    def _read_r(self, number: int) -> Any:
        if number not in self._known:
            raise CannotDecode("a tuple or set that contains itself")
        return self._known[number]

    def _read_i(self, text: str) -> int:
        return int(text, 16)

    def _read_f(self, text: str) -> float:
        return float.fromhex(text)

    def _read_c(self, real: str, imag: str) -> complex:
        return complex(float.fromhex(real), float.fromhex(imag))

    def _read_u(self, text: str) -> str:
        return bytes.fromhex(text).decode("utf-8", "surrogatepass")

    def _read_b(self, text: str) -> bytes:
        return bytes.fromhex(text)

    def _read_ba(self, number: int, text: str) -> bytearray:
        return self._keep(number, bytearray.fromhex(text))  # type: ignore[no-any-return]

    def _read_l(self, number: int, documents: list[Any]) -> list[Any]:
        found: list[Any] = self._keep(number, [])
        found.extend(self.decode(d) for d in documents)
        return found

    def _read_t(self, number: int, documents: list[Any]) -> Any:
        return self._keep(number, tuple(self.items(documents)))

    def _read_d(self, number: int, documents: list[Any]) -> dict[Any, Any]:
        found: dict[Any, Any] = self._keep(number, {})
        found.update(self.pairs(documents))
        return found

    def _read_s(self, number: int, documents: list[Any]) -> set[Any]:
        found: set[Any] = self._keep(number, set())
        found.update(self.items(documents))
        return found

    def _read_z(self, number: int, documents: list[Any]) -> Any:
        return self._keep(number, frozenset(self.items(documents)))

    def _read_dq(self, number: int, documents: list[Any], maxlen: int | None) -> Any:
        found = self._keep(number, deque(maxlen=maxlen))
        found.extend(self.items(documents))
        return found

    def _read_dd(self, number: int, factory: Any, documents: list[Any]) -> Any:
        found = self._keep(number, defaultdict(self.decode(factory)))
        found.update(self.pairs(documents))
        return found

    def _read_k(self, kind: str, *documents: Any) -> Any:
        return KINDS[kind](*self.items(list(documents)))

    def _read_e(self, module: str, name: str, member: Any) -> Any:
        found = named(module, name)
        if not isinstance(found, enum.EnumMeta):
            raise CannotDecode(f"{module}.{name} is no enum")
        try:
            return found[member] if type(member) is str else found(self.decode(member[1]))
        except (KeyError, ValueError):
            raise CannotDecode(f"{module}.{name} has no member {member!r}") from None

    def _read_g(self, module: str, name: str) -> Any:
        return named(module, name)

    def _read_bm(self, owner: Any, name: str) -> Any:
        return getattr(self.decode(owner), name)

    def _read_pa(self, function: Any, args: list[Any], keywords: list[Any]) -> Any:
        return functools.partial(
            self.decode(function), *self.items(args), **dict(self.pairs(keywords))
        )

    def _read_m(self, name: str) -> Any:
        return importlib.import_module(name)

    def _read_lg(self, name: str) -> Any:
        return logging.getLogger(name)

    def _read_lk(self, name: str) -> Any:
        return getattr(threading, name)()

    def _read_sd(self, name: str) -> Any:
        return getattr(sys, name)

    def _read_np(self, number: int, dtype: str, shape: list[int], text: str) -> Any:
        numpy = importlib.import_module("numpy")
        flat = numpy.frombuffer(bytearray.fromhex(text), dtype=dtype)
        return self._keep(number, flat.reshape(shape))

    def _read_no(self, number: int, shape: list[int], documents: list[Any]) -> Any:
        numpy = importlib.import_module("numpy")
        array = self._keep(number, numpy.empty(shape, dtype=object))
        for at, document in enumerate(documents):
            array.flat[at] = self.decode(document)
        return array

    def _read_ns(self, dtype: str, text: str) -> Any:
        numpy = importlib.import_module("numpy")
        return numpy.frombuffer(bytes.fromhex(text), dtype=dtype)[0]

    def _read_nd(self, dtype: str) -> Any:
        return importlib.import_module("numpy").dtype(dtype)

    def _read_mk(self, number: int, recipe: str, documents: list[Any]) -> Any:
        return self._keep(number, made(recipe, self.items(documents)))

    def _read_o(self, number: int, module: str, name: str, state: Any, content: Any) -> Any:
        kind = named(module, name)
        if not isinstance(kind, type):
            raise CannotDecode(f"{module}.{name} is no class")
        found = self._keep(number, self._made(kind, number, content))
        for attribute, document in state:
            value = self.decode(document)
            try:
                object.__setattr__(found, attribute, value)
            except (AttributeError, TypeError):
                raise CannotDecode(f"{name} has no place for {attribute!r}") from None
        return found

    def _made(self, kind: type, number: int, content: Any) -> Any:
        base: Any = builtin_base(kind)
        if base is object:
            return object.__new__(kind)
        if issubclass(base, BaseException):
            return kind.__new__(kind, *self.decode(content))
        if base in (list, dict, set, OrderedDict):
            found = self._keep(number, base.__new__(kind))
            fill = list.extend if base is list else set.update if base is set else None
            value = self.decode(content)
            if fill is not None:
                fill(found, value)
            else:
                for key, item in value.items():
                    base.__setitem__(found, key, item)
            return found
        return base.__new__(kind, self.decode(content))
