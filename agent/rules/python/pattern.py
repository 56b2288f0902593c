"""Patterns and templates written as Python source.

A name in capitals is a hole: `V…` is filled by a name only, `BODY` alone on a line by the rest of
a block, any other by an expression. A hole that occurs twice must be filled by the same thing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache

import libcst as cst

from speedwright.agent.rules.python.nodes import Statement, code, only_statement, parts, same

Filling = cst.BaseExpression | tuple[cst.BaseStatement, ...]
Bindings = dict[str, Filling]

_HOLE = re.compile(r"[A-Z][A-Z0-9]*\Z")
_TIGHT = (
    cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.BaseNumber, cst.SimpleString,
    cst.FormattedString, cst.BaseList, cst.BaseSet, cst.BaseDict, cst.Ellipsis,
)  # fmt: skip
_LOOSEST = (
    cst.Lambda, cst.IfExp, cst.NamedExpr, cst.Yield, cst.Tuple, cst.GeneratorExp,
    cst.ConcatenatedString,
)  # fmt: skip
# Places where an operator next to the hole may bind tighter than the filling.
_GRIPPING = (
    cst.Attribute, cst.Subscript, cst.Call, cst.BinaryOperation, cst.UnaryOperation,
    cst.Comparison, cst.ComparisonTarget, cst.Await, cst.StarredElement,
)  # fmt: skip
_HALF_GRIPPING = (cst.BooleanOperation, cst.IfExp, cst.CompFor, cst.CompIf)


@cache
def expression(source: str) -> cst.BaseExpression:
    """A pattern or template for an expression."""
    return cst.parse_expression(source)


@cache
def block(source: str) -> tuple[Statement, ...]:
    """A pattern or template for consecutive statements."""
    body = cst.parse_module(source).body
    return tuple(body)


def match(pattern: cst.CSTNode, node: object) -> Bindings | None:
    """What fills the holes, or None if the node is of another form."""
    found: Bindings = {}
    return found if _fits(pattern, node, found) else None


def match_block(
    pattern: Sequence[cst.BaseStatement], nodes: Sequence[cst.BaseStatement]
) -> Bindings | None:
    """The same for consecutive statements: the first `len(pattern)` of `nodes`."""
    if not nodes or type(pattern[0]) is not type(nodes[0]):
        return None
    found: Bindings = {}
    fits = len(nodes) >= len(pattern) and all(
        _fits(p, n, found) for p, n in zip(pattern, nodes, strict=False)
    )
    return found if fits else None


def _is_hole(node: object) -> bool:
    return isinstance(node, cst.Name) and _HOLE.match(node.value) is not None


def _rest_hole(node: object) -> bool:
    small = only_statement(node) if isinstance(node, cst.SimpleStatementLine) else None
    return (
        isinstance(small, cst.Expr)
        and isinstance(small.value, cst.Name)
        and small.value.value == "BODY"
    )


def _fits(pattern: object, node: object, found: Bindings) -> bool:
    if isinstance(pattern, cst.Name) and _is_hole(pattern):
        return _fill(pattern.value, node, found)
    if isinstance(pattern, cst.IndentedBlock) and isinstance(node, cst.SimpleStatementSuite):
        smalls = [only_statement(line) for line in pattern.body]
        return not any(map(_rest_hole, pattern.body)) and _fits(smalls, node.body, found)
    if isinstance(pattern, cst.SimpleString):
        return same(pattern, node)
    if isinstance(pattern, cst.CSTNode):
        return (
            type(pattern) is type(node)
            and isinstance(node, cst.CSTNode)
            and all(_fits(p, n, found) for p, n in zip(parts(pattern), parts(node), strict=True))
        )
    if isinstance(pattern, list | tuple):
        return isinstance(node, list | tuple) and _fits_all(pattern, node, found)
    return pattern == node


def _fits_all(pattern: Sequence[object], nodes: Sequence[object], found: Bindings) -> bool:
    if pattern and _rest_hole(pattern[-1]):
        head = len(pattern) - 1
        found["BODY"] = tuple(n for n in nodes[head:] if isinstance(n, cst.BaseStatement))
        return len(nodes) > head and all(
            _fits(p, n, found) for p, n in zip(pattern[:-1], nodes[:head], strict=True)
        )
    return len(pattern) == len(nodes) and all(
        _fits(p, n, found) for p, n in zip(pattern, nodes, strict=True)
    )


def _fill(hole: str, node: object, found: Bindings) -> bool:
    wanted = cst.Name if hole.startswith("V") else cst.BaseExpression
    if not isinstance(node, wanted):
        return False
    if hole in found:
        return same(found[hole], node)
    found[hole] = node
    return True


def make(
    template: str, filling: Mapping[str, Filling] | Mapping[str, Filling | str]
) -> cst.BaseExpression:
    """An expression from a template; text fillings are parsed."""
    filled = expression(template).visit(_Filler(_parsed(filling)))
    assert isinstance(filled, cst.BaseExpression)
    return filled


def make_block(
    template: str, filling: Mapping[str, Filling] | Mapping[str, Filling | str]
) -> tuple[Statement, ...]:
    """Statements from a template; text fillings are parsed."""
    module = cst.parse_module(template).visit(_Filler(_parsed(filling)))
    return tuple(module.body)


def _parsed(filling: Mapping[str, Filling] | Mapping[str, Filling | str]) -> Bindings:
    return {
        hole: cst.parse_expression(value) if isinstance(value, str) else value
        for hole, value in filling.items()
    }


class _Filler(cst.CSTTransformer):
    """Puts fillings into holes, with parentheses where precedence or line breaks need them."""

    def __init__(self, filling: Mapping[str, Filling]) -> None:
        super().__init__()
        self._filling = filling
        self._above: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _rest_hole(node):
            return False
        self._above.append(node)
        return True

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        if _rest_hole(original_node):
            rest = self._filling["BODY"]
            assert isinstance(rest, tuple)
            return cst.FlattenSentinel(rest)  # type: ignore[arg-type]  # statements for one
        self._above.pop()
        if not (isinstance(original_node, cst.Name) and _is_hole(original_node)):
            return updated_node
        value = self._filling.get(original_node.value)
        if value is None:
            return updated_node
        assert isinstance(value, cst.BaseExpression)
        parent = self._above[-1] if self._above else None
        if isinstance(parent, cst.For | cst.CompFor) and parent.target is original_node:
            return value  # type: ignore[return-value]  # a name for a name
        call = self._above[-2] if len(self._above) > 1 else None
        alone = isinstance(parent, cst.Arg) and isinstance(call, cst.Call) and len(call.args) == 1
        return fenced(value, parent, alone=alone)  # type: ignore[return-value]  # same


def fenced(
    value: cst.BaseExpression, parent: cst.CSTNode | None, *, alone: bool = False
) -> cst.BaseExpression:
    """The expression, in parentheses if it could not stand bare below `parent`.

    Args:
        value: The expression.
        parent: Node it is put below.
        alone: It is the only argument of a call, where a generator needs no parentheses.
    """
    if value.lpar and isinstance(parent, cst.Arg) and _sheds(value):
        return value.with_changes(lpar=(), rpar=())
    if value.lpar or (isinstance(value, _TIGHT) and stands_alone(value)):
        return value
    if alone and isinstance(value, cst.GeneratorExp):
        return value
    if not _gripped(value, parent) and stands_alone(value):
        return value
    return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _sheds(value: cst.BaseExpression) -> bool:
    """Parentheses that stood for precedence only are not needed in an argument."""
    loose = (cst.Tuple, cst.GeneratorExp, cst.NamedExpr, cst.Yield, cst.ConcatenatedString)
    return not isinstance(value, loose) and "\n" not in code(value)


def _gripped(value: cst.BaseExpression, parent: cst.CSTNode | None) -> bool:
    if isinstance(value, cst.Tuple):
        return not isinstance(parent, cst.Assign | cst.Return | None)
    if isinstance(value, cst.NamedExpr | cst.Yield | cst.GeneratorExp):
        return True
    negated = isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not)
    if negated or isinstance(parent, _HALF_GRIPPING):
        boolean = isinstance(value, cst.BooleanOperation)
        tight = negated or isinstance(parent, cst.BooleanOperation)
        return isinstance(value, _LOOSEST) or (boolean and tight)
    return isinstance(parent, _GRIPPING)


def stands_alone(value: cst.BaseExpression) -> bool:
    """Whether its line breaks all lie between brackets of its own."""
    text = code(value)
    if "\n" not in text:
        return True
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True
