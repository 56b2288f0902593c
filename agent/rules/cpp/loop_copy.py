"""Range-based loops that copy each element."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.names import Names, names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, replace
from speedwright.agent.rules.cpp.structure import RangeFor, range_fors
from speedwright.agent.rules.cpp.types import (
    CONTAINERS,
    MAPS,
    STRINGS,
    inner,
    is_heavy,
    is_light,
    type_at,
)
from speedwright.agent.rules.cpp.unit import Span, Unit
from speedwright.agent.rules.cpp.uses import is_only_read


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for found in range_fors(unit):
        new_type = _new_type(unit, names, found)
        if new_type is None or not _is_quiet(unit, names, found):
            continue
        span, text = new_type
        yield Change(
            edits=(replace(unit, span, text),),
            first_line=unit.tokens[found.loop.keyword].line,
            last_line=unit.tokens[found.loop.body.last].line,
            summary=f"Look at the elements of `{unit.source(found.range)}` without copying them.",
        )


def _new_type(unit: Unit, names: Names, found: RangeFor) -> tuple[Span, str] | None:
    """The tokens of the type and what to put there, `None` if there is nothing to gain."""
    kind = type_at(unit, found.declaration.first, last=found.declaration.last)
    if kind is None or kind.mark or kind.is_static:
        return None
    if kind.base == "auto":
        return (kind.span, "const auto&") if _has_heavy_elements(unit, names, found) else None
    if is_heavy(unit, kind):
        # the key of a map's pair is const, so naming the type would copy each pair
        core = "auto" if kind.base == "pair" else unit.source(kind.core)
        return kind.span, f"const {core}&"
    return None


def _has_heavy_elements(unit: Unit, names: Names, found: RangeFor) -> bool:
    if found.range.first != found.range.last:
        return False
    variable = names.of(found.range.first)
    if variable is None or variable.type.base not in CONTAINERS - STRINGS:
        return False
    if not variable.type.is_std or "*" in variable.type.mark or not variable.type.arguments:
        return False
    elements = [inner(unit, part) for part in variable.type.arguments[:2]]
    if variable.type.base not in MAPS:
        elements = elements[:1]
    return not all(is_light(unit, element) for element in elements)


def _is_quiet(unit: Unit, names: Names, found: RangeFor) -> bool:
    """Whether neither the copies nor the container change in the body."""
    body = found.loop.body
    declared = found.declaration
    if unit.at(declared.last) == "]":  # auto [key, value]
        bound = unit.inside(unit.partner[declared.last])
        parts = [unit.at(i) for i in bound.indexes() if unit.at(i) != ","]
        return not any(_is_changed(unit, i) for i in body.indexes() if unit.at(i) in parts)
    own = names.of(declared.last)
    over = names.of(found.range.first)
    if own is None or not is_only_read(unit, names, own, body):
        return False
    return over is None or is_only_read(unit, names, over, body)


def _is_changed(unit: Unit, index: int) -> bool:
    """Whether a bound name is assigned, moved, or a method of it called."""
    after = unit.at(index + 1)
    is_written = after in ("=", "+=", "-=", "*=", "/=", "++", "--", ".", "[")
    return is_written or unit.at(index - 1) in ("++", "--", "&") or unit.at(index - 2) == "move"


RULE = SourceRule(
    id="cpp-loop-copy",
    detects="A range-based for that takes heavy elements by value and only reads them.",
    explanation=(
        "`for (auto x : items)` copies each element, with an allocation for each string or vector "
        "in it. `const auto&` looks at the element in place."
    ),
    find=_find,
)
