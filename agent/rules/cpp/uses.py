"""Whether a variable is only read in a stretch of code.

Unknown calls that get the variable by its name are taken to read it: if one of them wants a
reference that is not const, the changed file does not compile and the judge says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.names import Declaration, Names
from speedwright.agent.rules.cpp.structure import functions
from speedwright.agent.rules.cpp.types import MAPS, STRINGS, parameters_of, type_at
from speedwright.agent.rules.cpp.unit import Span, Unit

ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<="})
ITERATORS = frozenset({"begin", "end", "rbegin", "rend", "cbegin", "cend"})
SEARCHES = frozenset({"find", "lower_bound", "upper_bound", "equal_range"})
CONST_METHODS = (
    ITERATORS
    | SEARCHES
    | frozenset(
        "size length empty at front back c_str data substr compare count contains rfind "
        "find_first_of find_last_of find_first_not_of find_last_not_of starts_with ends_with "
        "capacity max_size".split()
    )
)
WRITERS = frozenset(
    "move swap forward ref getline exchange iter_swap sort stable_sort partial_sort nth_element "
    "reverse rotate unique remove remove_if replace replace_if fill fill_n generate transform "
    "iota shuffle next_permutation prev_permutation partition stable_partition inplace_merge "
    "make_heap push_heap pop_heap sort_heap for_each merge splice assign addressof get".split()
)


@dataclass(frozen=True, slots=True)
class _Chain:
    """`.size()`, `[i].second` and the like after a name: where it ends and its methods."""

    end: int
    methods: tuple[str, ...]


def is_only_read(unit: Unit, names: Names, variable: Declaration, span: Span) -> bool:
    """Whether no use of the variable in `span` can change it, as far as can be seen."""
    return all(_reads(unit, names, variable, i) for i in names.uses(variable) if i in span)


def _reads(unit: Unit, names: Names, variable: Declaration, index: int) -> bool:
    before = unit.at(index - 1)
    if before in ("++", "--", "&", "delete", "*", "&&") and _is_prefix(unit, index - 1):
        return False
    if before == ">" and unit.at(index - 2) == ">":
        return False
    if unit.at(index + 1) == "[" and variable.type.base in MAPS:
        return False  # it inserts what is missing
    chain = _chain_after(unit, index)
    if chain is None or unit.at(chain.end) in ASSIGNMENTS | {"++", "--"}:
        return False
    if unit.at(chain.end) == ">" and unit.at(chain.end + 1) == ">=":
        return False
    return (
        _is_harmless_binding(unit, variable, index, chain)
        and _is_harmless_argument(unit, index, chain)
        and not _is_captured(unit, index)
    )


def _is_prefix(unit: Unit, index: int) -> bool:
    """Whether an operator has nothing on its left."""
    if unit.at(index) in ("++", "--", "delete"):
        return True
    left = unit.at(index - 1)
    ends_value = unit.kind(index - 1) in (Kind.NAME, Kind.NUMBER) or left in (")", "]")
    return not ends_value or left == "return"


def _chain_after(unit: Unit, index: int) -> _Chain | None:
    methods: list[str] = []
    index += 1
    while True:
        word = unit.at(index)
        if word == "[":
            index = unit.partner[index] + 1
        elif word in (".", "->") and unit.kind(index + 1) is Kind.NAME:
            if unit.at(index + 2) != "(":
                index += 2
                continue
            if unit.at(index + 1) not in CONST_METHODS:
                return None
            methods.append(unit.at(index + 1))
            index = unit.partner[index + 2] + 1
        elif word == "(":
            return None
        else:
            return _Chain(index, tuple(methods))


def _is_harmless_binding(unit: Unit, variable: Declaration, index: int, chain: _Chain) -> bool:
    """No iterator, reference or loop variable through which it could be changed is made."""
    before = unit.at(index - 1)
    is_string = variable.type.base in STRINGS
    if before == "=":
        gives_iterator = set(chain.methods) & (ITERATORS | (set() if is_string else SEARCHES))
        if gives_iterator and not _is_dereferenced(unit, chain):
            return False
        start = index - 1
        while start >= 0 and unit.at(start) not in (";", "{", "}", "("):
            start -= 1
        words = unit.words(Span(first=start + 1, last=index - 2))
        return not ({"&", "&&", "*"} & set(words)) or "const" in words or "=" in words
    up = unit.parent[index]
    if before == ":" and up >= 0 and unit.at(up - 1) == "for":
        words = unit.words(Span(first=up + 1, last=index - 2))
        return not ({"&", "&&"} & set(words)) or "const" in words
    return True


def _is_dereferenced(unit: Unit, chain: _Chain) -> bool:
    return unit.at(chain.end - 1) != ")"


def _is_harmless_argument(unit: Unit, index: int, chain: _Chain) -> bool:
    """No function gets it in order to change it."""
    up = unit.parent[index]
    if up < 0 or unit.at(up) != "(" or unit.kind(up - 1) is not Kind.NAME:
        return True
    callee = unit.at(up - 1)
    if callee in WRITERS:
        return bool(chain.methods) and not set(chain.methods) & ITERATORS
    wanted = _parameter(unit, up, index)
    return wanted is None or "&" not in wanted or "const" in wanted


def _parameter(unit: Unit, opening: int, index: int) -> tuple[str, ...] | None:
    """Words of the parameter that takes the argument, if the function stands in this file."""
    place = next(
        (n for n, part in enumerate(unit.split(unit.inside(opening), ",")) if index in part), None
    )
    for function in functions(unit):
        if place is None or unit.at(function.name) != unit.at(opening - 1):
            continue
        parts = parameters_of(unit, function.parameters)
        if place < len(parts) and type_at(unit, parts[place].first) is not None:
            return unit.words(parts[place])
    return None


def _is_captured(unit: Unit, index: int) -> bool:
    """Whether it stands in the capture list of a lambda."""
    up = unit.parent[index]
    if up < 0 or unit.at(up) != "[":
        return False
    return unit.kind(up - 1) not in (Kind.NAME, Kind.STRING) and unit.at(up - 1) not in (")", "]")
