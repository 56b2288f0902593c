"""Guard: work stays inside the call that is timed, and caches know what they hold.

Rows of the exploit table: 6 (work moved to import), 4 (caches keyed by address), 5.
Covers: loops and calls of own functions at module or class level (warnings: a constant table is
honest, and import time is part of what a command's timing counts); caches that outlive a call and
are keyed by `id()`.
Does not cover: work moved into `__init__`, `setup` functions or decorators.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule, Scope

LOOPS = (ast.For, ast.While, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
KEYED = frozenset(("get", "setdefault", "pop", "__getitem__", "__setitem__", "add", "__contains__"))


def marks(module: PythonModule) -> Iterator[Mark]:
    """Work at import, caches keyed by address."""
    own = module.functions()
    for loop in module.of(*LOOPS):
        if _is_at_import(module, loop):
            yield _at_import("a loop", _line(loop))
    for call in module.of(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id in own:
            if _is_at_import(module, call) and not _decorates(module, call):
                yield _at_import(f"`{call.func.id}()`", call.lineno)
    yield from _address_keys(module)


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))


def _at_import(what: str, line: int) -> Mark:
    return Mark(
        rule="import-work", key=what, line=line, severity=Severity.WARN,
        sentence=f"{what} runs at import: work moved out of the timed call is still work",
    )  # fmt: skip


def _is_at_import(module: PythonModule, node: ast.AST) -> bool:
    for around in module.ancestors(node):
        if isinstance(around, Scope):
            return False
        if isinstance(around, ast.If) and _is_main_guard(around.test):
            return False
    return True


def _is_main_guard(test: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


def _decorates(module: PythonModule, call: ast.Call) -> bool:
    around = module.parent(call)
    return isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _address_keys(module: PythonModule) -> Iterator[Mark]:
    if not any("id" in module.names(c.func) for c in module.of(ast.Call)):
        return
    keys = _address_names(module)
    for item in module.of(ast.Subscript):
        if _is_address(module, item.slice, keys):
            yield from _judged(module, item.value, item)
    for call in module.of(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in KEYED:
            if call.args and _is_address(module, call.args[0], keys):
                yield from _judged(module, call.func.value, call)
    for compare in module.of(ast.Compare):
        if isinstance(compare.ops[0], ast.In | ast.NotIn):
            if _is_address(module, compare.left, keys):
                yield from _judged(module, compare.comparators[0], compare)


def _address_names(module: PythonModule) -> set[tuple[Scope | None, str]]:
    """Local names that hold an address."""
    return {
        (module.function_of(assign), target.id)
        for assign in module.of(ast.Assign)
        for target in assign.targets
        if isinstance(target, ast.Name) and _is_address(module, assign.value, set())
    }


def _is_address(module: PythonModule, node: ast.AST, names: set[tuple[Scope | None, str]]) -> bool:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    for part in parts:
        if isinstance(part, ast.Call) and "id" in module.names(part.func) and part.args:
            return True
        if isinstance(part, ast.Name) and (module.function_of(part), part.id) in names:
            return True
    return False


def _judged(module: PythonModule, container: ast.expr, node: ast.expr) -> Iterator[Mark]:
    root: ast.expr = container
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    function = module.function_of(node)
    if function is None:
        return
    is_name = isinstance(root, ast.Name) and root is container
    if isinstance(root, ast.Name) and is_name and _is_local(module, function, root.id):
        return
    outer = [n for n in module.ancestors(function) if isinstance(n, Scope)]
    is_closed_over = isinstance(root, ast.Name) and any(
        _is_local(module, scope, root.id) for scope in outer
    )
    yield Mark(
        rule="address-key", key="id()", line=node.lineno,
        severity=Severity.WARN if is_closed_over else Severity.REFUSE,
        sentence="a cache that outlives the call is keyed by `id()`: an address is used again for "
        "other objects, and an object changes under it",
    )  # fmt: skip


def _is_local(module: PythonModule, function: Scope, name: str) -> bool:
    """Whether the container lives no longer than a call of the function, or was handed to it."""
    if isinstance(function, ast.Lambda):
        return False
    a = function.args
    plain = [*a.posonlyargs, *a.args]
    defaulted = {p.arg for p in plain[len(plain) - len(a.defaults) :] if a.defaults}
    if name in {p.arg for p in (*plain, *a.kwonlyargs)} - defaulted:
        return True
    if any(isinstance(n, ast.Global) and name in n.names for n in ast.walk(function)):
        return False
    return any(
        isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
        for n in ast.walk(function)
    )
