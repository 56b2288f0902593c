"""Lengths computed again at each turn of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.names import names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, insert_before, lines_of, replace
from speedwright.agent.rules.cpp.structure import Loop, loops
from speedwright.agent.rules.cpp.unit import Span, Unit
from speedwright.agent.rules.cpp.uses import is_only_read

_LENGTHS = frozenset({"strlen", "wcslen"})
_C_STRING = (".", "c_str", "(", ")")


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for loop in loops(unit):
        call = _call(unit, loop)
        if call is None or unit.at(loop.keyword - 1) not in (";", "{", "}"):
            continue
        subject = next(i for i in call.indexes() if unit.at(i) == "(") + 1
        variable = names.of(subject)
        whole = Span(first=loop.keyword, last=loop.body.last)
        if variable is None or variable.index in whole:
            continue
        if not is_only_read(unit, names, variable, whole):
            continue
        length = f"{variable.name}_length"
        while length in unit.names():
            length += "_"
        line = f"const auto {length} = {unit.source(call)};\n{unit.indent_of(loop.keyword)}"
        first_line, last_line = lines_of(unit, whole)
        yield Change(
            edits=(insert_before(unit, loop.keyword, line), replace(unit, call, length)),
            first_line=first_line,
            last_line=last_line,
            summary=f"Compute the length of `{variable.name}` once instead of at each turn.",
        )


def _call(unit: Unit, loop: Loop) -> Span | None:
    """`strlen(name)` or `strlen(name.c_str())` in the loop's condition."""
    condition = loop.header
    if unit.at(loop.keyword) == "for":
        parts = unit.split(loop.header, ";")
        if len(parts) != 3:
            return None
        condition = parts[1]
    for index in condition.indexes():
        if unit.at(index) in _LENGTHS and unit.at(index + 1) == "(" and unit.is_free_or_std(index):
            argument = unit.words(unit.inside(index + 1))
            if len(argument) == 1 or argument[1:] == _C_STRING:
                first = index - 2 if unit.at(index - 1) == "::" else index
                return Span(first=first, last=unit.partner[index + 1])
    return None


RULE = SourceRule(
    id="cpp-loop-length",
    detects="strlen in the condition of a loop that does not change the string.",
    explanation=(
        "`strlen` walks to the end of the string. In a loop condition it runs at each turn, so "
        "the loop takes time in the square of the length. Compute the length once before the loop."
    ),
    find=_find,
)
