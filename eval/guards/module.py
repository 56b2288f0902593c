"""A Python file as the guards read it: its tree, and what its names stand for.

Covers: import aliases, `from` and star imports, names bound to a module or to one of its functions,
`getattr`, `vars`, `__dict__`, `globals()` and `sys.modules` with a known name, strings put together
from constants.
Does not cover: names that travel through containers, attributes or calls.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeVar

from speedwright.eval.guards.strings import fold

DEPTH = 24
ALIAS_PASSES = 3
MAX_ALIASES = 8
BUILTIN_NAMES = frozenset(dir(builtins))
BUILTINS = ("builtins", "__builtins__")
CORE = frozenset(
    ("os", "sys", "time", "gc", "ctypes", "inspect", "builtins", "importlib", "socket")
)
IMPORTERS = ("__import__", "importlib.import_module", "importlib.__import__")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Scope = FunctionNode | ast.Lambda
N = TypeVar("N", bound=ast.AST)


class NotPython(Exception):
    """The text does not parse.

    Args:
        message: Why.
        line: Where, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class PythonModule:
    """One version of a Python file.

    Args:
        text: Its text.

    Raises:
        NotPython: It does not parse.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = _parse(text)
        self._by_type: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self._parents: dict[ast.AST, ast.AST] = {}
        self._aliases: defaultdict[str, set[str]] = defaultdict(set)
        self._stars: set[str] = set()
        self._index()
        self._defined = {
            n.name
            for n in self.tree.body
            if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        self._stored = {n.id for n in self.of(ast.Name) if isinstance(n.ctx, ast.Store)}
        self._learn_imports()
        for _ in range(ALIAS_PASSES):
            self._learn_assignments()
        self._known_names: dict[ast.AST, tuple[str, ...]] = {}
        self._imported = tuple(self._find_imports())

    def of(self, *kinds: type[N]) -> Iterator[N]:
        """Every node of these types."""
        for kind in kinds:
            for node in self._by_type[kind]:
                assert isinstance(node, kind)
                yield node

    def definitions(self) -> Iterator[FunctionNode]:
        """Every function that has a name."""
        yield from self.of(ast.FunctionDef)
        yield from self.of(ast.AsyncFunctionDef)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds it."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around it, innermost first."""
        while (found := self._parents.get(node)) is not None:
            yield found
            node = found

    def function_of(self, node: ast.AST) -> Scope | None:
        """The innermost function or lambda around it."""
        return next(
            (n for n in self.ancestors(node) if isinstance(n, FunctionNode | ast.Lambda)), None
        )

    def functions(self) -> dict[str, FunctionNode]:
        """Functions by qualified name; of two with one name, the last."""
        found = {}
        for node in self.definitions():
            found[self.qualified(node)] = node
        return found

    def qualified(self, node: FunctionNode) -> str:
        """Its name after those of the classes and functions around it."""
        around = [
            n.name for n in self.ancestors(node) if isinstance(n, FunctionNode | ast.ClassDef)
        ]
        return ".".join([*reversed(around), node.name])

    def names(self, node: ast.AST, depth: int = 0) -> tuple[str, ...]:
        """Dotted names that an expression may stand for, e.g. `("time.perf_counter",)`."""
        if depth:
            return self._names(node, depth)
        if node not in self._known_names:
            self._known_names[node] = self._names(node, depth)
        return self._known_names[node]

    def _names(self, node: ast.AST, depth: int) -> tuple[str, ...]:
        if depth > DEPTH:
            return ()
        match node:
            case ast.Name(id=name):
                return self._of_name(node, name)
            case ast.Attribute(value=value, attr=attr):
                return self._inside(value, attr, depth)
            case ast.NamedExpr(value=value):
                return self.names(value, depth + 1)
            case ast.Call():
                return self._of_call(node, depth)
            case ast.Subscript(value=value, slice=key):
                return self._of_item(value, key, depth)
        return ()

    def is_one_of(self, node: ast.AST, wanted: frozenset[str] | tuple[str, ...]) -> str:
        """The name in `wanted` that the expression stands for, or an empty string."""
        return next((n for n in self.names(node) if n in wanted), "")

    def imports(self) -> tuple[tuple[str, ast.AST], ...]:
        """Every module or name that is imported, with the statement or call."""
        return self._imported

    def _find_imports(self) -> Iterator[tuple[str, ast.AST]]:
        for plain in self.of(ast.Import):
            for alias in plain.names:
                yield alias.name, plain
        for chosen in self.of(ast.ImportFrom):
            module = "." * chosen.level + (chosen.module or "")
            for alias in chosen.names:
                yield f"{module}.{alias.name}", chosen
        for call in self.of(ast.Call):
            if call.args and self.is_one_of(call.func, IMPORTERS):
                name = fold(call.args[0])
                if isinstance(name, str):
                    yield name, call

    def is_prose(self, node: ast.AST) -> bool:
        """Whether it is a docstring or another string that nothing uses."""
        return isinstance(self._parents.get(node), ast.Expr)

    def _index(self) -> None:
        stack: list[ast.AST] = [self.tree]
        while stack:
            node = stack.pop()
            self._by_type[type(node)].append(node)
            for child in ast.iter_child_nodes(node):
                # Contexts and operators are shared between nodes: they have no one parent.
                if not isinstance(child, ast.expr_context | ast.operator | ast.cmpop):
                    self._parents[child] = node
                    stack.append(child)

    def _learn_imports(self) -> None:
        for plain in self.of(ast.Import):
            for alias in plain.names:
                top = alias.name.partition(".")[0]
                self._aliases[alias.asname or top].add(alias.name if alias.asname else top)
        for chosen in self.of(ast.ImportFrom):
            module = "." * chosen.level + (chosen.module or "")
            for alias in chosen.names:
                if alias.name == "*":
                    self._stars.add(module)
                else:
                    whole = alias.name if module in BUILTINS else f"{module}.{alias.name}"
                    self._aliases[alias.asname or alias.name] |= {whole, *_through([whole])}

    def _learn_assignments(self) -> None:
        known = {n.partition(".")[0] for found in self._aliases.values() for n in found}
        known |= BUILTIN_NAMES
        for name, value in list(self._bindings()):
            if isinstance(value, ast.Constant) or len(self._aliases.get(name, ())) > MAX_ALIASES:
                continue
            found = {
                n for n in self._names(value, 0) if n.partition(".")[0] in known and len(n) < 100
            }
            if found:
                self._aliases[name] |= found

    def _bindings(self) -> Iterator[tuple[str, ast.expr]]:
        for assign in self.of(ast.Assign):
            for target in assign.targets:
                yield from _pairs(target, assign.value)
        for typed in self.of(ast.AnnAssign):
            if typed.value is not None:
                yield from _pairs(typed.target, typed.value)
        for walrus in self.of(ast.NamedExpr):
            yield from _pairs(walrus.target, walrus.value)
        for arguments in self.of(ast.arguments):
            plain = [*arguments.posonlyargs, *arguments.args]
            values = arguments.defaults
            for arg, value in zip(plain[len(plain) - len(values) :], values, strict=True):
                yield arg.arg, value
            for arg, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
                if given is not None:
                    yield arg.arg, given

    def _of_name(self, node: ast.Name, name: str) -> tuple[str, ...]:
        if name in self._aliases:
            return tuple(sorted(self._aliases[name]))
        is_builtin = name in BUILTIN_NAMES or name in BUILTINS
        if not is_builtin and not self._stars:
            return ()
        if name in self._defined or self._is_parameter(node, name):
            return ()
        if is_builtin:
            return (name,)
        return () if name in self._stored else tuple(f"{s}.{name}" for s in sorted(self._stars))

    def _is_parameter(self, node: ast.AST, name: str) -> bool:
        for around in self.ancestors(node):
            if isinstance(around, FunctionNode | ast.Lambda):
                a = around.args
                if any(name == p.arg for p in (*a.posonlyargs, *a.args, *a.kwonlyargs)):
                    return True
        return False

    def _inside(self, value: ast.AST, attr: str, depth: int) -> tuple[str, ...]:
        found = [
            attr if base in BUILTINS else f"{base}.{attr}" for base in self.names(value, depth + 1)
        ]
        return (*found, *_through(found))

    def _of_call(self, node: ast.Call, depth: int) -> tuple[str, ...]:
        called = self.names(node.func, depth + 1)
        if not called or not node.args:
            return ("globals()",) if {"globals", "locals"} & set(called) else ()
        if "getattr" in called and len(node.args) > 1:
            name = fold(node.args[1])
            return self._inside(node.args[0], name, depth) if isinstance(name, str) else ()
        if "vars" in called:
            return self._inside(node.args[0], "__dict__", depth)
        if any(name in IMPORTERS for name in called):
            name = fold(node.args[0])
            return (name,) if isinstance(name, str) else ()
        return ()

    def _of_item(self, value: ast.AST, key: ast.AST, depth: int) -> tuple[str, ...]:
        name = fold(key)
        if not isinstance(name, str):
            return ()
        found = []
        for base in self.names(value, depth + 1):
            if base in ("globals()", "sys.modules"):
                found.append(name)
            elif base in BUILTINS:
                found.append(name)
            elif base.endswith(".__dict__"):
                found.append(f"{base.removesuffix('.__dict__')}.{name}")
        return tuple(found)


def _through(names: list[str]) -> list[str]:
    """Well-known modules that are reached through another, as in `random._os`."""
    lasts = [(n.rpartition(".")[0], n.rpartition(".")[2].lstrip("_")) for n in names]
    return [last for front, last in lasts if last in CORE and front not in ("", "datetime")]


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for one, other in zip(target.elts, value.elts, strict=False):
            if isinstance(one, ast.Name):
                yield one.id, other


def _parse(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        raise NotPython(error.msg or "invalid syntax", error.lineno or 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotPython(str(error) or type(error).__name__, 1) from error
