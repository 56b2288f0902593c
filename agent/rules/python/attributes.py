"""Attributes reached by a fixed name in a string, and those that are mostly missing."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.nodes import code, only_statement, statements
from speedwright.agent.rules.python.pattern import make, make_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_builtin
from speedwright.agent.rules.python.subject import only_line
from speedwright.agent.rules.python.view import ModuleView


def _fixed(args: Sequence[cst.Arg], count: int) -> str | None:
    """The attribute's name if it is a literal that could be written after a dot."""
    if len(args) != count or any(a.keyword is not None or a.star for a in args):
        return None
    name = args[1].value
    text = name.evaluated_value if isinstance(name, cst.SimpleString) else None
    if not isinstance(text, str) or not text.isidentifier() or keyword.iskeyword(text):
        return None
    return None if text.startswith("__") else text  # a class would mangle it


def stored_attribute(node: cst.BaseExpression) -> cst.BaseStatement | None:
    """`x.name = v` for `setattr(x, "name", v)`."""
    if not isinstance(node, cst.Call) or code(node.func) != "setattr":
        return None
    name = _fixed(node.args, 3)
    if name is None:
        return None
    owner = make(f"X.{name}", {"X": node.args[0].value})
    assert isinstance(owner, cst.Attribute)
    return make_block("T = V\n", {"T": owner, "V": node.args[2].value})[0]


def _find_fixed(view: ModuleView) -> Iterator[Change]:
    for call in view.hot(cst.Call):
        if not isinstance(call.func, cst.Name) or not is_builtin(view, call.func.value):
            continue
        summary = "named the attribute after a dot instead of in a string"
        name = _fixed(call.args, 2) if call.func.value == "getattr" else None
        if name is not None:
            new = make(f"X.{name}", {"X": call.args[0].value})
            yield Change(
                at=call, edits={call: become(in_place_of(view, call, new))}, summary=summary
            )
        small = view.parent(call)
        line = only_line(view, small) if isinstance(small, cst.Expr) else None
        stored = stored_attribute(call) if line is not None else None
        if line is not None and stored is not None:
            yield Change(at=call, edits={line: become(stored)}, summary=summary)


def _find_missing(view: ModuleView) -> Iterator[Change]:
    for attempt in view.hot(cst.Try):
        if attempt.orelse is not None or attempt.finalbody is not None:
            continue
        handler = attempt.handlers[0] if len(attempt.handlers) == 1 else None
        block = view.parent(attempt)
        if handler is None or not isinstance(block, cst.IndentedBlock) or _guarded(view, attempt):
            continue
        kinds = handler.type
        named = [e.value for e in kinds.elements] if isinstance(kinds, cst.Tuple) else [kinds]
        if handler.name is not None or "AttributeError" not in [code(k) for k in named if k]:
            continue
        asked = _first_attribute(statements(attempt.body))
        if asked is None or any(isinstance(n, cst.Raise) for n in view.nodes(handler.body)):
            continue
        test = f'hasattr({code(asked.value)}, "{asked.attr.value}")'
        rest = statements(handler.body)
        if not rest:
            continue
        idle = all(isinstance(only_statement(s), cst.Pass) for s in rest)
        text = f"if {test}:\n    BODY\n"
        new = make_block(text, {"BODY": (attempt.with_changes(leading_lines=()),)})[0]
        if not idle:
            other = cst.Else(body=cst.IndentedBlock(body=list(rest)))
            new = new.with_changes(orelse=other)
        yield Change(
            at=attempt,
            edits={attempt: become(new)},
            summary=f"asked for `{asked.attr.value}` first instead of catching that it is missing",
        )


def _guarded(view: ModuleView, attempt: cst.Try) -> bool:
    above = next((a for a in view.above(attempt) if isinstance(a, cst.If)), None)
    return above is not None and code(above.test).startswith(("hasattr(", "isinstance("))


def _first_attribute(body: Sequence[cst.BaseStatement]) -> cst.Attribute | None:
    """`x.m` if a block is one line and reading that attribute of a variable starts it."""
    line = body[0] if len(body) == 1 else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Assign | cst.Return | cst.Expr) else None
    while isinstance(value, cst.Call | cst.Attribute | cst.Subscript):
        inner = value.func if isinstance(value, cst.Call) else value.value
        if isinstance(value, cst.Call) and isinstance(inner, cst.Name) and value.args:
            inner = value.args[0].value
        if isinstance(value, cst.Attribute) and isinstance(inner, cst.Name):
            return None if inner.value in {"self", "cls"} else value
        value = inner
    return None


RULES = (
    PythonRule(
        id="py-fixed-attribute",
        detects='`getattr(x, "name")` or `setattr(x, "name", v)` with a fixed name.',
        explanation=(
            "The call goes through a builtin and looks the name up without the interpreter's "
            "inline caches. `x.name` does the same in one specialised instruction."
        ),
        odds=0.2,
        find=_find_fixed,
    ),
    PythonRule(
        id="py-missing-attribute",
        detects="`try: x = x.decode()` with `except AttributeError` in hot code.",
        explanation=(
            "Raising and catching an exception costs some ten times a plain call, and more when "
            "most objects lack the attribute. `hasattr` finds out in C without raising."
        ),
        odds=0.5,
        find=_find_missing,
    ),
)
