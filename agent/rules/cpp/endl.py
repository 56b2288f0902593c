"""std::endl where a newline is meant."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.rule import Change, Edit, SourceRule, replace
from speedwright.agent.rules.cpp.structure import functions
from speedwright.agent.rules.cpp.unit import Span, Unit

_MUST_FLUSH = frozenset({"cerr", "clog", "wcerr", "wclog"})


def _find(unit: Unit) -> Iterator[Change]:
    for function in functions(unit):
        places = [i for i in function.body.indexes() if unit.at(i) == "endl"]
        edits = [edit for i in places if (edit := _edit(unit, i)) is not None]
        if edits:
            lines = [unit.tokens[i].line for i in places]
            yield Change(
                edits=tuple(edits),
                first_line=min(lines),
                last_line=max(lines),
                summary=f"Write newlines in `{unit.at(function.name)}` without flushing each time.",
            )


def _edit(unit: Unit, index: int) -> Edit | None:
    first = index
    if unit.at(index - 1) == "::":
        first = index - 2
        if unit.at(first) != "std":
            return None
    if unit.at(first - 1) != "<<" or unit.at(index + 1) not in ("<<", ";", ")"):
        return None
    start = first
    while start > 0 and unit.at(start) not in (";", "{", "}"):
        start -= 1
    if _MUST_FLUSH & set(unit.words(Span(first=start, last=first))):
        return None
    return replace(unit, Span(first=first, last=index), "'\\n'")


RULE = SourceRule(
    id="cpp-endl",
    detects="`<< std::endl` on anything but the error streams.",
    explanation=(
        "`std::endl` writes a newline and then flushes, which is a system call a line. "
        "`'\\n'` leaves flushing to the buffer and to the end of the program. "
        "Keep the flush only where another process waits for the line."
    ),
    find=_find,
)
