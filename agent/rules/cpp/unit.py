"""A file as tokens with matched brackets, loops and functions."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from speedwright.agent.rules.cpp.lexer import Kind, Lexed, NotCpp, Token, lex

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = frozenset(OPENING.values())
HEADED = frozenset({"if", "for", "while", "switch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Tokens from `first` to `last`, both included; empty if `last` is before `first`."""

    first: int
    last: int

    def __contains__(self, index: int) -> bool:
        """Whether the token lies inside."""
        return self.first <= index <= self.last

    def indexes(self) -> range:
        """Every index inside."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, so that answers can be kept
class Unit:
    """A file that can be read.

    Attributes:
        text: Whole source.
        tokens: Its code.
        partner: Index of the matching bracket, by index.
        parent: Index of the bracket around each token, -1 at the top.
        directives: Offsets of the preprocessor lines.
    """

    text: str
    tokens: tuple[Token, ...]
    partner: dict[int, int]
    parent: tuple[int, ...]
    directives: tuple[tuple[int, int], ...]

    def at(self, index: int) -> str:
        """Text of a token, empty outside the file."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def kind(self, index: int) -> Kind | None:
        """Kind of a token, `None` outside the file."""
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else None

    def words(self, span: Span) -> tuple[str, ...]:
        """Texts of the tokens of a span."""
        return tuple(self.tokens[i].text for i in span.indexes())

    def source(self, span: Span) -> str:
        """Text of a span as written."""
        if span.last < span.first:
            return ""
        return self.text[self.tokens[span.first].start : self.tokens[span.last].end]

    def inside(self, opening: int) -> Span:
        """What stands between a bracket and its partner."""
        return Span(first=opening + 1, last=self.partner[opening] - 1)

    def block_of(self, index: int) -> int:
        """Index of the innermost `{` around a token, -1 at the top."""
        up = self.parent[index]
        while up >= 0 and self.at(up) != "{":
            up = self.parent[up]
        return up

    def is_free(self, index: int) -> bool:
        """Whether a name stands for itself and is no member and no part of a qualified name."""
        return self.at(index - 1) not in (".", "->", "::")

    def is_free_or_std(self, index: int) -> bool:
        """Whether a name stands for itself, with or without `std::`."""
        return self.is_free(index) or (self.at(index - 1) == "::" and self.at(index - 2) == "std")

    def indent_of(self, index: int) -> str:
        """White space at the start of the token's line."""
        start = self.text.rfind("\n", 0, self.tokens[index].start) + 1
        found = re.match(r"[ \t]*", self.text[start:])
        return found.group() if found else ""

    def has_comment(self, span: Span) -> bool:
        """Whether more than code and white space stands in a span."""
        end = self.tokens[span.first].start
        for i in span.indexes():
            if self.text[end : self.tokens[i].start].strip():
                return True
            end = self.tokens[i].end
        return False

    def split(self, span: Span, mark: str) -> list[Span]:
        """Parts of a span between marks that stand in no inner bracket."""
        parts: list[Span] = []
        first = index = span.first
        while index <= span.last:
            if self.at(index) == mark:
                parts.append(Span(first=first, last=index - 1))
                first = index + 1
            index = max(self.partner.get(index, index), index) + 1
        parts.append(Span(first=first, last=span.last))
        return parts

    def names(self) -> frozenset[str]:
        """Every name used in the file."""
        return frozenset(t.text for t in self.tokens if t.kind is Kind.NAME)

    def statement_end(self, first: int) -> int | None:
        """Last token of the statement that starts at `first`, `None` if that cannot be said."""
        index, open_ifs = first, 0
        while index < len(self.tokens):
            word = self.at(index)
            if word in HEADED:
                open_ifs += word == "if"
                index += 2 if self.at(index + 1) == "constexpr" else 1
                if self.at(index) != "(":
                    return None
                index = self.partner[index] + 1
                continue
            if word in ("do", "try", "case", "default") or word in CLOSING:
                return None
            end = self.partner[index] if word == "{" else self._semicolon(index)
            if end is None or self.at(end + 1) != "else" or open_ifs == 0:
                return end
            open_ifs -= 1
            index = end + 2
        return None

    def _semicolon(self, index: int) -> int | None:
        while index < len(self.tokens):
            if self.at(index) == ";":
                return index
            if self.at(index) in CLOSING:
                return None
            index = self.partner.get(index, index) + 1
        return None


@functools.lru_cache(maxsize=4)
def parse(text: str) -> Unit | None:
    """The file, or `None` if it cannot be read or its brackets do not match."""
    try:
        lexed = lex(text)
        return Unit(text, lexed.tokens, *_brackets(lexed), lexed.directives)
    except NotCpp:
        return None


def _brackets(lexed: Lexed) -> tuple[dict[int, int], tuple[int, ...]]:
    partner: dict[int, int] = {}
    parent: list[int] = []
    open_ones: list[int] = []
    for index, token in enumerate(lexed.tokens):
        if token.kind is Kind.MARK and token.text in CLOSING:
            if not open_ones or OPENING[lexed.tokens[open_ones[-1]].text] != token.text:
                raise NotCpp(f"line {token.line}: stray `{token.text}`")
            partner[index] = open_ones.pop()
            partner[partner[index]] = index
        parent.append(open_ones[-1] if open_ones else -1)
        if token.kind is Kind.MARK and token.text in OPENING:
            open_ones.append(index)
    if open_ones:
        raise NotCpp("unclosed bracket")
    return partner, tuple(parent)
