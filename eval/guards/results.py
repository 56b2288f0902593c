"""Guard: results are finished values that compare as such.

Rows of the exploit table: 2 (lazy results), 7 (uninitialised memory), 18 (`__eq__` always True).
Covers: comparison methods that return a constant; functions that returned a finished collection and
now return an iterator; as warnings, proxies (`__getattr__`), tensor subclasses, arrays that are
not filled.
Does not cover: laziness inside an object that is returned (the whole output is serialised for
that).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import FunctionNode, PythonModule

CONSTANT = frozenset(
    ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__bool__",
     "__contains__", "__array_ufunc__", "__array_function__", "__instancecheck__",
     "__subclasscheck__", "__torch_function__")
)  # fmt: skip
PROXY = frozenset(("__getattr__", "__getattribute__", "__torch_dispatch__"))
ARRAYS = frozenset(("numpy.ndarray", "torch.Tensor", "torch.nn.Parameter"))
UNFILLED = frozenset(("numpy.empty", "numpy.empty_like", "torch.empty", "torch.empty_like"))
LAZY_CALLS = frozenset(("map", "filter", "zip", "iter", "reversed", "enumerate"))
FINISHED_CALLS = frozenset(("list", "tuple", "dict", "set", "frozenset", "sorted", "sum"))
FINISHED = ast.List | ast.ListComp | ast.Tuple | ast.Dict | ast.DictComp | ast.Set | ast.SetComp


def marks(module: PythonModule) -> Iterator[Mark]:
    """Comparisons that mean nothing, proxies, arrays that are not filled."""
    for function in module.definitions():
        name = function.name
        is_method = isinstance(module.parent(function), ast.ClassDef)
        if is_method and name in CONSTANT and _returns_constant(function):
            yield _meaningless(name, function.lineno)
        if is_method and name in PROXY:
            yield _warning(
                "proxy", name, function.lineno,
                f"`{name}` may put work off until after the timing",
            )  # fmt: skip
    for assign in module.of(ast.Assign):
        for target in assign.targets:
            if (
                isinstance(target, ast.Name)
                and target.id in CONSTANT
                and isinstance(assign.value, ast.Lambda)
                and isinstance(_plain(assign.value.body), ast.Constant)
            ):
                yield _meaningless(target.id, assign.lineno)
    for table in module.of(ast.Dict):
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in CONSTANT:
                if isinstance(value, ast.Lambda) and isinstance(_plain(value.body), ast.Constant):
                    yield _meaningless(str(key.value), key.lineno)
    for made in module.of(ast.ClassDef):
        if any(module.is_one_of(base, ARRAYS) for base in made.bases):
            yield _warning(
                "array-subclass", made.name, made.lineno,
                f"`{made.name}` is an array of a type of its own: its values may be made late",
            )  # fmt: skip
    for call in module.of(ast.Call):
        if name := module.is_one_of(call.func, UNFILLED):
            yield _warning(
                "unfilled-array", name, call.lineno,
                f"`{name}` leaves memory as it was: every element must be written before use",
            )  # fmt: skip


def changes(before: PythonModule, after: PythonModule) -> Iterator[Mark]:
    """Functions that returned finished collections and now return iterators."""
    old = before.functions()
    for name, function in after.functions().items():
        if name in old and _is_finished(before, old[name]) and _is_lazy(after, function):
            yield _warning(
                "lazy-result", name, function.lineno,
                f"`{name}` returned a finished collection and now returns an iterator: the work "
                "may happen after the timing, or never",
            )  # fmt: skip


def _meaningless(name: str, line: int) -> Mark:
    return Mark(
        rule="constant-comparison", key=name, line=line,
        sentence=f"`{name}` always gives the same answer: comparisons stop meaning anything",
    )  # fmt: skip


def _warning(rule: str, key: str, line: int, sentence: str) -> Mark:
    return Mark(rule=rule, key=key, line=line, sentence=sentence, severity=Severity.WARN)


def _returns_constant(function: FunctionNode) -> bool:
    body = [s for s in function.body if not _is_prose(s)]
    if len(body) != 1 or not isinstance(body[0], ast.Return):
        return False
    value = body[0].value
    return value is not None and isinstance(_plain(value), ast.Constant)


def _is_prose(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _plain(node: ast.expr) -> ast.expr:
    for _ in range(5):
        if isinstance(node, ast.UnaryOp):
            node = node.operand
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "bool"
            and len(node.args) == 1
        ):
            node = node.args[0]
    return node


def _returns(module: PythonModule, function: FunctionNode) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            if module.function_of(node) is function:
                yield node.value


def _yields(module: PythonModule, function: FunctionNode) -> bool:
    return any(
        isinstance(n, ast.Yield | ast.YieldFrom) and module.function_of(n) is function
        for n in ast.walk(function)
    )


def _is_finished(module: PythonModule, function: FunctionNode) -> bool:
    if _yields(module, function):
        return False
    made = {
        t.id
        for n in ast.walk(function)
        if isinstance(n, ast.Assign | ast.AnnAssign) and n.value is not None
        for t in (n.targets if isinstance(n, ast.Assign) else [n.target])
        if isinstance(t, ast.Name) and _is_collection(module, n.value)
    }
    found = list(_returns(module, function))
    return any(
        _is_collection(module, v) or (isinstance(v, ast.Name) and v.id in made) for v in found
    )


def _is_collection(module: PythonModule, node: ast.expr) -> bool:
    return isinstance(node, FINISHED) or (
        isinstance(node, ast.Call) and bool(module.is_one_of(node.func, FINISHED_CALLS))
    )


def _is_lazy(module: PythonModule, function: FunctionNode) -> bool:
    if _yields(module, function):
        return True
    for value in _returns(module, function):
        if isinstance(value, ast.GeneratorExp | ast.Lambda):
            return True
        if isinstance(value, ast.Call):
            names = module.names(value.func)
            if any(n in LAZY_CALLS or n.startswith("itertools.") for n in names):
                return True
    return False
