"""Strings built by adding to a copy of themselves."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.names import names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, replace
from speedwright.agent.rules.cpp.types import STRINGS
from speedwright.agent.rules.cpp.unit import Span, Unit

_LOOSER = frozenset("? : << < > <= >= == != && || = += -= - , & | ^ <=> throw".split())


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for index in range(len(unit.tokens)):
        name = unit.at(index)
        if unit.at(index + 1) != "=" or unit.at(index + 2) != name or unit.at(index + 3) != "+":
            continue
        if unit.at(index - 1) not in (";", "{", "}", ")", "else"):
            continue
        variable = names.of(index)
        if variable is None or variable.type.base not in STRINGS or "*" in variable.type.mark:
            continue
        end = unit.statement_end(index)
        if end is None:
            continue
        text = _appended(unit, name, Span(first=index + 4, last=end - 1))
        if text is None:
            continue
        line = unit.tokens[index].line
        yield Change(
            edits=(replace(unit, Span(first=index, last=end - 1), text),),
            first_line=line,
            last_line=unit.tokens[end].line,
            summary=f"Append to `{name}` in place instead of building a new string.",
        )


def _appended(unit: Unit, name: str, added: Span) -> str | None:
    """`a + b` as appending steps, `None` if it is more than a sum or reads the string itself."""
    if added.last < added.first or unit.has_comment(added):
        return None
    index = added.first
    while index <= added.last:
        if unit.at(index) in _LOOSER:
            return None
        index = unit.partner.get(index, index) + 1
    if name in unit.words(added):
        return None
    parts = unit.split(added, "+")
    if any(part.last < part.first for part in parts):
        return None  # a sign, as in + +1
    text = name
    for number, part in enumerate(parts):
        text = (
            f"{text} += {unit.source(part)}"
            if number == 0
            else (f"({text}) += {unit.source(part)}")
        )
    return text


RULE = SourceRule(
    id="cpp-append",
    detects="`s = s + x` on a std::string.",
    explanation=(
        "`s = s + x` copies the whole string for each piece that is added, so building a string "
        "takes time in the square of its length. `s += x` appends in place and grows by doubling."
    ),
    find=_find,
)
