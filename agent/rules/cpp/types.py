"""Types as they are written, and what is known about the standard ones."""

from __future__ import annotations

from dataclasses import dataclass

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.unit import Span, Unit

STORAGE = frozenset("static constexpr inline thread_local mutable extern register typename".split())
ARITHMETIC = frozenset(
    "bool char short int long unsigned signed float double size_t ssize_t ptrdiff_t wchar_t "
    "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t".split()
)
SEQUENCES = frozenset({"vector", "deque", "list"})
TREES = frozenset({"map", "set", "multimap", "multiset"})
HASHES = frozenset({"unordered_map", "unordered_set", "unordered_multimap", "unordered_multiset"})
MAPS = frozenset({"map", "multimap", "unordered_map", "unordered_multimap"})
STRINGS = frozenset({"string", "wstring"})
CONTAINERS = SEQUENCES | TREES | HASHES | STRINGS
NOT_TYPES = frozenset(
    "return else new delete case goto using typedef namespace struct class enum union template "
    "throw operator public private protected friend if for while do switch sizeof "
    "break continue co_return co_yield co_await".split()
)
_WORDS = ARITHMETIC | {"std"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type as written.

    Attributes:
        span: All its tokens, `const` and `&` included.
        core: Its tokens without storage words, `const`, `&` and `*`.
        base: Last part of its name, e.g. `vector`; empty names are `auto` and friends' own words.
        is_std: Whether it is written with `std::` or without any qualification.
        arguments: Template arguments.
        is_const: Whether it says `const` or `constexpr`.
        is_static: Whether it says `static`.
        mark: `""`, `&`, `&&` or stars.
    """

    span: Span
    core: Span
    base: str
    is_std: bool
    arguments: tuple[Span, ...]
    is_const: bool
    is_static: bool
    mark: str


def type_at(unit: Unit, index: int, *, last: int | None = None) -> Type | None:
    """The type written at `index` (at most up to `last`), `None` if there is none."""
    limit = len(unit.tokens) - 1 if last is None else last
    first, said = index, set()
    while unit.at(index) in STORAGE or unit.at(index) in ("const", "volatile"):
        said.add(unit.at(index))
        index += 1
    core_first = index
    end, base_index, arguments = _core(unit, index, limit)
    if end is None:
        return None
    index = end + 1
    while index <= limit and unit.at(index) == "const":
        said.add("const")
        index += 1
    mark = ""
    while index <= limit and unit.at(index) in ("&", "*", "&&", "const"):
        mark += unit.at(index) if unit.at(index) != "const" else ""
        index += 1
    scope = unit.words(Span(first=core_first, last=base_index - 1))
    return Type(
        span=Span(first=first, last=index - 1),
        core=Span(first=core_first, last=end),
        base=unit.at(base_index),
        is_std=scope in ((), ("std", "::"), ("::", "std", "::")),
        arguments=arguments,
        is_const=bool(said & {"const", "constexpr"}),
        is_static="static" in said,
        mark=mark,
    )


def _core(unit: Unit, index: int, limit: int) -> tuple[int | None, int, tuple[Span, ...]]:
    """Last token of the type's name, index of its last name, and its template arguments."""
    if unit.at(index) in ("unsigned", "signed", "long", "short"):
        while index < limit and unit.at(index + 1) in ARITHMETIC:
            index += 1
        return index, index, ()
    if unit.at(index) == "::":
        index += 1
    while True:
        word = unit.at(index)
        if index > limit or unit.kind(index) is not Kind.NAME or word in NOT_TYPES:
            return None, index, ()
        if unit.at(index + 1) == "::" and index + 2 <= limit:
            index += 2
            continue
        if unit.at(index + 1) != "<":
            return index, index, ()
        close = closing_angle(unit, index + 1, limit)
        if close is None:
            return index, index, ()
        if unit.at(close + 1) == "::":
            index = close + 2
            continue
        return close, index, _arguments(unit, index + 2, close - 1)


def closing_angle(unit: Unit, opening: int, limit: int) -> int | None:
    """Index of the `>` that closes a template list, `None` if `<` compares."""
    depth, index = 0, opening
    while index <= limit:
        word = unit.at(index)
        if word == "<":
            depth += 1
        elif word == ">":
            depth -= 1
            if depth == 0:
                return index
        elif word in ("(", "["):
            index = unit.partner[index]
        elif unit.kind(index) is Kind.MARK and word not in ("::", ",", "*", "&", "..."):
            return None
        index += 1
    return None


def parameters_of(unit: Unit, span: Span) -> list[Span]:
    """Parts of a parameter list; commas in template lists do not count."""
    parts: list[Span] = []
    first = index = span.first
    while index <= span.last:
        if unit.at(index) == ",":
            parts.append(Span(first=first, last=index - 1))
            first = index + 1
        close = closing_angle(unit, index, span.last) if unit.at(index) == "<" else None
        index = max(unit.partner.get(index, index), close or index) + 1
    parts.append(Span(first=first, last=span.last))
    return parts


def _arguments(unit: Unit, first: int, last: int) -> tuple[Span, ...]:
    parts: list[Span] = []
    depth, start, index = 0, first, first
    while index <= last:
        word = unit.at(index)
        depth += (word == "<") - (word == ">")
        if word == "," and depth == 0:
            parts.append(Span(first=start, last=index - 1))
            start = index + 1
        index = max(index, unit.partner.get(index, index) if word in ("(", "[") else index) + 1
    if start <= last:
        parts.append(Span(first=start, last=last))
    return tuple(parts)


def is_heavy(unit: Unit, kind: Type | None) -> bool:
    """Whether a copy of a value of the type allocates or is large; unknown types are not."""
    if kind is None or kind.mark or not kind.is_std:
        return False
    if kind.base in CONTAINERS:
        return True
    if kind.base in ("pair", "tuple"):
        return any(is_heavy(unit, inner(unit, part)) for part in kind.arguments)
    return False


def is_light(unit: Unit, kind: Type | None) -> bool:
    """Whether a copy is as cheap as a reference: numbers and pointers."""
    return kind is not None and ("*" in kind.mark or kind.base in ARITHMETIC)


def inner(unit: Unit, part: Span) -> Type | None:
    """The type that a template argument names."""
    found = type_at(unit, part.first, last=part.last)
    return found if found is not None and found.span.last == part.last else None
