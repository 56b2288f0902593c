"""Whether a function's result depends on nothing but its arguments, as far as the syntax tells."""

from __future__ import annotations

import libcst as cst

from speedwright.agent.rules.python.nodes import code, type_name
from speedwright.agent.rules.python.scope import (
    READING_BUILTINS,
    READING_METHODS,
    function_of,
    is_builtin,
    is_mutated,
    is_store,
    root_name,
    stores,
)
from speedwright.agent.rules.python.view import ModuleView

_EFFECTS = (
    cst.Await, cst.Yield, cst.Global, cst.Nonlocal, cst.With, cst.Import, cst.ImportFrom, cst.Del,
    cst.ClassDef, cst.NamedExpr,
)  # fmt: skip
_PURE_BUILTINS = READING_BUILTINS - {"print", "iter", "reversed", "zip", "enumerate", "slice"} | {
    "enumerate", "reversed", "zip", "map", "filter", "ValueError", "TypeError", "KeyError",
    "RuntimeError", "IndexError",
}  # fmt: skip
_PURE_MODULES = frozenset({"math", "cmath", "operator", "bisect", "string", "unicodedata"})
_SHARED = (cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp, cst.GeneratorExp)
_UNHASHABLE = (
    "list", "List", "dict", "Dict", "set", "Set", "Mutable", "ndarray", "Callable", "Any",
    "Iterable", "Iterator", "Sequence", "Collection", "Mapping", "DataFrame", "object",
)  # fmt: skip
_FRESH = frozenset({"list", "dict", "set", "sorted", "defaultdict", "Counter", "deque", "iter"})


def is_pure(view: ModuleView, function: cst.FunctionDef, *, depth: int = 3) -> bool:
    """No effects, and nothing read that may change between two calls."""
    if depth == 0 or function.decorators or function.asynchronous is not None:
        return False
    if any(isinstance(n, _EFFECTS) for n in view.nodes(function.body)):
        return False
    own = {n.value for n in view.all(cst.Name, function) if is_store(view, n)}
    own -= {function.name.value}
    return (
        all(_steady_read(view, name, function) for name in view.variables(function) - own)
        and all(_pure_call(view, c, function, own, depth) for c in view.all(cst.Call, function))
        and not any(_stores_outside(view, n, own) for n in view.nodes(function.body))
    )


def hashable_arguments(function: cst.FunctionDef, view: ModuleView) -> bool:
    """Arguments that may serve as a key: none annotated otherwise, none changed."""
    params = function.params
    if params.star_kwarg is not None or isinstance(params.star_arg, cst.Param):
        return False
    every = [*params.posonly_params, *params.params, *params.kwonly_params]
    for param in every:
        if type_name(param.annotation).startswith(_UNHASHABLE):
            return False
        if isinstance(param.default, _SHARED) or _items_stored(view, param.name.value, function):
            return False
        if _attributes_read(view, param.name.value, function):
            return False  # an object whose state counts, not a value
    return bool(every)


def shares_result(view: ModuleView, function: cst.FunctionDef) -> bool:
    """Whether it returns a container that a caller might change for all others."""
    if type_name(function.returns).startswith(_UNHASHABLE):
        return True
    returned = [r.value for r in view.all(cst.Return, function) if r.value is not None]
    return not returned or any(_is_fresh(view, value, function) for value in returned)


def _is_fresh(view: ModuleView, value: cst.BaseExpression, function: cst.FunctionDef) -> bool:
    match value:
        case cst.IfExp():
            return any(_is_fresh(view, v, function) for v in (value.body, value.orelse))
        case cst.BinaryOperation():
            return any(_is_fresh(view, v, function) for v in (value.left, value.right))
        case cst.Call():
            return code(value.func) in _FRESH or (
                isinstance(value.func, cst.Attribute)
                and value.func.attr.value in {"copy", "split", "tolist", "splitlines"}
            )
        case cst.Name():
            return any(_bound_fresh(view, n) for n in stores(view, value.value, function))
    return isinstance(value, _SHARED)


def _bound_fresh(view: ModuleView, store: cst.Name) -> bool:
    target = view.parent(store)
    assign = view.parent(target) if isinstance(target, cst.AssignTarget) else target
    if isinstance(assign, cst.Assign | cst.AnnAssign) and assign.value is not None:
        value = assign.value
        return isinstance(value, _SHARED) or (
            isinstance(value, cst.Call) and code(value.func) in _FRESH
        )
    return False


def _steady_read(view: ModuleView, name: str, function: cst.FunctionDef) -> bool:
    """A builtin, the function itself, or something bound once around it and never changed."""
    if is_builtin(view, name) or name == function.name.value:
        return True
    bound = stores(view, name)
    if len(bound) != 1:
        return not bound and name in {"__name__"}
    parent = view.parent(bound[0])
    if isinstance(parent, cst.FunctionDef | cst.ClassDef | cst.ImportAlias | cst.AsName):
        return True
    home = function_of(view, bound[0])
    if isinstance(parent, cst.Param) or isinstance(home, cst.ClassDef):
        return isinstance(parent, cst.Param) and not is_mutated(view, name, function)
    others = [n for n in view.occurrences(name) if n is not bound[0]]
    return not any(_item_store(view, n) for n in others)


def _item_store(view: ModuleView, name: cst.Name) -> bool:
    node, parent = name, view.parent(name)
    while isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is node:
        call = view.parent(parent)
        if isinstance(parent, cst.Attribute) and isinstance(call, cst.Call) and call.func is parent:
            return parent.attr.value not in READING_METHODS
        if is_store(view, parent):
            return True
        node, parent = parent, view.parent(parent)  # type: ignore[assignment]  # climbs on
    return False


def _pure_call(
    view: ModuleView, call: cst.Call, function: cst.FunctionDef, own: set[str], depth: int
) -> bool:
    func = call.func
    if isinstance(func, cst.Name):
        if func.value == function.name.value:
            return True
        if is_builtin(view, func.value):
            return func.value in _PURE_BUILTINS
        callee = function_named(view, func.value)
        return callee is not None and is_pure(view, callee, depth=depth - 1)
    if isinstance(func, cst.Attribute):
        root = root_name(func)
        if root is None:  # a method of a literal or of a call's result: of something fresh
            return True
        if root.value in _PURE_MODULES and root.value not in own:
            return True
        if func.attr.value in READING_METHODS:
            return True
        params = {p.name.value for p in function.params.params}
        return root.value in own - params
    return False


def function_named(view: ModuleView, name: str) -> cst.FunctionDef | None:
    """The only thing of that name, if it is a function of the module."""
    bound = stores(view, name)
    parent = view.parent(bound[0]) if len(bound) == 1 else None
    if isinstance(parent, cst.FunctionDef) and isinstance(view.parent(parent), cst.Module):
        return parent
    return None


def _stores_outside(view: ModuleView, node: cst.CSTNode, own: set[str]) -> bool:
    """An item or attribute stored in anything that the function did not make itself."""
    if not isinstance(node, cst.Attribute | cst.Subscript) or not is_store(view, node):
        return False
    root = root_name(node)
    if isinstance(node, cst.Attribute) or root is None or root.value not in own:
        return True
    return any(isinstance(view.parent(s), cst.Param) for s in stores(view, root.value))


def _attributes_read(view: ModuleView, name: str, function: cst.FunctionDef) -> bool:
    for use in view.occurrences(name, function.body):
        parent = view.parent(use)
        if isinstance(parent, cst.Attribute) and parent.value is use:
            call = view.parent(parent)
            if not (isinstance(call, cst.Call) and call.func is parent):
                return True
    return False


def _items_stored(view: ModuleView, name: str, function: cst.FunctionDef) -> bool:
    return any(_item_store(view, n) for n in view.occurrences(name, function.body))
