"""Regular expressions compiled at each call."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.names import Declaration, names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, lines_of, replace
from speedwright.agent.rules.cpp.structure import function_around, loops
from speedwright.agent.rules.cpp.unit import Span, Unit

_FLAGS = frozenset("std :: regex regex_constants | ,".split())


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for variable in names.all():
        kind = variable.type
        if kind.base not in ("regex", "wregex") or kind.mark or kind.is_static:
            continue
        around = function_around(unit, variable.index)
        opening = variable.index + 1
        if around is None or variable.is_parameter or unit.at(opening) not in ("(", "{"):
            continue
        if not _is_fixed(unit, unit.inside(opening)) or not _is_repeated(
            unit, around.name, opening
        ):
            continue
        if any(_is_changed(unit, i) for i in names.uses(variable)):
            continue
        yield _change(unit, variable, around.body)


def _change(unit: Unit, variable: Declaration, body: Span) -> Change:
    core = unit.source(variable.type.core)
    first_line, last_line = lines_of(unit, body)
    return Change(
        edits=(replace(unit, variable.type.span, f"static const {core}"),),
        first_line=first_line,
        last_line=last_line,
        summary=f"Compile the regular expression `{variable.name}` once instead of at each call.",
    )


def _is_changed(unit: Unit, index: int) -> bool:
    """Whether the expression is assigned anew or changed by a method."""
    return unit.at(index + 1) == "=" or unit.at(index + 2) in ("assign", "swap", "imbue")


def _is_fixed(unit: Unit, arguments: Span) -> bool:
    """A literal pattern, with flags by name at most."""
    if arguments.last < arguments.first or unit.kind(arguments.first) is not Kind.STRING:
        return False
    return all(
        unit.kind(i) is Kind.STRING or unit.at(i) in _FLAGS or unit.at(i - 1) == "::"
        for i in arguments.indexes()
    )


def _is_repeated(unit: Unit, function: int, index: int) -> bool:
    """Whether it may be built more than once: in a loop, or in a function that is not main."""
    in_loop = any(index in loop.body for loop in loops(unit))
    return in_loop or unit.at(function) != "main"


RULE = SourceRule(
    id="cpp-static-regex",
    detects="A local std::regex made from a literal, in a loop or in any function but main.",
    explanation=(
        "Constructing a `std::regex` parses the pattern and builds an automaton, which takes far "
        "longer than matching a short text. `static const` builds it once, at the first call."
    ),
    find=_find,
)
