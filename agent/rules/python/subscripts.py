"""Rows of a table looked up again for every cell."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become, before
from speedwright.agent.rules.python.nodes import code, same
from speedwright.agent.rules.python.pattern import make, make_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    READING_METHODS,
    anchor,
    attribute_stored,
    is_store,
    loops,
    root_name,
    stores,
)
from speedwright.agent.rules.python.subject import method_call
from speedwright.agent.rules.python.view import ModuleView

_INDEX_PARTS = (
    cst.Name, cst.Integer, cst.BinaryOperation, cst.Add, cst.Subtract, cst.Multiply,
)  # fmt: skip


def _find(view: ModuleView) -> Iterator[Change]:
    for loop in view.hot(cst.For):
        if anchor(view, loop) is None:
            continue
        rows: dict[str, list[cst.Subscript]] = {}
        for item in view.all(cst.Subscript, loop.body):
            if _is_row(view, item, loop):
                rows.setdefault(code(item), []).append(item)
        if rows:
            yield _hoisted(view, loop, rows)


def _is_row(view: ModuleView, item: cst.Subscript, loop: cst.For) -> bool:
    """`grid[i]` of `grid[i][j]`, with `grid` and `i` left alone by the innermost loop."""
    cell = view.parent(item)
    if not isinstance(cell, cst.Subscript) or cell.value is not item or len(item.slice) != 1:
        return False
    index = item.slice[0].slice
    if next(iter(loops(view, item)), None) is not loop or not isinstance(index, cst.Index):
        return False
    if not all(isinstance(n, _INDEX_PARTS) for n in view.nodes(index.value)):
        return False
    table, root = item.value, root_name(item.value)
    if root is None or not isinstance(table, cst.Name | cst.Attribute):
        return False
    if isinstance(table, cst.Attribute) and attribute_stored(view, table, loop):
        return False
    return not any(stores(view, n, loop) for n in view.variables(item)) and _rows_stay(
        view, table, loop
    )


def _rows_stay(view: ModuleView, table: cst.BaseExpression, loop: cst.For) -> bool:
    """No row is replaced, added or removed, and the table is not handed to anybody."""
    for node in view.nodes(loop):
        if not isinstance(node, cst.Name | cst.Attribute) or not same(node, table):
            continue
        parent, called = view.parent(node), method_call(view, node)
        if called is not None and called[0] not in READING_METHODS:
            return False
        if isinstance(parent, cst.Subscript) and parent.value is node and is_store(view, parent):
            return False
        if isinstance(parent, cst.Arg) and code(_callee(view, parent)) != "len":
            return False
    return True


def _callee(view: ModuleView, argument: cst.Arg) -> cst.CSTNode:
    call = view.parent(argument)
    return call.func if isinstance(call, cst.Call) else argument


def _hoisted(view: ModuleView, loop: cst.For, rows: dict[str, list[cst.Subscript]]) -> Change:
    edits: dict[cst.CSTNode, Edit] = {}
    lines: list[cst.BaseStatement] = []
    taken: set[str] = set()
    for items in rows.values():
        base = code(items[0].value).rsplit(".", 1)[-1].strip("_")
        name = view.fresh(f"{base}_row")
        count = 2
        while name in taken:
            name, count = view.fresh(f"{base}_row_{count}"), count + 1
        taken.add(name)
        lines += make_block(f"{name} = X\n", {"X": items[0]})
        edits.update({item: become(make(name, {})) for item in items})
    edits[loop] = before(lines)
    return Change(
        at=loop,
        edits=edits,
        summary=f"looked {', '.join(f'`{text}`' for text in list(rows)[:3])} up once a row",
    )


RULES = (
    PythonRule(
        id="py-hoist-row",
        detects="`grid[i][j]` in a loop over `j` that leaves `grid` and `i` alone.",
        explanation=(
            "Every access looks the row up before it looks the cell up. "
            "A local variable for the row, set before the inner loop, halves the lookups."
        ),
        odds=0.3,
        find=_find,
    ),
)
