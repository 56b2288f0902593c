"""Calls of one-line functions of the module, replaced by what they return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.nodes import only_statement, statements
from speedwright.agent.rules.python.pattern import fenced
from speedwright.agent.rules.python.purity import function_named
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import function_of, is_simple, stores
from speedwright.agent.rules.python.view import ModuleView

_MOST_NODES = 45
_BARRED = (
    cst.Lambda, cst.BaseComp, cst.Yield, cst.Await, cst.NamedExpr, cst.FormattedString,
    cst.StarredElement, cst.Comment,
)  # fmt: skip
_CONDITIONAL = (cst.IfExp, cst.BooleanOperation, cst.Comparison)


def _answer(view: ModuleView, function: cst.FunctionDef) -> cst.BaseExpression | None:
    """The expression of `def f(a, b): return …`, docstring or not."""
    params = function.params
    plain = not (
        params.kwonly_params
        or params.posonly_params
        or params.star_kwarg
        or isinstance(params.star_arg, cst.Param)
        or any(p.default is not None for p in params.params)
    )
    if function.decorators or function.asynchronous is not None or not plain:
        return None
    body = [s for s in statements(function.body) if not _docstring(s)]
    small = only_statement(body[0]) if len(body) == 1 else None
    if not isinstance(small, cst.Return) or small.value is None:
        return None
    nodes = view.nodes(small.value)
    if len(nodes) > _MOST_NODES or any(isinstance(n, _BARRED) for n in nodes):
        return None
    if "#" in cst.Module([]).code_for_node(small.value):
        return None
    return small.value


def _returns_to(view: ModuleView, function: cst.FunctionDef, answer: cst.BaseExpression) -> bool:
    """Whether it may call itself, perhaps through others: it could be inlined for ever."""
    pending, seen = sorted(view.variables(answer)), set[str]()
    while pending:
        name = pending.pop()
        callee = function_named(view, name)
        if callee is function:
            return True
        if callee is not None and name not in seen:
            seen.add(name)
            pending += sorted(view.variables(callee.body))
    return False


def _docstring(line: cst.CSTNode) -> bool:
    small = only_statement(line)
    return isinstance(small, cst.Expr) and isinstance(
        small.value, cst.SimpleString | cst.ConcatenatedString
    )


def _find(view: ModuleView) -> Iterator[Change]:
    by_function: dict[cst.FunctionDef, list[cst.Call]] = {}
    for call in view.hot(cst.Call):
        if isinstance(call.func, cst.Name):
            function = function_named(view, call.func.value)
            if function is not None and not view.contains(function, call):
                by_function.setdefault(function, []).append(call)
    for function, calls in by_function.items():
        answer = _answer(view, function)
        if answer is None or _returns_to(view, function, answer):
            continue
        edits: dict[cst.CSTNode, Edit] = {}
        for call in calls:
            new = _inlined(view, function, answer, call)
            if new is not None and not any(view.contains(done, call) for done in edits):
                edits[call] = become(in_place_of(view, call, new))
        if edits:
            yield Change(
                at=max(edits, key=view.share),
                edits=edits,
                summary=f"wrote what `{function.name.value}` returns in place of calling it",
            )


def _inlined(
    view: ModuleView, function: cst.FunctionDef, answer: cst.BaseExpression, call: cst.Call
) -> cst.BaseExpression | None:
    """The answer with the call's arguments in it; None if its meaning might change."""
    params = [p.name.value for p in function.params.params]
    if len(params) != len(call.args) or any(a.keyword or a.star for a in call.args):
        return None
    home = function_of(view, call)
    if not isinstance(home, cst.FunctionDef | cst.Module):
        return None
    own = {n.value for n in view.all(cst.Name, home)} if home is not view.tree.module else set()
    for name in view.variables(answer) - set(params):
        if name in own and (stores(view, name, home) or _local_above(view, name, call)):
            return None
        if _bound_around(view, name, call):
            return None
    args = dict(zip(params, (a.value for a in call.args), strict=True))
    for name, value in args.items():
        uses = view.occurrences(name, answer)
        if not is_simple(value) and not (len(params) == 1 and _once(view, answer, uses)):
            return None
    filled = answer.visit(_Arguments(args))
    return filled if isinstance(filled, cst.BaseExpression) else None


def _once(view: ModuleView, answer: cst.BaseExpression, uses: list[cst.Name]) -> bool:
    """Read exactly once whatever happens."""
    return len(uses) == 1 and not any(
        isinstance(a, _CONDITIONAL) and view.contains(answer, a) for a in view.above(uses[0])
    )


def _local_above(view: ModuleView, name: str, call: cst.Call) -> bool:
    """Whether a function further out binds the name."""
    return any(
        isinstance(a, cst.FunctionDef | cst.Lambda | cst.ClassDef) and stores(view, name, a)
        for a in view.above(call)
    )


def _bound_around(view: ModuleView, name: str, call: cst.Call) -> bool:
    return any(
        isinstance(a, cst.BaseComp | cst.Lambda) and stores(view, name, a) for a in view.above(call)
    )


class _Arguments(cst.CSTTransformer):
    """Puts arguments in the place of parameters."""

    def __init__(self, args: Mapping[str, cst.BaseExpression]) -> None:
        super().__init__()
        self._args = args
        self._above: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        self._above.append(node)
        return True

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        self._above.pop()
        parent = self._above[-1] if self._above else None
        if not isinstance(original_node, cst.Name) or original_node.value not in self._args:
            return updated_node
        if isinstance(parent, cst.Attribute) and parent.attr is original_node:
            return updated_node
        if isinstance(parent, cst.Arg) and parent.keyword is original_node:
            return updated_node
        value = self._args[original_node.value]
        return fenced(value, parent)  # type: ignore[return-value]  # an expression for a name


RULES = (
    PythonRule(
        id="py-inline-call",
        detects="A hot call of a module function that only returns one short expression.",
        explanation=(
            "A call makes a frame and passes arguments, which costs more than many short bodies. "
            "Written in place, the expression is evaluated directly; the function stays as it is."
        ),
        odds=0.2,
        most_per_file=6,
        find=_find,
    ),
)
