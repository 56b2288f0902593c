"""Whether two outcomes of one call say the same: pure, on the plain data of `inside/encode.py`.

What counts as a difference: another type (a list for a tuple, an int for a float or a bool),
another value, another exception, another change to an argument, other output. Floats agree within
1e-9 relative; NaN equals NaN; 0.0 and -0.0 differ. What is only said: another message of the same
exception, another order of a dict's keys, a result that is (or no longer is) one of the arguments,
private attributes of objects that have changed their make-up, a subclass of the exception.

Does not cover: what opaque results (marked by their type alone) would do when used.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from speedwright.eval.differential.document import NUMBERED, call_documents, walk
from speedwright.eval.differential.shown import kind_of, resolved, shown

REL_TOLERANCE = 1e-9
ABS_TOLERANCE = 1e-14
SINGLE_REL_TOLERANCE = 1e-5
MAX_FOUND = 20
SHOWN = 80
FLOAT_FORMATS = {"f8": "d", "f4": "f", "f2": "e", "c16": "d", "c8": "f"}


class Kind(StrEnum):
    """What differs."""

    VALUE = "value"
    TYPE = "type"
    FLOAT = "float"
    RAISES = "raises"
    MUTATION = "mutation"
    OUTPUT = "output"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference.

    Attributes:
        kind: What differs; a note is no fault.
        said: For people.
        relative_error: Of a float, else 0.
        absolute_error: Of a float, else 0.
    """

    kind: Kind
    said: str
    relative_error: float = 0.0
    absolute_error: float = 0.0

    @property
    def is_fault(self) -> bool:
        """Whether it counts."""
        return self.kind is not Kind.NOTE


def compare_outcomes(
    base: Mapping[str, Any], candidate: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Everything in which the outcome of a call differs; empty if nothing does."""
    if base["kind"] != candidate["kind"]:
        said = f"{_ending(base)} on the base, {_ending(candidate)} with the patch"
        return (Difference(kind=Kind.RAISES, said=said),)
    if "unread" in candidate and "unread" not in base:
        said = f"the result cannot be read with the patch: {candidate['unread']}"
        return (Difference(kind=Kind.VALUE, said=said),)
    walk = _Walk(base, candidate)
    if base["kind"] == "raised":
        walk.exceptions(base, candidate)
    elif base["kind"] == "returned" and "unread" not in base:
        walk.compare(base["value"], candidate["value"], "the result")
        walk.identity(base, candidate)
    if "unread" not in base and "unread" not in candidate:
        walk.arguments(base, candidate)
    for stream in ("stdout", "stderr"):
        if base.get(stream, "") != candidate.get(stream, ""):
            kind = Kind.OUTPUT if stream == "stdout" else Kind.NOTE
            pair = _pair(base.get(stream), candidate.get(stream))
            walk.add(kind, f"it prints {pair} to {stream}")
    return tuple(walk.found)


def is_same(base: Mapping[str, Any], candidate: Mapping[str, Any]) -> bool:
    """Whether nothing that counts differs."""
    return not any(d.is_fault for d in compare_outcomes(base, candidate))


class _Walk:
    """Goes through two documents at once."""

    def __init__(self, base: Mapping[str, Any], candidate: Mapping[str, Any]) -> None:
        self.found: list[Difference] = []
        self._left = _index(base)
        self._right = _index(candidate)
        self._seen: set[tuple[int, int]] = set()
        self._kind = Kind.VALUE

    def add(self, kind: Kind, said: str, relative: float = 0.0, absolute: float = 0.0) -> None:
        """Note a difference."""
        if len(self.found) < MAX_FOUND:
            mutated = self._kind is Kind.MUTATION and kind in (Kind.VALUE, Kind.TYPE)
            self.found.append(
                Difference(
                    kind=Kind.MUTATION if mutated else kind,
                    said=said,
                    relative_error=relative,
                    absolute_error=absolute,
                )
            )

    def exceptions(self, base: Mapping[str, Any], candidate: Mapping[str, Any]) -> None:
        """Type and message of what was raised."""
        old, new = base["types"], candidate["types"]
        if old[0] != new[0]:
            kind = Kind.NOTE if old[0] in new else Kind.RAISES
            self.add(kind, f"it raises {_pair(_short(old[0]), _short(new[0]))}")
        elif base["message"] != candidate["message"]:
            self.add(Kind.NOTE, f"the message is {_pair(base['message'], candidate['message'])}")

    def arguments(self, base: Mapping[str, Any], candidate: Mapping[str, Any]) -> None:
        """What became of the arguments."""
        self._kind = Kind.MUTATION
        for number, (a, b) in enumerate(zip(base["args"], candidate["args"], strict=False)):
            self.compare(a, b, f"argument {number + 1} afterwards")
        for (key, a), (_, b) in zip(base["keywords"], candidate["keywords"], strict=False):
            self.compare(a, b, f"argument {key} afterwards")
        self._kind = Kind.VALUE

    def identity(self, base: Mapping[str, Any], candidate: Mapping[str, Any]) -> None:
        """Whether the result is one of the arguments itself, on both sides."""
        old, new = _is_argument(base), _is_argument(candidate)
        if old != new:
            which = "is no longer the argument itself" if old else "is now the argument itself"
            self.add(Kind.NOTE, f"the result {which}")

    def compare(self, a: Any, b: Any, where: str) -> None:
        """Two values."""
        if len(self.found) >= MAX_FOUND:
            return
        a, b = resolved(a, self._left), resolved(b, self._right)
        if (a is None) != (b is None) and self._is_memo(where):
            self.add(Kind.NOTE, f"{where}: filled on one side only")
            return
        if type(a) is not list or type(b) is not list:
            if type(a) is not type(b):
                self._types(a, b, where)
            elif a != b:
                self.add(Kind.VALUE, f"{where}: {_pair(shown(a), shown(b))}")
            return
        if a[0] != b[0]:
            self._types(a, b, where)
            return
        if a[0] in NUMBERED and self._is_known(a, b):
            return
        compare = getattr(self, f"_compare_{a[0]}", None)
        if compare is not None:
            compare(a, b, where)
        elif a != b:
            self.add(Kind.VALUE, f"{where}: {_pair(shown(a), shown(b))}")

    def _is_known(self, a: Any, b: Any) -> bool:
        pair = (id(a), id(b))
        known = pair in self._seen
        self._seen.add(pair)
        return known

    def _types(self, a: Any, b: Any, where: str) -> None:
        said = f"{where}: {_pair(f'{shown(a)} ({kind_of(a)})', f'{shown(b)} ({kind_of(b)})')}"
        self.add(Kind.TYPE, said)

    def _sequence(self, a: Any, b: Any, where: str) -> None:
        if len(a) != len(b):
            self.add(Kind.VALUE, f"{where}: length {_pair(len(a), len(b))}")
            return
        for number, (x, y) in enumerate(zip(a, b, strict=True)):
            self.compare(x, y, f"{where}[{number}]")

    def _compare_l(self, a: Any, b: Any, where: str) -> None:
        self._sequence(a[2], b[2], where)

    _compare_t = _compare_l

    def _compare_dq(self, a: Any, b: Any, where: str) -> None:
        self._sequence(a[2], b[2], where)
        if a[3] != b[3]:
            self.add(Kind.VALUE, f"{where}: maxlen {_pair(a[3], b[3])}")

    def _compare_it(self, a: Any, b: Any, where: str) -> None:
        self._sequence(a[2], b[2], where)
        if a[1] != b[1]:
            self.add(Kind.NOTE, f"{where}: another kind of iterator, {_pair(a[1], b[1])}")
        if a[3] != b[3]:
            self.add(Kind.VALUE, f"{where}: one of the iterators does not end")

    def _compare_k(self, a: Any, b: Any, where: str) -> None:
        if a[1] != b[1]:
            self._types(a, b, where)
        else:
            self._sequence(a[2:], b[2:], where)

    def _compare_s(self, a: Any, b: Any, where: str) -> None:
        """Members are paired up whatever their order."""
        left = [i for i in a[2] if i not in b[2]] if len(a[2]) < 500 else _less(a[2], b[2])
        right = [i for i in b[2] if i not in a[2]] if len(b[2]) < 500 else _less(b[2], a[2])
        if len(a[2]) != len(b[2]) or len(left) != len(right):
            self.add(Kind.VALUE, f"{where}: {_pair(shown(a), shown(b))}")
            return
        for item in left:
            match = next((i for i in right if self._agree(item, i)), None)
            if match is None:
                self.add(Kind.VALUE, f"{where}: {shown(item)} is missing with the patch")
                return
            right.remove(match)

    _compare_z = _compare_s

    def _agree(self, a: Any, b: Any) -> bool:
        apart = _Walk({}, {})
        apart._left, apart._right = self._left, self._right
        apart.compare(a, b, "")
        return not any(d.is_fault for d in apart.found)

    def _compare_d(self, a: Any, b: Any, where: str) -> None:
        self._mapping(a[2], b[2], where)

    def _compare_dd(self, a: Any, b: Any, where: str) -> None:
        self.compare(a[2], b[2], f"the default of {where}")
        self._mapping(a[3], b[3], where)

    def _mapping(self, a: Any, b: Any, where: str) -> None:
        old = {self._key(k, self._left): v for k, v in a}
        new = {self._key(k, self._right): v for k, v in b}
        missing = [k for k in old if k not in new]
        extra = [k for k in new if k not in old]
        if (missing or extra) and self._is_memo(where):
            self.add(Kind.NOTE, f"{where}: filled differently")
        elif missing or extra:
            what = f"lacks {missing[0]}" if missing else f"has {extra[0]} more"
            self.add(Kind.VALUE, f"{where} {what[:SHOWN]} with the patch")
            return
        if list(old) != list(new):
            self.add(Kind.NOTE, f"{where}: the keys come in another order")
        for key, value in old.items():
            if key in new:
                self.compare(value, new[key], f"{where}[{key[:SHOWN]}]")

    def _is_memo(self, where: str) -> bool:
        """Whether this is private state of an argument, which may fill up lazily."""
        return self._kind is Kind.MUTATION and "._" in where

    def _key(self, key: Any, index: Mapping[int, Any]) -> str:
        return shown(key, index, whole=True)

    def _compare_f(self, a: Any, b: Any, where: str) -> None:
        self._floats(float.fromhex(a[1]), float.fromhex(b[1]), where, REL_TOLERANCE)

    def _compare_c(self, a: Any, b: Any, where: str) -> None:
        for part in (1, 2):
            pair = float.fromhex(a[part]), float.fromhex(b[part])
            self._floats(*pair, where, REL_TOLERANCE)

    def _floats(self, a: float, b: float, where: str, tolerance: float) -> None:
        if math.isnan(a) and math.isnan(b):
            return
        if a == b:
            if math.copysign(1, a) != math.copysign(1, b):
                self.add(Kind.VALUE, f"{where}: {_pair(a, b)}")
            return
        if math.isfinite(a) and math.isfinite(b):
            if math.isclose(a, b, rel_tol=tolerance, abs_tol=ABS_TOLERANCE):
                return
            relative = abs(a - b) / max(abs(a), abs(b))
            self.add(Kind.FLOAT, f"{where}: {_pair(a, b)}", relative, abs(a - b))
            return
        self.add(Kind.VALUE, f"{where}: {_pair(a, b)}")

    def _compare_np(self, a: Any, b: Any, where: str) -> None:
        if a[2] != b[2] or a[3] != b[3]:
            pair = _pair(f"{a[2]} array {a[3]}", f"{b[2]} array {b[3]}")
            self.add(Kind.TYPE, f"{where}: {pair}")
        elif a[4] != b[4]:
            self._numbers(a[2], a[4], b[4], where)

    def _compare_ns(self, a: Any, b: Any, where: str) -> None:
        if a[1] != b[1]:
            self.add(Kind.TYPE, f"{where}: {_pair(a[1], b[1])}")
        elif a[2] != b[2]:
            self._numbers(a[1], a[2], b[2], where)

    def _numbers(self, dtype: str, a: str, b: str, where: str) -> None:
        letter = FLOAT_FORMATS.get(dtype[1:])
        if letter is None:
            self.add(Kind.VALUE, f"{where}: its numbers differ")
            return
        order = ">" if dtype[0] == ">" else "<"
        tolerance = REL_TOLERANCE if letter == "d" else SINGLE_REL_TOLERANCE
        pairs = zip(_unpacked(order + letter, a), _unpacked(order + letter, b), strict=False)
        for number, (x, y) in enumerate(pairs):
            self._floats(x, y, f"{where}.flat[{number}]", tolerance)

    def _compare_no(self, a: Any, b: Any, where: str) -> None:
        if a[2] != b[2]:
            self.add(Kind.TYPE, f"{where}: shape {_pair(a[2], b[2])}")
        else:
            self._sequence(a[3], b[3], where)

    def _compare_o(self, a: Any, b: Any, where: str) -> None:
        """Instances: public attributes count; private ones while the make-up is the same."""
        if a[2:4] != b[2:4]:
            self._types(a, b, where)
            return
        self.compare(a[5], b[5], where)
        old, new = dict(a[4]), dict(b[4])
        is_reshaped = old.keys() != new.keys() or any(
            kind_of(old[k]) != kind_of(new[k]) for k in old if k.startswith("_")
        )
        for name in sorted(old.keys() | new.keys()):
            if name.startswith("_") and is_reshaped:
                continue
            if name not in old or name not in new:
                kind = Kind.NOTE if name in new else Kind.VALUE
                self.add(kind, f"{where}.{name} is {'new' if name in new else 'gone'}")
            else:
                self.compare(old[name], new[name], f"{where}.{name}")
        if is_reshaped:
            self.add(Kind.NOTE, f"{where}: its private attributes are laid out differently")


def _index(outcome: Mapping[str, Any]) -> dict[int, Any]:
    """Nodes by id."""
    if "args" not in outcome or "keywords" not in outcome:
        return {}
    documents = [*call_documents((outcome["args"], outcome["keywords"])), outcome.get("value")]
    return {
        node[1]: node
        for node in walk(documents)
        if type(node) is list and node[0] in NUMBERED and node[1] != -1
    }


def _is_argument(outcome: Mapping[str, Any]) -> bool:
    """The arguments are encoded first, so a result that is one of them is a reference."""
    value = outcome["value"]
    return type(value) is list and value[0] == "r"


def _ending(outcome: Mapping[str, Any]) -> str:
    match outcome["kind"]:
        case "returned":
            return f"returns {shown(outcome['value']) if 'value' in outcome else 'a value'}"
        case "raised":
            return f"raises {_short(outcome['types'][0])}: {outcome['message'][:SHOWN]}"
        case "hung":
            return "does not end"
        case "died":
            return f"kills its process ({outcome['why']})"
        case _:
            return f"cannot be called ({outcome.get('why', outcome['kind'])})"


def _short(name: str) -> str:
    return name.removeprefix("builtins.")


def _pair(a: object, b: object) -> str:
    return f"{str(a)[:200]} on the base, {str(b)[:200]} with the patch"


def _less(a: list[Any], b: list[Any]) -> list[Any]:
    """Members of `a` that `b` lacks, compared as text."""
    known = {shown(i, whole=True) for i in b}
    return [i for i in a if shown(i, whole=True) not in known]


def _unpacked(form: str, text: str) -> tuple[float, ...]:
    data = bytes.fromhex(text)
    count = len(data) // struct.calcsize(form)
    return struct.unpack(f"{form[:1]}{count}{form[1:]}", data)
