"""Which variable a name stands for."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterator
from dataclasses import dataclass

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.types import NOT_TYPES, Type, type_at
from speedwright.agent.rules.cpp.unit import HEADED, Unit

_STARTS = frozenset({"", "{", "}", ";", "(", ",", ":", ">"})
_ENDS = frozenset({";", "=", "(", "{", ",", ")", ":", "["})
_AFTER_PARAMETERS = frozenset({"const", "noexcept", "override", "final", "mutable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A variable or parameter.

    Attributes:
        name: Its name.
        index: Token of the name.
        type: As written.
        scope_end: Last token in which the name can be used.
        is_parameter: Whether it stands in a parameter list.
    """

    name: str
    index: int
    type: Type
    scope_end: int
    is_parameter: bool


class Names:
    """The declarations of a file."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._by_name: dict[str, list[Declaration]] = {}
        self._places: dict[str, list[int]] = {}
        for index, token in enumerate(unit.tokens):
            self._places.setdefault(token.text, []).append(index)
        for declaration in _declarations(unit):
            self._by_name.setdefault(declaration.name, []).append(declaration)

    def all(self) -> Iterator[Declaration]:
        """Every declaration, in the order of the file for each name."""
        for group in self._by_name.values():
            yield from group

    def of(self, index: int) -> Declaration | None:
        """What the name at `index` stands for; `None` if it is declared elsewhere."""
        if not self._unit.is_free(index):
            return None
        group = self._by_name.get(self._unit.at(index), [])
        fitting = [d for d in group if d.index <= index <= d.scope_end]
        return fitting[-1] if fitting else None

    def uses(self, declaration: Declaration) -> list[int]:
        """Tokens that stand for the variable, the declaration itself left out."""
        places = self._places[declaration.name]
        first = bisect.bisect_right(places, declaration.index)
        last = bisect.bisect_right(places, declaration.scope_end)
        return [i for i in places[first:last] if self.of(i) is declaration]


@functools.lru_cache(maxsize=4)
def names_of(unit: Unit) -> Names:
    """The declarations of a file, found once for all rules."""
    return Names(unit)


def _declarations(unit: Unit) -> Iterator[Declaration]:
    for index in range(len(unit.tokens)):
        if unit.at(index - 1) not in _STARTS or unit.at(index) in NOT_TYPES:
            continue
        kind = type_at(unit, index)
        if kind is None:
            continue
        name = kind.span.last + 1
        if not _declares(unit, name):
            continue
        yield _declaration(unit, name, kind)
        for other in _more_names(unit, name):
            yield _declaration(unit, other, kind)


def _declares(unit: Unit, name: int) -> bool:
    word = unit.at(name)
    return unit.kind(name) is Kind.NAME and word not in NOT_TYPES and unit.at(name + 1) in _ENDS


def _more_names(unit: Unit, name: int) -> Iterator[int]:
    """The further names of `int a = 0, b = 1;`."""
    up = unit.parent[name]
    if up >= 0 and unit.at(up) == "(" and unit.at(up - 1) != "for":
        return
    index = name + 1
    while index < len(unit.tokens) and unit.at(index) not in (";", ")", "}", ":"):
        if unit.at(index) == "," and _declares(unit, index + 1):
            yield index + 1
        index = max(unit.partner.get(index, index), index) + 1


def _declaration(unit: Unit, name: int, kind: Type) -> Declaration:
    up = unit.parent[name]
    in_list = up >= 0 and unit.at(up) == "(" and unit.at(up - 1) not in HEADED | {"catch"}
    return Declaration(
        name=unit.at(name),
        index=name,
        type=kind,
        scope_end=_scope_end(unit, up),
        is_parameter=in_list,
    )


def _scope_end(unit: Unit, up: int) -> int:
    if up < 0:
        return len(unit.tokens) - 1
    close = unit.partner[up]
    if unit.at(up) != "(":
        return close
    if unit.at(up - 1) in HEADED:
        end = unit.statement_end(up - 1)
        return close if end is None else end
    after = close + 1
    while unit.at(after) in _AFTER_PARAMETERS:
        after += 1
    return unit.partner[after] if unit.at(after) == "{" else close
