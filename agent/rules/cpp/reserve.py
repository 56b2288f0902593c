"""Vectors that grow although their final size is known."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.names import Declaration, Names, names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, insert_before, lines_of
from speedwright.agent.rules.cpp.structure import Loop, counted, loops, range_fors
from speedwright.agent.rules.cpp.types import CONTAINERS
from speedwright.agent.rules.cpp.unit import Span, Unit

_GROW = ("push_back", "emplace_back")


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    ranges = {found.loop.keyword: found.range for found in range_fors(unit)}
    for loop in loops(unit):
        count = _count(unit, names, loop, ranges)
        if count is None or unit.at(loop.keyword - 1) not in (";", "{", "}"):
            continue
        for variable in _grown(unit, names, loop):
            text, is_size = count
            call = f"{variable.name}.reserve({text});"
            if not is_size:  # a negative bound must not reach reserve
                call = f"if ({text} > 0) {call}"
            first_line, last_line = lines_of(unit, loop.body)
            yield Change(
                edits=(
                    insert_before(unit, loop.keyword, f"{call}\n{unit.indent_of(loop.keyword)}"),
                ),
                first_line=first_line,
                last_line=last_line,
                summary=f"Reserve room in `{variable.name}` before the loop that fills it.",
            )


def _count(
    unit: Unit, names: Names, loop: Loop, ranges: dict[int, Span]
) -> tuple[str, bool] | None:
    """How often the loop runs at most, and whether that is a size."""
    if loop.keyword in ranges:
        over = ranges[loop.keyword]
        declaration = names.of(over.first) if over.first == over.last else None
        if declaration is None or declaration.type.base not in CONTAINERS:
            return None
        return f"{declaration.name}.size()", True
    plain = counted(unit, loop)
    if plain is None or unit.words(plain.start) not in (("0",), ("1",)):
        return None
    words = unit.words(plain.bound)
    if words[-4:] in ((".", "size", "(", ")"), (".", "length", "(", ")")):
        words = words[:-4]
        return (unit.source(plain.bound), True) if _is_path(words) else None
    if len(words) == 1 and unit.kind(plain.bound.first) in (Kind.NAME, Kind.NUMBER):
        return words[0], unit.kind(plain.bound.first) is Kind.NUMBER
    return None


def _is_path(words: tuple[str, ...]) -> bool:
    return bool(words) and all(w.isidentifier() or w in (".", "->", "::") for w in words)


def _grown(unit: Unit, names: Names, loop: Loop) -> Iterator[Declaration]:
    """Vectors made empty just before the loop in its block and filled once a turn."""
    seen: set[int] = set()
    for index in loop.body.indexes():
        grows = unit.at(index + 1) == "." and unit.at(index + 2) in _GROW
        if not grows or not _is_once_a_turn(unit, loop, index):
            continue
        variable = names.of(index)
        if variable is None or variable.index in seen or not _is_fresh(unit, variable, loop):
            continue
        used = [i for i in names.uses(variable) if i < loop.keyword]
        reserved = [i for i in names.uses(variable) if unit.at(i + 2) in ("reserve", "resize")]
        if not used and not reserved:
            seen.add(variable.index)
            yield variable


def _is_once_a_turn(unit: Unit, loop: Loop, index: int) -> bool:
    if unit.at(loop.body.first) == "{":
        return unit.parent[index] == loop.body.first and unit.at(index - 1) in ("{", ";", "}")
    return index == loop.body.first


def _is_fresh(unit: Unit, variable: Declaration, loop: Loop) -> bool:
    kind = variable.type
    is_vector = kind.base == "vector" and kind.is_std and not kind.mark
    return (
        is_vector
        and not kind.is_static
        and not variable.is_parameter
        and unit.at(variable.index + 1) == ";"
        and unit.block_of(variable.index) == unit.block_of(loop.keyword) >= 0
    )


RULE = SourceRule(
    id="cpp-reserve",
    detects="An empty vector that a loop with a known number of turns fills with push_back.",
    explanation=(
        "A vector that outgrows its room allocates a new block and moves every element there, "
        "about log2(n) times. `reserve` before the loop makes it one allocation."
    ),
    find=_find,
)
