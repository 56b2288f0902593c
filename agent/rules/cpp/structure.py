"""Loops and function definitions of a file."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.unit import Span, Unit

_NOT_FUNCTIONS = frozenset(
    "if for while switch catch return sizeof alignof decltype noexcept new delete throw "
    "static_assert alignas operator defined".split()
)
_AFTER_PARAMETERS = frozenset({"const", "noexcept", "override", "final", "&", "&&"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A `for` or `while` loop.

    Attributes:
        keyword: Index of `for` or `while`.
        header: What stands in the round brackets.
        body: The statement that is repeated, with its braces if it has any.
    """

    keyword: int
    header: Span
    body: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeFor:
    """`for (declaration : range) body`."""

    loop: Loop
    declaration: Span
    range: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`for (int i = start; i < bound; ++i) body`; `<=` and other steps are not counted loops."""

    loop: Loop
    variable: str
    start: Span
    bound: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function with its body; `parameters` is what stands in the round brackets."""

    name: int
    parameters: Span
    body: Span


def loops(unit: Unit) -> Iterator[Loop]:
    """Every `for` and `while` loop whose body can be told, outer before inner."""
    for index, token in enumerate(unit.tokens):
        if token.text not in ("for", "while") or unit.at(index + 1) != "(":
            continue
        close = unit.partner[index + 1]
        if unit.at(close + 1) == ";":
            continue  # an empty loop, or the end of do … while
        end = unit.statement_end(close + 1)
        if end is not None:
            body = Span(first=close + 1, last=end)
            yield Loop(keyword=index, header=unit.inside(index + 1), body=body)


def range_fors(unit: Unit) -> Iterator[RangeFor]:
    """Every range-based loop without an initialiser."""
    for loop in loops(unit):
        if unit.at(loop.keyword) != "for" or ";" in unit.words(loop.header):
            continue
        parts = unit.split(loop.header, ":")
        if len(parts) == 2 and all(part.first <= part.last for part in parts):
            yield RangeFor(loop=loop, declaration=parts[0], range=parts[1])


def counted(unit: Unit, loop: Loop) -> Counted | None:
    """The loop as a counted one, `None` if it is none."""
    parts = unit.split(loop.header, ";")
    if unit.at(loop.keyword) != "for" or len(parts) != 3:
        return None
    start, condition, step = parts
    equals = [i for i in start.indexes() if unit.at(i) == "="]
    if len(equals) != 1 or "," in unit.words(start):
        return None
    variable = unit.at(equals[0] - 1)
    if unit.words(condition)[:2] not in ((variable, "<"), (variable, "!=")):
        return None
    steps = ((variable, "++"), ("++", variable), (variable, "+=", "1"))
    if unit.words(step) not in steps or equals[0] - 1 == start.first:
        return None
    return Counted(
        loop=loop,
        variable=variable,
        start=Span(first=equals[0] + 1, last=start.last),
        bound=Span(first=condition.first + 2, last=condition.last),
    )


@functools.lru_cache(maxsize=4)
def functions(unit: Unit) -> tuple[Function, ...]:
    """Function definitions outside other functions; constructors with initialisers are left out."""
    return tuple(_functions(unit))


def _functions(unit: Unit) -> Iterator[Function]:
    index = 0
    while index < len(unit.tokens):
        function = _function_at(unit, index)
        if function is None:
            index += 1
        else:
            yield function
            index = function.body.last + 1


def _function_at(unit: Unit, index: int) -> Function | None:
    if unit.kind(index) is not Kind.NAME or unit.at(index + 1) != "(":
        return None
    if unit.at(index) in _NOT_FUNCTIONS or unit.at(index - 1) in (".", "->", "="):
        return None
    brace = unit.partner[index + 1] + 1
    while unit.at(brace) in _AFTER_PARAMETERS:
        brace += 1
    if unit.at(brace) == "->":  # a trailing return type
        while unit.at(brace) not in ("{", ";", "}", ""):
            brace += 1
    if unit.at(brace) != "{":
        return None
    body = Span(first=brace, last=unit.partner[brace])
    return Function(name=index, parameters=unit.inside(index + 1), body=body)


def function_around(unit: Unit, index: int) -> Function | None:
    """The function a token lies in."""
    return next((f for f in functions(unit) if index in f.body), None)
