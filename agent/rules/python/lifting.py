"""Constant tables that a function builds anew on every call."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, become, drop
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import make
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import function_of, is_builtin, is_store
from speedwright.agent.rules.python.subject import membership, method_call, only_line
from speedwright.agent.rules.python.view import ModuleView

_READING = frozenset({"get", "items", "keys", "values", "index", "count", "isdisjoint"})
_ASKING = frozenset({"len", "max", "min", "sum", "sorted", "any", "all", "enumerate", "zip"})
_TABLES = (cst.Dict, cst.List, cst.Set)
_LEAST = 2


def _table(view: ModuleView, node: cst.CSTNode | None) -> bool:
    """A display of at least two constants."""
    return (
        isinstance(node, _TABLES)
        and len(node.elements) >= _LEAST
        and all(_steady(view, e) for e in node.elements)
    )


def _steady(view: ModuleView, node: cst.CSTNode) -> bool:
    """The same for ever and unchangeable, as far as the syntax tells."""
    match node:
        case cst.Element():
            return _steady(view, node.value)
        case cst.DictElement():
            return _steady(view, node.key) and _steady(view, node.value)
        case cst.Tuple():
            return all(_steady(view, e) for e in node.elements)
        case cst.UnaryOperation():
            return isinstance(node.expression, cst.BaseNumber)
        case cst.ConcatenatedString():
            return _steady(view, node.left) and _steady(view, node.right)
        case cst.Call():
            return code(node) == "type(None)" and is_builtin(view, "type", node)
        case cst.Name():
            return is_builtin(view, node.value, node)
    return isinstance(node, cst.SimpleString | cst.BaseNumber)


def _only_read(view: ModuleView, use: cst.CSTNode) -> bool:
    parent = view.parent(use)
    called = method_call(view, use)
    if called is not None:
        return called[0] in _READING
    if isinstance(parent, cst.Subscript):
        return parent.value is use and not is_store(view, parent)
    if isinstance(parent, cst.For | cst.CompFor):
        return parent.iter is use
    if isinstance(parent, cst.Arg):
        call = view.parent(parent)
        name = code(call.func) if isinstance(call, cst.Call) else ""
        return name in _ASKING and is_builtin(view, name, use)
    return isinstance(use, cst.BaseExpression) and membership(view, use) is not None


def _find(view: ModuleView) -> Iterator[Change]:
    for plain in view.hot(cst.Assign):
        yield from _local(view, plain)
    for noted in view.hot(cst.AnnAssign):
        yield from _local(view, noted)
    for table in view.hot(cst.Dict):
        if _table(view, table) and _in_function(view, table) and _asked(view, table):
            name = view.fresh("_TABLE")
            yield Change(
                at=table,
                edits={table: become(make(name, {}))},
                constants=(_constant(name, table),),
                summary="made a constant table once, when the module is imported",
            )


def _asked(view: ModuleView, table: cst.Dict) -> bool:
    called = method_call(view, table)
    parent = view.parent(table)
    looked_up = isinstance(parent, cst.Subscript) and parent.value is table
    return (called is not None and called[0] == "get") or looked_up


def _in_function(view: ModuleView, node: cst.CSTNode) -> bool:
    return isinstance(function_of(view, node), cst.FunctionDef)


def _local(view: ModuleView, small: cst.Assign | cst.AnnAssign) -> Iterator[Change]:
    target = small.targets[0].target if isinstance(small, cst.Assign) else small.target
    line = only_line(view, small)
    many = isinstance(small, cst.Assign) and len(small.targets) != 1
    if not isinstance(target, cst.Name) or line is None or many or not _table(view, small.value):
        return
    home = function_of(view, small)
    uses = [n for n in view.occurrences(target.value, home) if n is not target]
    if not isinstance(home, cst.FunctionDef) or not uses:
        return
    if any(is_store(view, n) or not _only_read(view, n) for n in uses):
        return
    if len(getattr(view.parent(line), "body", ())) < _LEAST:
        return
    name = view.fresh(f"_{target.value.strip('_').upper()}")
    assert small.value is not None
    constant = _constant(name, small.value)
    yield Change(
        at=small,
        edits={line: drop(), **{use: become(make(name, {})) for use in uses}},
        constants=(
            constant.with_changes(
                leading_lines=line.leading_lines, trailing_whitespace=line.trailing_whitespace
            ),
        ),
        odds=0.3,
        summary=f"made the constant table `{target.value}` once, when the module is imported",
    )


def _constant(name: str, value: cst.BaseExpression) -> cst.SimpleStatementLine:
    target = cst.AssignTarget(target=cst.Name(name))
    return cst.SimpleStatementLine(body=[cst.Assign(targets=[target], value=value)])


RULES = (
    PythonRule(
        id="py-constant-table",
        detects="A dict, list or set of constants that a hot function builds and only reads.",
        explanation=(
            "The display is evaluated on every call, entry by entry, though it is always the same. "
            "A constant of the module is made once, when it is imported."
        ),
        odds=0.3,
        find=_find,
    ),
)
