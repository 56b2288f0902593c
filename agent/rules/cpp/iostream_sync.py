"""Standard streams that keep step with C's stdio."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.rule import Change, Edit, SourceRule, lines_of
from speedwright.agent.rules.cpp.structure import functions
from speedwright.agent.rules.cpp.unit import Unit

_STDIO = frozenset(
    "printf scanf puts putchar getchar putc getc fgets fputs gets fread fwrite vprintf perror "
    "fprintf fscanf stdin stdout stderr write read freopen".split()
)
_HEADERS = ("#include<iostream>", "#include<bits/stdc++.h>")


def _find(unit: Unit) -> Iterator[Change]:
    squeezed = ["".join(unit.text[start:end].split()) for start, end in unit.directives]
    if not any(line.startswith(_HEADERS) for line in squeezed):
        return
    if unit.names() & (_STDIO | {"sync_with_stdio"}):
        return
    for function in functions(unit):
        if unit.at(function.name) != "main" or function.body.last - function.body.first < 2:
            continue
        first = function.body.first
        inner = unit.indent_of(first + 1)
        start = unit.tokens[first].end
        lines = "std::ios_base::sync_with_stdio(false);", "std::cin.tie(nullptr);"
        text = "".join(f"\n{inner or '    '}{line}" for line in lines)
        if unit.tokens[first].line == unit.tokens[first + 1].line:
            text = " " + " ".join(lines)
        first_line, last_line = lines_of(unit, function.body)
        yield Change(
            edits=(Edit(start, start, text),),
            first_line=first_line,
            last_line=last_line,
            summary="Stop keeping std::cin and std::cout in step with stdio and with each other.",
        )


RULE = SourceRule(
    id="cpp-iostream-sync",
    detects="A main that uses iostream without sync_with_stdio(false) and without stdio calls.",
    explanation=(
        "Standard streams share their buffers with C's stdio by default, so every character goes "
        "through stdio, and each read from cin flushes cout first. "
        "`std::ios_base::sync_with_stdio(false)` and `std::cin.tie(nullptr)` at the start of main "
        "give the streams buffers of their own. Only for programs that do not mix both."
    ),
    find=_find,
)
