"""LibCST trees seen without their whitespace: children, walking, structural equality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache

import libcst as cst

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement

_LAYOUT = frozenset(
    {
        "lpar", "rpar", "comma", "leading_lines", "header", "footer", "trailing_whitespace",
        "semicolon", "lines_after_decorators", "lbracket", "rbracket", "lbrace", "rbrace",
        "equal", "dot", "first_colon", "second_colon", "indent", "leading_whitespace", "newline",
        "encoding", "default_indent", "default_newline", "has_trailing_newline",
    }
)  # fmt: skip


@cache
def _semantic_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = (field.name for field in fields(kind))
    return tuple(n for n in names if n not in _LAYOUT and not n.startswith("whitespace"))


def parts(node: cst.CSTNode) -> Iterator[object]:
    """Values of the fields that carry meaning, in a fixed order."""
    for name in _semantic_fields(type(node)):
        yield getattr(node, name)


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Direct children that carry meaning."""
    for value in parts(node):
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, list | tuple):
            yield from (item for item in value if isinstance(item, cst.CSTNode))


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and everything below it, parents first."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(children(current))))


def same(left: object, right: object) -> bool:
    """Equal but for layout, comments and parentheses."""
    if isinstance(left, cst.SimpleString) and isinstance(right, cst.SimpleString):
        return left.evaluated_value == right.evaluated_value
    if isinstance(left, cst.CSTNode):
        if type(left) is not type(right):
            return False
        assert isinstance(right, cst.CSTNode)
        return all(same(a, b) for a, b in zip(parts(left), parts(right), strict=True))
    if isinstance(left, list | tuple):
        return (
            isinstance(right, list | tuple)
            and len(left) == len(right)
            and all(same(a, b) for a, b in zip(left, right, strict=True))
        )
    return left == right


def code(node: cst.CSTNode) -> str:
    """Source text of a node on its own."""
    return _EMPTY.code_for_node(node)


def type_name(note: cst.Annotation | None) -> str:
    """`List` of `t.List[int]`; empty where nothing is annotated."""
    if note is None:
        return ""
    return code(note.annotation).strip("\"'").split("[")[0].rsplit(".", 1)[-1].strip()


_EMPTY = cst.Module(body=[])


def only_statement(line: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """The small statement of a line that holds exactly one."""
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        return line.body[0]
    return None


def statements(body: cst.BaseSuite) -> Sequence[cst.BaseStatement]:
    """Statements of an indented block; none for a suite on the same line."""
    return body.body if isinstance(body, cst.IndentedBlock) else ()
