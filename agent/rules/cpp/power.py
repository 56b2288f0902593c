"""std::pow for small fixed powers."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.rule import Change, SourceRule, replace
from speedwright.agent.rules.cpp.unit import Span, Unit

_TIMES = {"2": 2, "2.0": 2, "2.": 2, "3": 3, "3.0": 3, "3.": 3}
_OPERATORS = frozenset({"+", "-", "*", "/", ".", "->", "::", "[", "]", "(", ")"})


def _find(unit: Unit) -> Iterator[Change]:
    for index in range(len(unit.tokens)):
        if unit.at(index) != "pow" or unit.at(index + 1) != "(" or not unit.is_free_or_std(index):
            continue
        if unit.kind(index - 1) is Kind.NAME and unit.at(index - 1) != "return":
            continue  # a declaration
        parts = unit.split(unit.inside(index + 1), ",")
        times = _TIMES.get(unit.source(parts[1])) if len(parts) == 2 else None
        if times is None or not _can_repeat(unit, parts[0]):
            continue
        value = unit.source(parts[0])
        factors = [f"static_cast<double>({value})"] + [f"({value})"] * (times - 1)
        first = index - 2 if unit.at(index - 1) == "::" else index
        line = unit.tokens[index].line
        yield Change(
            edits=(
                replace(
                    unit,
                    Span(first=first, last=unit.partner[index + 1]),
                    f"({' * '.join(factors)})",
                ),
            ),
            first_line=line,
            last_line=line,
            summary=f"Multiply instead of calling pow with the exponent {times}.",
        )


def _can_repeat(unit: Unit, span: Span) -> bool:
    """Whether the expression is short and calls nothing."""
    if span.last < span.first or span.last - span.first > 12:
        return False
    for index in span.indexes():
        kind, word = unit.kind(index), unit.at(index)
        if kind is Kind.MARK and word not in _OPERATORS:
            return False
        if kind in (Kind.STRING, Kind.CHARACTER):
            return False
        is_call = word == "(" and unit.kind(index - 1) is Kind.NAME and index > span.first
        if is_call and unit.words(Span(first=index - 1, last=unit.partner[index])) not in (
            ("size", "(", ")"),
            ("length", "(", ")"),
        ):
            return False
    return True


RULE = SourceRule(
    id="cpp-pow",
    detects="pow with the exponent 2 or 3 of an expression without calls.",
    explanation=(
        "`pow` handles any exponent with logarithms and many special cases. "
        "For a square or a cube one or two multiplications do, and compilers replace the call "
        "only in some cases. A cube may differ in its last bit."
    ),
    find=_find,
)
