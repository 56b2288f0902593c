"""Guard: clocks and built-ins stay what they are.

Rows of the exploit table: 1 (patched timers), 14 and 18 (patched reporters and comparisons).
Covers: assigning to, deleting from or `setattr` on modules that tell the time, built-ins, any other
module of the standard library, and (as a warning) any other imported module; `mock.patch`.
Does not cover: a module reached through a container or an attribute of an object.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import BUILTINS, PythonModule
from speedwright.eval.guards.strings import fold

CLOCKS = ("time", "timeit", "datetime", "torch.cuda", "torch.utils.benchmark", "pyperf", "_time")
WRITERS = frozenset(
    ("setattr", "delattr", "object.__setattr__", "object.__delattr__", "operator.setitem")
)
DICT_WRITERS = frozenset(("update", "__setitem__", "pop", "setdefault", "clear", "popitem"))
OWN_WRITERS = frozenset(("__setattr__", "__delattr__"))
OFTEN_SET = frozenset(("sys", "os", "logging", "warnings", "random", "locale", "decimal"))
COMPARED_BY = frozenset(("__eq__", "__ne__", "__hash__", "__bool__", "__array_ufunc__"))


def marks(module: PythonModule) -> Iterator[Mark]:
    """Everything that changes a module from outside."""
    for node, owner, name in _writes(module):
        for base in module.names(owner):
            mark = _judged(base.removesuffix(".__dict__"), name, node.lineno)
            if mark is not None:
                yield mark
                break
        else:
            if name in COMPARED_BY and not isinstance(owner, ast.Call):
                yield Mark(
                    rule="comparison-patch", key=name, line=node.lineno,
                    sentence=f"replaces `{name}` of a class from outside: comparisons stop meaning "
                    "anything",
                )  # fmt: skip
    for call in module.of(ast.Call):
        if any("mock.patch" in name for name in module.names(call.func)):
            yield Mark(
                rule="module-patch", key="mock.patch", line=call.lineno,
                sentence="patches code at run time with `mock.patch`",
            )  # fmt: skip


def _writes(module: PythonModule) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """Node, the thing written to, and the name written."""
    for attribute in module.of(ast.Attribute):
        if isinstance(attribute.ctx, ast.Store | ast.Del):
            yield attribute, attribute.value, attribute.attr
    for item in module.of(ast.Subscript):
        if isinstance(item.ctx, ast.Store | ast.Del) and _is_namespace(module, item.value):
            yield item, item.value, str(fold(item.slice) or "?")
    for call in module.of(ast.Call):
        if module.is_one_of(call.func, WRITERS) and len(call.args) > 1:
            yield call, call.args[0], str(fold(call.args[1]) or "?")
        elif isinstance(call.func, ast.Attribute) and call.func.attr in OWN_WRITERS and call.args:
            yield call, call.func.value, str(fold(call.args[0]) or "?")
        elif (
            isinstance(call.func, ast.Attribute)
            and call.func.attr in DICT_WRITERS
            and _is_namespace(module, call.func.value)
        ):
            yield call, call.func.value, call.func.attr


def _is_namespace(module: PythonModule, node: ast.expr) -> bool:
    return any(n.endswith(".__dict__") or n in BUILTINS for n in module.names(node))


def _judged(base: str, name: str, line: int) -> Mark | None:
    if base in BUILTINS or base == "__builtins__.__dict__":
        return Mark(
            rule="builtins-patch", key=f"builtins.{name}", line=line,
            sentence=f"replaces the built-in `{name}` for the whole process, the judge's part too",
        )  # fmt: skip
    if any(base == clock or base.startswith(f"{clock}.") for clock in CLOCKS):
        return Mark(
            rule="clock-patch", key=f"{base}.{name}", line=line,
            sentence=f"changes `{base}.{name}`: a patch may not touch what tells the time",
        )  # fmt: skip
    top = base.partition(".")[0]
    if top not in sys.stdlib_module_names or base in ("sys.modules", "os.environ"):
        return None
    is_usual = top in OFTEN_SET
    return Mark(
        rule="module-patch", key=f"{base}.{name}", line=line,
        sentence=f"changes `{base}.{name}` of the standard library for the whole process",
        severity=Severity.WARN if is_usual else Severity.REFUSE,
    )  # fmt: skip
