"""Comprehensions that `map` or a slice runs without bytecode for every element."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.forms import Form, finder, in_place_of
from speedwright.agent.rules.python.pattern import Bindings, expression, make, match
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_builtin, is_simple
from speedwright.agent.rules.python.view import ModuleView

_IN_C = frozenset(("abs", "bin", "bool", "chr", "float", "hex", "int", "len", "ord", "repr", "str"))
# They take any iterable, once, and keep nothing of it.
_CONSUMERS = frozenset(("all", "any", "frozenset", "list", "max", "min", "set", "sorted", "sum"))
_LIST, _GENERATOR = expression("[VF(VT) for VT in X]"), expression("(VF(VT) for VT in X)")


def _find_map(view: ModuleView) -> Iterator[Change]:
    for pattern in (_LIST, _GENERATOR):
        for node in view.hot(type(pattern)):
            found = match(pattern, node)
            if found is None or not _is_in_c(view, found["VF"]) or not is_builtin(view, "map"):
                continue
            is_consumed = pattern is _GENERATOR or _is_consumed(view, node)
            if not is_consumed and not is_builtin(view, "list"):
                continue
            new = make("map(VF, X)" if is_consumed else "list(map(VF, X))", found)
            yield Change(
                at=node,
                edits={node: become(in_place_of(view, node, new))},
                summary="called a builtin for every element by `map`",
            )


def _is_in_c(view: ModuleView, function: object) -> bool:
    return (
        isinstance(function, cst.Name)
        and function.value in _IN_C
        and is_builtin(view, function.value)
    )


def _is_consumed(view: ModuleView, node: cst.CSTNode) -> bool:
    """The only argument of what reads it once: a builtin, or a string's `join`."""
    argument = view.parent(node)
    call = view.parent(argument) if argument is not None else None
    if not isinstance(argument, cst.Arg) or not isinstance(call, cst.Call) or len(call.args) != 1:
        return False
    if isinstance(call.func, cst.Attribute):
        return call.func.attr.value == "join" and isinstance(call.func.value, cst.SimpleString)
    if not isinstance(call.func, cst.Name):
        return False
    return call.func.value in _CONSUMERS and is_builtin(view, call.func.value)


MAP_CALL = PythonRule(
    id="py-map-call",
    detects="A comprehension that only calls a builtin on every element, as `[int(c) for c in s]`.",
    explanation=(
        "The comprehension looks the function up and calls it by bytecode for every element. "
        "`map` does both in C; for a function written in Python it would gain nothing."
    ),
    odds=0.35,
    find=_find_map,
)


def _index_unused(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    """The position only picks elements, from something that a slice can be taken of."""
    index, source = found["VI"], found["X"]
    assert isinstance(index, cst.Name)
    assert isinstance(source, cst.BaseExpression)
    read = [n for hole in ("E", "C") if isinstance(n := found.get(hole), cst.CSTNode)]
    return is_simple(source) and not any(index.value in view.variables(n) for n in read)


STRIDE = PythonRule(
    id="py-stride",
    detects="`for i, x in enumerate(xs) if i % k == 0`: every k-th element picked by counting.",
    explanation=(
        "All elements are numbered and most are thrown away. A slice with a step visits those "
        "that are wanted alone."
    ),
    odds=0.45,
    find=finder(
        tuple(
            Form(
                pattern=f"{left}E for VI, VT in enumerate(X) if {test}{right}",
                template=f"{left}E for VT in X[{start}::K]{rest}{right}",
                builtins=("enumerate",),
                guard=_index_unused,
            )
            for left, right in (("[", "]"), ("(", ")"))
            for start, picked in (("", "VI % K == 0"), ("1", "VI % K == 1"))
            for test, rest in ((picked, ""), (f"{picked} and C", " if C"))
        ),
        "visited every k-th element by a slice",
    ),
)

RULES = (MAP_CALL, STRIDE)
