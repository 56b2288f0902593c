"""Local copies of elements that are only read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from speedwright.agent.rules.cpp.names import Declaration, Names, names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, replace
from speedwright.agent.rules.cpp.types import CONTAINERS, MAPS, STRINGS, Type, inner, is_heavy
from speedwright.agent.rules.cpp.unit import Span, Unit
from speedwright.agent.rules.cpp.uses import is_only_read


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for variable in names.all():
        kind, index = variable.type, variable.index
        if kind.mark or kind.is_static or unit.at(index + 1) != "=" or variable.is_parameter:
            continue
        end = unit.statement_end(index)
        if end is None or unit.block_of(index) < 0 or unit.at(kind.span.first - 1) in ("(", ","):
            continue
        source = _source(unit, names, Span(first=index + 2, last=end - 1))
        if source is None or not is_heavy(unit, kind if kind.base != "auto" else source[1]):
            continue
        rest = Span(first=end + 1, last=variable.scope_end)
        if not is_only_read(unit, names, variable, rest):
            continue
        if not is_only_read(unit, names, source[0], rest) or _is_returned(unit, names, variable):
            continue
        core = unit.source(kind.core)
        yield Change(
            edits=(replace(unit, kind.span, f"const {core}&"),),
            first_line=unit.tokens[kind.span.first].line,
            last_line=unit.tokens[end].line,
            summary=f"Refer to the element instead of copying it into `{variable.name}`.",
        )


def _source(unit: Unit, names: Names, value: Span) -> tuple[Declaration, Type] | None:
    """The container and the type of the element, for `items`, `items[i]` and `items.at(i)`."""
    if value.last < value.first:
        return None
    container = names.of(value.first)
    if container is None or container.type.base not in CONTAINERS or "*" in container.type.mark:
        return None
    if value.first == value.last:
        return container, _of_copy(container.type)
    element = _element(unit, container.type)
    after = value.first + 1
    if unit.at(after) == "." and unit.at(after + 1) in ("at", "front", "back"):
        after += 2
    is_whole = unit.at(after) in ("[", "(") and unit.partner[after] == value.last
    if unit.at(after) == "[" and container.type.base in MAPS:
        return None  # it would be inserted
    return (container, element) if is_whole and element is not None else None


def _of_copy(kind: Type) -> Type:
    """The type of a copy of a variable that may be a reference."""
    return dataclasses.replace(kind, mark="")


def _element(unit: Unit, kind: Type) -> Type | None:
    if kind.base in STRINGS or not kind.arguments:
        return None
    return inner(unit, kind.arguments[1 if kind.base in MAPS and len(kind.arguments) > 1 else 0])


def _is_returned(unit: Unit, names: Names, variable: Declaration) -> bool:
    return any(unit.at(i - 1) == "return" for i in names.uses(variable))


RULE = SourceRule(
    id="cpp-element-copy",
    detects="A local variable that copies a string or container and is only read.",
    explanation=(
        "`auto row = grid[i];` copies the whole row. If neither the copy nor the original changes "
        "afterwards, `const auto& row = grid[i];` reads the original in place."
    ),
    find=_find,
)
