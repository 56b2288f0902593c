"""Parts of strings copied only to be compared."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.names import Names, names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, replace
from speedwright.agent.rules.cpp.types import STRINGS
from speedwright.agent.rules.cpp.unit import Span, Unit

_ENDS = frozenset({")", ";", "&&", "||", "?", ",", "}", "]", ":"})
_TIGHTER = frozenset({"!", "*", "-", "+", "~", "<<", ">", "&", "==", "!="})


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for index in range(len(unit.tokens)):
        if unit.at(index) != "substr" or unit.at(index - 1) != "." or unit.at(index + 1) != "(":
            continue
        subject = names.of(index - 2)
        close = unit.partner[index + 1]
        operator = unit.at(close + 1)
        if subject is None or subject.type.base not in STRINGS or operator not in ("==", "!="):
            continue
        other = _other_side(unit, names, close + 2)
        arguments = unit.split(unit.inside(index + 1), ",")
        if other is None or unit.at(index - 3) in _TIGHTER:
            continue
        if len(arguments) > 2 or any(part.last < part.first for part in arguments):
            continue
        texts = [unit.source(part) for part in arguments]
        where = ", ".join(texts if len(texts) == 2 else [*texts, "std::string::npos"])
        text = f"{subject.name}.compare({where}, {unit.source(other)}) {operator} 0"
        line = unit.tokens[index].line
        yield Change(
            edits=(replace(unit, Span(first=index - 2, last=other.last), text),),
            first_line=line,
            last_line=unit.tokens[other.last].line,
            summary=f"Compare the part of `{subject.name}` in place instead of copying it first.",
        )


def _other_side(unit: Unit, names: Names, first: int) -> Span | None:
    """A string literal or a string variable, with nothing more to its right."""
    if unit.at(first + 1) not in _ENDS:
        return None
    if unit.kind(first) is Kind.STRING:
        return Span(first=first, last=first)
    variable = names.of(first) if unit.kind(first) is Kind.NAME else None
    is_string = variable is not None and variable.type.base in STRINGS
    return Span(first=first, last=first) if is_string else None


RULE = SourceRule(
    id="cpp-substr-compare",
    detects="`s.substr(a, n) == x` on a std::string.",
    explanation=(
        "`substr` makes a new string, which may allocate, only to be compared and thrown away. "
        "`s.compare(a, n, x) == 0` compares in place and throws for the same bad positions."
    ),
    find=_find,
)
