"""Guard: the import system and the test machinery are not a patch's business.

Rows of the exploit table: 14 (test machinery), 15 (start-up and import hooks), 23 (swapped
modules).
Covers: `sys.modules`, import hooks and finders, reloading, `sys.path`, imports of test frameworks
in code that is no test, of the workload's own module, and of start-up modules.
Does not cover: files that steer pytest or Python's start (step 1 refuses those).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from speedwright.eval.guards.context import Context
from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule
from speedwright.eval.guards.references import Banned, imported, table, uses
from speedwright.eval.guards.strings import fold

_IMPORTS = Banned(rule="import-hook", why="it changes what an import brings")
_PATHS = Banned(
    rule="import-path", why="it changes where imports are looked for", severity=Severity.WARN
)
_TESTS = Banned(rule="test-machinery", why="code that is no test has no use for it")
_STARTUP = Banned(rule="start-up", why="it runs before everything else, the judge's part too")
_MAIN = Banned(rule="harness", why="it reaches into the program that measures it")
_MODULES = Banned(rule="modules-patch", why="it swaps modules that are already imported")

NAMES = {
    **table(
        _IMPORTS, "sys.meta_path", "sys.path_hooks", "sys.path_importer_cache",
        "importlib.reload", "imp.reload", "importlib.invalidate_caches",
    ),
    **table(
        _PATHS, "importlib.util.spec_from_file_location", "importlib.machinery.SourceFileLoader",
        "importlib.util.module_from_spec", "runpy.run_path", "runpy.run_module",
    ),
}  # fmt: skip
MODULES = {
    **table(
        _TESTS,
        "pytest",
        "_pytest",
        "unittest",
        "hypothesis",
        "conftest",
        "nose",
        "pluggy",
        "tests",
        "test",
    ),
    **table(_STARTUP, "site", "sitecustomize", "usercustomize"),
    **table(_MAIN, "__main__"),
}
WRITERS = frozenset(
    ("pop", "setdefault", "update", "clear", "popitem", "__setitem__", "__delitem__")
)
PATH_WRITERS = frozenset(("insert", "append", "extend", "remove", "pop", "clear"))


def marks(module: PythonModule, context: Context) -> Iterator[Mark]:
    """Import hooks, swapped modules and test machinery."""
    yield from uses(module, NAMES)
    yield from imported(module, MODULES)
    yield from imported(module, table(_MAIN, *context.modules))
    for item in module.of(ast.Subscript):
        if "sys.modules" in module.names(item.value):
            if not isinstance(item.ctx, ast.Load):
                yield _MODULES.mark("sys.modules", item.lineno, verb="changes")
            elif fold(item.slice) == "__main__":
                yield _MAIN.mark("sys.modules['__main__']", item.lineno)
    for call in module.of(ast.Call):
        yield from _method(module, call)


def _method(module: PythonModule, call: ast.Call) -> Iterator[Mark]:
    if not isinstance(call.func, ast.Attribute):
        return
    owner = module.names(call.func.value)
    if "sys.modules" in owner and call.func.attr in WRITERS:
        yield _MODULES.mark("sys.modules", call.lineno, verb="changes")
    if "sys.modules" in owner and call.args and fold(call.args[0]) == "__main__":
        yield _MAIN.mark("sys.modules['__main__']", call.lineno)
    if "sys.path" in owner and call.func.attr in PATH_WRITERS:
        yield _PATHS.mark("sys.path", call.lineno, verb="changes")
