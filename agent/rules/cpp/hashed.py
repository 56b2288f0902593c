"""Ordered maps and sets whose order nobody uses."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.names import Declaration, Names, names_of
from speedwright.agent.rules.cpp.rule import Change, Edit, SourceRule, replace
from speedwright.agent.rules.cpp.structure import RangeFor, range_fors
from speedwright.agent.rules.cpp.types import ARITHMETIC, STRINGS, inner
from speedwright.agent.rules.cpp.unit import Span, Unit

_ARGUMENTS = {"map": 2, "set": 1}
_ANY_ORDER = frozenset(
    "find count size empty at insert emplace try_emplace insert_or_assign clear erase contains "
    "swap".split()
)
_NOT_KEYS = frozenset({"float", "double"})


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    walks = {found.range.first: found for found in range_fors(unit)}
    for variable in names.all():
        edit = _edit(unit, variable)
        if edit is None or not _is_private(unit, variable):
            continue
        uses = names.uses(variable)
        if uses and all(_ignores_order(unit, names, variable, i, walks) for i in uses):
            base = variable.type.base
            lines = [unit.tokens[i].line for i in uses]
            yield Change(
                edits=(edit,),
                first_line=min(lines),
                last_line=max(lines),
                summary=f"Hash the keys of `{variable.name}`: nothing uses their order.",
                header=f"unordered_{base}",
            )


def _edit(unit: Unit, variable: Declaration) -> Edit | None:
    kind = variable.type
    if len(kind.arguments) != _ARGUMENTS.get(kind.base) or not kind.is_std or kind.mark:
        return None
    if variable.is_parameter or unit.at(variable.index + 1) != ";":
        return None
    key = inner(unit, kind.arguments[0])
    if key is None or key.mark or key.base not in (ARITHMETIC | STRINGS) - _NOT_KEYS:
        return None
    name = next(i for i in kind.core.indexes() if unit.at(i) == kind.base)
    return replace(unit, Span(first=name, last=name), f"unordered_{kind.base}")


def _is_private(unit: Unit, variable: Declaration) -> bool:
    """Whether all uses stand in its scope: a local variable, alone in its declaration."""
    is_alone = unit.at(variable.index - 1) != ","
    iterators = f"{variable.type.base}<" in unit.text and "::iterator" in unit.text
    return (
        is_alone
        and unit.block_of(variable.index) >= 0
        and not iterators
        and _is_local(unit, variable)
    )


def _is_local(unit: Unit, variable: Declaration) -> bool:
    up = unit.block_of(variable.index)
    while up >= 0:
        start = up
        while start > 0 and unit.at(start - 1) not in (";", "}", "{"):
            start -= 1
        if {"class", "struct", "namespace", "union"} & set(
            unit.words(Span(first=start, last=up - 1))
        ):
            return False
        if unit.at(up - 1) == ")" or unit.at(up - 1) in ("const", "noexcept", "else", "do"):
            return True
        up = unit.block_of(up)
    return False


def _ignores_order(
    unit: Unit,
    names: Names,
    variable: Declaration,
    index: int,
    walks: dict[int, RangeFor],
) -> bool:
    if unit.at(index + 1) == "[":
        return variable.type.base == "map"
    if index in walks and walks[index].range.last == index:
        return _is_sorted_later(unit, names, walks[index])
    if unit.at(index + 1) != "." or unit.at(index + 3) != "(":
        return False
    method = unit.at(index + 2)
    if method in ("end", "cend"):
        return unit.at(index - 1) in ("==", "!=")
    if method == "swap" or method not in _ANY_ORDER:
        return False
    return not _is_iterated(unit, names, index)


def _is_iterated(unit: Unit, names: Names, index: int) -> bool:
    """Whether an iterator it returns is stepped on: `auto it = m.find(k); ++it`."""
    if unit.at(index - 1) != "=":
        return False
    iterator = names.of(index - 2)
    if iterator is None:
        return False
    steps = ("++", "--")
    return any(
        unit.at(i - 1) in steps or unit.at(i + 1) in steps or unit.at(i - 2) in ("next", "prev")
        for i in names.uses(iterator)
    )


def _is_sorted_later(unit: Unit, names: Names, walk: RangeFor) -> bool:
    """Whether the loop only fills a vector that is sorted afterwards."""
    body = walk.loop.body
    fills = [
        i for i in body.indexes() if unit.at(i + 1) == "." and unit.at(i + 2).endswith("_back")
    ]
    statements = [i for i in body.indexes() if unit.at(i) == ";"]
    if len(fills) != 1 or len(statements) != 1:
        return False
    target = names.of(fills[0])
    if target is None:
        return False
    later = [i for i in names.uses(target) if i > body.last]
    return bool(later) and unit.at(later[0] - 2) == "sort" and unit.at(later[0] + 2) == "begin"


RULE = SourceRule(
    id="cpp-unordered",
    detects="A local std::map or std::set with string or integer keys whose order is never used.",
    explanation=(
        "A tree compares about log2(n) keys a lookup and takes a cache miss for each. "
        "A hash table finds the key in one or two steps. It keeps no order, so it fits where "
        "entries are only looked up, counted, or sorted by something else afterwards."
    ),
    find=_find,
)
