"""Python values as plain JSON data: exact, without running code of the target.

Scalars stand for themselves; everything else is a list whose first item is a tag:

    ["i", hex] big int            ["f", hex] float              ["c", re, im] complex
    ["u", hex] str with lone surrogates                         ["b", hex] bytes
    ["l", id, items] list         ["t", id, items] tuple        ["d", id, [[key, value]...]] dict
    ["s", id, items] set          ["z", id, items] frozenset    ["ba", id, hex] bytearray
    ["dq", id, items, maxlen]     ["dd", id, factory, pairs]    ["r", id] met before
    ["k", type, argument...]      range, slice, Decimal, Fraction, dates, patterns, paths, UUID
    ["e", module, name, member]   enum member (by value where it has no name)
    ["g", module, name]           class or function found under that name
    ["bm", self, name]            bound method
    ["pa", function, args, kwargs]                              functools.partial
    ["o", id, module, name, [[attribute, value]...], base]      instance; base: builtin content
    ["np", id, dtype, shape, hex] numpy array                   ["ns", dtype, hex] numpy scalar
    ["no", id, shape, items]      numpy array of objects
    ["it", type, items, is_whole] iterator, consumed            ["x", module, name] opaque
    ["m", name] module            ["lg", name] logger
    ["lk", name] lock             ["sd", name] standard stream
    ["mk", id, recipe, parts]     table, tensor, ...: see `recipes.py`

"it" and "x" occur only in outcomes, never in what is replayed; "mk" only in what is replayed.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import functools
import json
import logging
import operator
import pathlib
import re
import sys
import threading
import types
import uuid
from collections import OrderedDict, defaultdict, deque
from typing import Any

from speedwright.eval.differential.inside.cannot import CannotEncode
from speedwright.eval.differential.inside.recipes import recipe_of
from speedwright.eval.differential.inside.tables import name_of, parts_of

MAX_DEPTH = 100
MAX_ITERATED = 2000
HEAP_TYPE = 1 << 9
SAFE_INT = 1 << 53
PLAIN: dict[type, Any] = {
    str: lambda v: str.__add__(v, ""),
    bytes: lambda v: bytes.__add__(v, b""),
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
}
LOCKS = {type(threading.Lock()): "Lock", type(threading.RLock()): "RLock"}
MUTABLE_BASES = (list, dict, set, OrderedDict)
IMMUTABLE_BASES = (tuple, str, int, float, bytes, frozenset, complex)


def text_of(document: Any) -> str:
    """Canonical text of encoded data."""
    return json.dumps(document, separators=(",", ":"))


class Encoder:
    """Encodes values that may share parts.

    Args:
        max_size: Ceiling on nodes and characters together.
        is_outcome: Whether what cannot be rebuilt may be consumed or named by its type.
        main_name: What module `__main__` is called where it is imported.
    """

    def __init__(self, max_size: int, *, is_outcome: bool = False, main_name: str = "") -> None:
        self._left = max_size
        self._max_size = max_size
        self._is_outcome = is_outcome
        self._main_name = main_name
        self._ids: dict[int, int] = {}
        self._alive: list[Any] = []

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Plain data for a value.

        Raises:
            CannotEncode: It is too large, too deep, or of a kind that cannot travel.
        """
        kind = type(value)
        if value is None or kind is bool:
            self._charge(1)
            return value
        if depth > MAX_DEPTH:
            raise CannotEncode(f"data nested deeper than {MAX_DEPTH} levels")
        scalar = SCALARS.get(kind)
        if scalar is not None:
            document = scalar(value)
            self._charge(1 + (len(document) if type(document) is str else _length(document)))
            return document
        self._charge(2)
        if id(value) in self._ids:
            return ["r", self._ids[id(value)]]
        special = SPECIAL.get(kind)
        if special is not None:
            return special(self, value, depth + 1)
        return self._other(value, kind, depth + 1)

    def number(self, value: Any) -> int:
        """A new id for a value that may be met again."""
        self._alive.append(value)
        return self._ids.setdefault(id(value), len(self._ids))

    def items(self, values: Any, depth: int) -> list[Any]:
        """Each one encoded."""
        return [self.encode(value, depth) for value in values]

    def pairs(self, pairs: Any, depth: int) -> list[Any]:
        """Keys and values encoded."""
        return [[self.encode(k, depth), self.encode(v, depth)] for k, v in pairs]

    def unordered(self, values: Any, depth: int) -> list[Any]:
        """Each one encoded, in an order that does not depend on hashes."""
        return self.items(sorted(values, key=self._key), depth)

    def module(self, name: str) -> str:
        """The name under which a module can be imported."""
        return self._main_name if name == "__main__" and self._main_name else name

    def _key(self, value: Any) -> str:
        apart = Encoder(self._left, is_outcome=self._is_outcome, main_name=self._main_name)
        return text_of(apart.encode(value))

    def _charge(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise CannotEncode(f"data of more than {self._max_size:,} parts")

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, type) or kind in (types.FunctionType, types.BuiltinFunctionType):
            return self._by_name(value)
        if kind is types.MethodType:
            return ["bm", self.encode(value.__self__, depth), value.__func__.__name__]
        if isinstance(kind, enum.EnumMeta):
            name = enum.Enum.__dict__["name"].__get__(value)
            member = name if type(name) is str else ["v", self.encode(value._value_, depth)]
            return ["e", self.module(kind.__module__), kind.__qualname__, member]
        for read in (self._foreign, self._numpy):
            document = read(value, kind, depth)
            if document is not None:
                return document
        if issubclass(kind, logging.Logger):
            return ["lg", logging.Logger.__getattribute__(value, "name")]
        for name in ("stdout", "stderr"):
            if value is getattr(sys, name):
                return ["sd", name]
        if hasattr(kind, "__next__"):
            return self._iterator(value, kind, depth)
        try:
            return self._instance(value, kind, depth)
        except CannotEncode:
            if self._is_outcome and self._left >= 0:
                return ["x", kind.__module__, kind.__qualname__]
            raise

    def _foreign(self, value: Any, kind: type, depth: int) -> Any:
        """A value whose content is none of Python's attributes; `None` if it is no such value."""
        if not self._is_outcome:
            recipe = recipe_of(value, kind)
            return recipe and ["mk", self.number(value), recipe[0], self.items(recipe[1], depth)]
        parts = parts_of(value, kind)
        if parts is None:
            return None
        number = self.number(value)
        state = [[name, self.encode(part, depth)] for name, part in parts]
        return ["o", number, kind.__module__.partition(".")[0], name_of(kind), state, None]

    def _by_name(self, value: Any) -> Any:
        module, name = str(value.__module__), str(value.__qualname__)
        found: Any = sys.modules.get(module)
        try:
            for part in name.split("."):
                found = found.__dict__[part]
        except (AttributeError, KeyError):
            found = None
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
        if found is not value and getattr(found, "__wrapped__", None) is not value:
            if self._is_outcome:
                return ["x", module, type(value).__qualname__]
            raise CannotEncode(f"the local {type(value).__name__} {name}")
        return ["g", self.module(module), name]

    def _iterator(self, value: Any, kind: type, depth: int) -> Any:
        if not self._is_outcome:
            raise CannotEncode(f"a {kind.__name__}")
        items: list[Any] = []
        advance: Any = getattr(kind, "__next__")  # noqa: B009 (types do not know it)
        for _ in range(MAX_ITERATED):
            try:
                items.append(self.encode(advance(value), depth))
            except StopIteration:
                return ["it", kind.__name__, items, True]
        return ["it", kind.__name__, items, False]

    def _numpy(self, value: Any, kind: type, depth: int) -> Any:
        numpy = sys.modules.get("numpy")
        if numpy is None or not hasattr(numpy, "generic"):
            return None
        if kind is numpy.ndarray:
            if value.dtype.fields is None and value.dtype.kind == "O":
                flat = value.ravel().tolist()
                return ["no", self.number(value), list(value.shape), self.items(flat, depth)]
            if value.dtype.fields is not None or value.dtype.kind not in "biufcSUmM":
                raise CannotEncode(f"a numpy array of {value.dtype}")
            self._charge(value.nbytes)
            shape = list(value.shape)
            return ["np", self.number(value), value.dtype.str, shape, value.tobytes().hex()]
        if issubclass(kind, numpy.generic) and value.dtype.kind in "biufcSUmM":
            return ["ns", value.dtype.str, value.tobytes().hex()]
        if issubclass(kind, numpy.dtype):
            return ["nd", value.str]
        return None

    def _instance(self, value: Any, kind: type, depth: int) -> Any:
        base = builtin_base(kind)
        number = self.number(value)
        state = [[n, self.encode(v, depth)] for n, v in attributes(value, kind)]
        content = None
        if base is not object:
            content = self._content(value, base, depth)
        return ["o", number, self.module(kind.__module__), kind.__qualname__, state, content]

    def _content(self, value: Any, base: Any, depth: int) -> Any:
        if issubclass(base, BaseException):
            return ["t", -1, self.items(BaseException.__dict__["args"].__get__(value), depth)]
        if base in (dict, OrderedDict):
            return ["d", -1, self.pairs(base.items(value), depth)]
        if base in (set, frozenset):
            return ["s", -1, self.unordered(base.__iter__(value), depth)]
        if base in (list, tuple):
            return ["l", -1, self.items(base.__iter__(value), depth)]
        return self.encode(PLAIN[base](value), depth)


def builtin_base(kind: type) -> type:
    """The builtin type whose content an instance holds beside its attributes.

    Raises:
        CannotEncode: Instances cannot be rebuilt from attributes and builtin content.
    """
    found = next(c for c in kind.__mro__ if not c.__flags__ & HEAP_TYPE)
    if hasattr(kind, "__del__"):
        raise CannotEncode(f"a {kind.__qualname__}, which has a finaliser")
    if "<locals>" in kind.__qualname__:
        raise CannotEncode(f"an instance of the local class {kind.__qualname__}")
    if found is object:
        try:
            object.__new__(kind)
        except TypeError:
            raise CannotEncode(f"a {kind.__qualname__}") from None
        return object
    if found in MUTABLE_BASES or found in IMMUTABLE_BASES or issubclass(found, BaseException):
        return found
    raise CannotEncode(f"a {kind.__qualname__}")


def attributes(value: Any, kind: type) -> list[tuple[str, Any]]:
    """Names and values of an instance's `__dict__` and slots, read past the class's own hooks."""
    found: dict[str, Any] = {}
    for cls in reversed(kind.__mro__):
        for name, member in cls.__dict__.items():
            if isinstance(member, types.MemberDescriptorType) and cls.__flags__ & HEAP_TYPE:
                try:
                    found[name] = member.__get__(value, kind)
                except AttributeError:
                    continue
    if kind.__dictoffset__:
        own = object.__getattribute__(value, "__dict__")
        if type(own) is dict:
            found.update((k, v) for k, v in own.items() if type(k) is str)
    return sorted(found.items(), key=operator.itemgetter(0))


def _length(document: Any) -> int:
    return len(document[1]) if type(document) is list and type(document[1]) is str else 1


def _int(value: int) -> Any:
    return value if -SAFE_INT < value < SAFE_INT else ["i", hex(value)]


def _str(value: str) -> Any:
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return ["u", value.encode("utf-8", "surrogatepass").hex()]
    return value


SCALARS: dict[type, Any] = {
    int: _int,
    str: _str,
    float: lambda v: ["f", v.hex()],
    bytes: lambda v: ["b", v.hex()],
    complex: lambda v: ["c", v.real.hex(), v.imag.hex()],
}


def _numbered(tag: str, read: Any) -> Any:
    def encode(encoder: Encoder, value: Any, depth: int) -> Any:
        return [tag, encoder.number(value), read(encoder, value, depth)]

    return encode


def _kind(name: str, read: Any) -> Any:
    def encode(encoder: Encoder, value: Any, depth: int) -> Any:
        return ["k", name, *encoder.items(read(value), depth)]

    return encode


def _date(value: datetime.date) -> tuple[int, int, int]:
    return value.year, value.month, value.day


def _clock(value: datetime.time) -> tuple[Any, ...]:
    return value.hour, value.minute, value.second, value.microsecond, value.tzinfo, value.fold


def _tuple(encoder: Encoder, value: Any, depth: int) -> Any:
    document = ["t", -1, encoder.items(value, depth)]
    document[1] = encoder.number(value)
    return document


SPECIAL: dict[type, Any] = {
    list: _numbered("l", lambda e, v, d: e.items(v, d)),
    tuple: _tuple,
    dict: _numbered("d", lambda e, v, d: e.pairs(v.items(), d)),
    set: _numbered("s", lambda e, v, d: e.unordered(v, d)),
    frozenset: _numbered("z", lambda e, v, d: e.unordered(v, d)),
    bytearray: _numbered("ba", lambda e, v, d: bytes(v).hex()),
    deque: lambda e, v, d: ["dq", e.number(v), e.items(v, d), v.maxlen],
    defaultdict: lambda e, v, d: [
        "dd", e.number(v), e.encode(v.default_factory, d), e.pairs(v.items(), d)
    ],
    functools.partial: lambda e, v, d: [
        "pa", e.encode(v.func, d), e.items(v.args, d), e.pairs(v.keywords.items(), d)
    ],
    types.ModuleType: lambda e, v, d: ["m", v.__name__],
    range: _kind("range", lambda v: (v.start, v.stop, v.step)),
    slice: _kind("slice", lambda v: (v.start, v.stop, v.step)),
    decimal.Decimal: _kind("Decimal", lambda v: (str(v),)),
    fractions.Fraction: _kind("Fraction", lambda v: (v.numerator, v.denominator)),
    datetime.date: _kind("date", _date),
    datetime.time: _kind("time", _clock),
    datetime.datetime: _kind("datetime", lambda v: (*_date(v), *_clock(v))),
    datetime.timedelta: _kind("timedelta", lambda v: (v.days, v.seconds, v.microseconds)),
    datetime.timezone: _kind("timezone", lambda v: (v.utcoffset(None),)),
    uuid.UUID: _kind("UUID", lambda v: (v.hex,)),
    re.Pattern: _kind("pattern", lambda v: (v.pattern, v.flags)),
    pathlib.PosixPath: _kind("PosixPath", lambda v: (str(v),)),
    pathlib.PurePosixPath: _kind("PurePosixPath", lambda v: (str(v),)),
    type(Ellipsis): _kind("Ellipsis", lambda v: ()),
    type(NotImplemented): _kind("NotImplemented", lambda v: ()),
    object: _kind("object", lambda v: ()),
    **{kind: lambda e, v, d: ["lk", LOCKS[type(v)]] for kind in LOCKS},
}  # fmt: skip
