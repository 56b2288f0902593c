"""C and C++ text with comments and literals taken out of the way.

Covers: line and block comments, continued lines, ordinary and raw literals with prefixes, digit
separators, unclosed literals and comments (they end with the line or the text).
Does not cover: trigraphs; what a macro expands to.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_PIECE = re.compile(
    r"(?P<comment>//(?:[^\n\\]|\\(?:\r?\n|.)|\\$)*|/\*(?:.*?\*/|.*\Z))"
    r'|(?P<raw>\b(?:u8|[uUL])?R"(?P<fence>[^\s()\\"]{0,16})\((?P<body>.*?)(?:\)(?P=fence)"|\Z))'
    r'|(?P<string>"(?:[^"\\\n]|\\(?:\r?\n|.))*"?)'
    r"|(?P<number>\b\d(?:'?[\w.])*)"
    r"|(?P<character>'(?:[^'\\\n]|\\.)*'?)",
    re.DOTALL,
)
_WORD = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CppText:
    """One version of a C or C++ file.

    Attributes:
        code: The text with comments and the inside of literals blanked, offsets unchanged.
        strings: String literals: line and content.
    """

    code: str
    strings: tuple[tuple[int, str], ...]
    starts: tuple[int, ...]

    def line(self, offset: int) -> int:
        """Line of an offset, from 1."""
        return bisect_right(self.starts, offset)


def read_cpp(text: str) -> CppText:
    """Mask a file; never fails."""
    starts = (0, *(m.end() for m in re.finditer("\n", text)))
    pieces: list[str] = []
    strings: list[tuple[int, str]] = []
    position = 0
    for found in _PIECE.finditer(text):
        kind = found.lastgroup or ""
        pieces.append(text[position : found.start()])
        position = found.end()
        if found["raw"] is not None or found["string"] is not None:
            content = found["body"] if found["raw"] is not None else found["string"].strip('"')
            strings.append((bisect_right(starts, found.start()), content))
        if kind == "number":
            pieces.append(found.group().replace("'", "0"))
        elif found["comment"] is not None:
            pieces.append(_WORD.sub(" ", found.group()))
        else:
            inside = _WORD.sub(" ", found.group()[1:-1])
            pieces.append(f'"{inside}"' if len(found.group()) > 1 else " ")
    pieces.append(text[position:])
    return CppText(code="".join(pieces), strings=tuple(strings), starts=starts)
