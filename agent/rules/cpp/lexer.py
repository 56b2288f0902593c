"""C++ text cut into tokens; comments and preprocessor lines are set aside.

Covers: line and block comments, line continuations, ordinary and raw literals with prefixes,
numbers with digit separators. Does not cover: trigraphs, macros (a macro is an identifier).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    CHARACTER = "character"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of code: `text` is the source from `start` to `end`, `line` counts from 1."""

    kind: Kind
    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexed:
    """A file in pieces.

    Attributes:
        tokens: Code, in order.
        directives: Preprocessor lines with continuations, as (start, end) offsets.
    """

    tokens: tuple[Token, ...]
    directives: tuple[tuple[int, int], ...]


class NotCpp(ValueError):
    """The text is no C++ that we can read; never leaves the catalogue."""


# `>>` stays two marks, since it may close two template lists.
_MARKS = (
    r"<<=|<=>|->\*|\.\.\.|::|->|\+\+|--|<<|<=|>=|==|!=|&&|\|\||"
    r"\+=|-=|\*=|/=|%=|&=|\|=|\^=|/(?!\*)|[-+*%&|^~!=<>?:;,.(){}\[\]]"
)
_PIECES = re.compile(
    r"(?P<space>(?:\s|\\\r?\n)+)"
    r"|(?P<comment>//(?:[^\n\\]|\\(?:\r?\n|.))*|/\*.*?\*/)"
    r'|(?P<raw>(?:u8|[uUL])?R"(?P<fence>[^\s()\\]{0,16})\(.*?\)(?P=fence)")'
    r'|(?P<string>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*")'
    r"|(?P<character>(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+')"
    r"|(?P<number>\.?\d(?:'?[\w.]|(?<=[eEpP])[+-])*)"
    r"|(?P<name>[^\W\d]\w*)"
    rf"|(?P<mark>{_MARKS})",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"#(?:/\*.*?\*/|//[^\n]*|\\\r?\n|[^\n])*", re.DOTALL)
_KINDS = {
    "raw": Kind.STRING,
    "string": Kind.STRING,
    "character": Kind.CHARACTER,
    "number": Kind.NUMBER,
    "name": Kind.NAME,
    "mark": Kind.MARK,
}


def lex(text: str) -> Lexed:
    """Tokens of a file.

    Raises:
        NotCpp: An unclosed comment or literal, or a character that C++ has no use for.
    """
    tokens: list[Token] = []
    directives: list[tuple[int, int]] = []
    position, line = 0, 1
    at_line_start = True
    while position < len(text):
        if at_line_start and text[position] == "#":
            match = _DIRECTIVE.match(text, position)
            kind = "directive"
        else:
            match = _PIECES.match(text, position)
            kind = match.lastgroup or "" if match else ""
            kind = "raw" if kind == "fence" else kind
        if match is None:
            raise NotCpp(f"line {line}: cannot read `{text[position : position + 10]}`")
        piece = match.group()
        if kind == "directive":
            directives.append((position, match.end()))
        elif kind in _KINDS:
            tokens.append(Token(_KINDS[kind], piece, position, match.end(), line))
        at_line_start = "\n" in piece if kind == "space" else at_line_start and kind == "comment"
        line += piece.count("\n")
        position = match.end()
    return Lexed(tokens=tuple(tokens), directives=tuple(directives))
