"""Which functions a patch changed, read from the two versions' syntax trees.

Covers: functions and methods whose text differs (docstrings aside), functions that use a changed
name of their module, methods of classes whose body changed, and the public callers in the same
file of a changed private function.
Does not cover: functions reached only through another file, nested functions (they are part of the
outermost one), property setters, changes in files that are not Python.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from speedwright.eval.patch import TouchedFile

MAX_FUNCTIONS = 20
MAX_FILE_BYTES = 2_000_000
STATE_METHODS = frozenset({"__init__", "__new__", "__post_init__", "__setattr__", "__slots__"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFunction:
    """A function whose behaviour a patch may have changed.

    Attributes:
        file: Path in the target.
        name: Qualified name in its module.
        is_caller: Unchanged itself; calls something private that changed.
        is_gone: The candidate has no function of that name.
        is_contract_free: Private, and its callers or its parameters changed with it: what it hands
            out is between them.
        has_public_caller: Private, and a public function that calls it is compared too.
    """

    file: str
    name: str
    is_caller: bool = False
    is_gone: bool = False
    is_contract_free: bool = False
    has_public_caller: bool = False

    @property
    def is_private(self) -> bool:
        """Not meant to be called from outside its module."""
        return is_private(self.name)

    @property
    def shown(self) -> str:
        """For people."""
        return f"{self.file}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed, as far as it can be replayed.

    Attributes:
        functions: Most important first.
        left_out: Functions beyond the most that are compared.
        reshaped: Names of classes whose instances may look different now.
        added_lines: Path -> numbers of the lines the patch adds.
        notes: Sentences for people.
    """

    functions: tuple[ChangedFunction, ...] = ()
    left_out: int = 0
    reshaped: frozenset[str] = frozenset()
    added_lines: dict[str, list[int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def find_changes(base: Path, candidate: Path, touched: Iterable[TouchedFile]) -> Changes:
    """Compare the Python files that a patch touches.

    Args:
        base: Folder of the base.
        candidate: Folder of the base with the patch.
        touched: Files of the patch.
    """
    functions: list[ChangedFunction] = []
    reshaped: set[str] = set()
    added: dict[str, list[int]] = {}
    notes: list[str] = []
    for file in touched:
        if PurePosixPath(file.path).name.startswith(("test_", "conftest.")):
            continue
        if not file.path.endswith(".py") or file.is_new:
            if file.path.endswith(".py") and file.added:
                added[file.path] = [number for number, _ in file.added]
            continue
        if file.added and not file.is_deleted:
            added[file.path] = [number for number, _ in file.added]
        before = _tree(base / (file.old_path or file.path))
        after = ast.Module([], []) if file.is_deleted else _tree(candidate / file.path)
        if before is None or after is None:
            notes.append(f"`{file.path}` cannot be parsed: its functions are not compared")
            continue
        found = _in_file(file.old_path or file.path, before, after)
        functions += found
        reshaped |= _reshaped(before, after)
    functions.sort(key=lambda f: f.is_caller)
    return Changes(
        functions=tuple(functions[:MAX_FUNCTIONS]),
        left_out=max(0, len(functions) - MAX_FUNCTIONS),
        reshaped=frozenset(reshaped),
        added_lines=added,
        notes=tuple(notes),
    )


def module_name(folder: Path, file: str) -> tuple[str, str]:
    """Folder to import from (relative to the target's) and the module's name there."""
    path = PurePosixPath(file)
    parts = [path.stem] if path.stem != "__init__" else []
    place = path.parent
    while place != PurePosixPath(".") and (folder / place / "__init__.py").is_file():
        parts.insert(0, place.name)
        place = place.parent
    return str(place), ".".join(parts)


def is_private(name: str) -> bool:
    """Whether a part of a qualified name has a leading underscore (and is no special method)."""
    return any(p.startswith("_") and not p.endswith("__") for p in name.split("."))


def _in_file(file: str, before: ast.Module, after: ast.Module) -> list[ChangedFunction]:
    old, new = dict(_functions(before)), dict(_functions(after))
    moved = _changed_names(before, after)
    # A moved constant or class changes whatever reads it.
    changed = {
        name
        for name, node in old.items()
        if name not in new or _text(node) != _text(new[name]) or moved & _names_in(new[name])
    }
    callers = _public_callers(old, changed)
    found = []
    for name in sorted(changed | callers):
        calling = {c for c, node in old.items() if c != name and _last(name) in _names_in(node)}
        is_free = is_private(name) and (
            name not in new
            or ast.dump(old[name].args) != ast.dump(new[name].args)
            or bool(calling & changed)
        )
        found.append(
            ChangedFunction(
                file=file,
                name=name,
                is_caller=name not in changed,
                is_gone=name not in new,
                is_contract_free=is_free,
                has_public_caller=is_private(name) and any(not is_private(c) for c in calling),
            )
        )
    return found


def _public_callers(functions: dict[str, Function], changed: set[str]) -> set[str]:
    """Public functions that reach a changed private one, through private ones if need be."""
    found: set[str] = set()
    wanted = {name for name in changed if is_private(name)}
    known = set(wanted)
    while wanted:
        target = _last(wanted.pop())
        for name, node in functions.items():
            if name in known or target not in _names_in(node):
                continue
            known.add(name)
            if is_private(name):
                wanted.add(name)
            else:
                found.add(name)
    return found - changed


def _functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    stack: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while stack:
        prefix, body = stack.pop()
        for node in body:
            if isinstance(node, ast.ClassDef):
                stack.append((f"{prefix}{node.name}.", node.body))
            elif isinstance(node, Function) and not _is_setter(node):
                yield prefix + node.name, node
            elif isinstance(node, ast.If | ast.Try):
                stack += [(prefix, inner) for inner in (node.body, node.orelse)]
                stack += [(prefix, h.body) for h in getattr(node, "handlers", ())]


def _is_setter(node: Function) -> bool:
    marks = [d.attr for d in node.decorator_list if isinstance(d, ast.Attribute)]
    return any(mark in ("setter", "deleter") for mark in marks)


def _changed_names(before: ast.Module, after: ast.Module) -> set[str]:
    """Names bound at module level to something else than before; functions and imports aside."""
    old, new = _bound(before), _bound(after)
    return {name for name in old.keys() & new.keys() if old[name] != new[name]}


def _bound(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            for name in ast.walk(node):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    found[name.id] = found.get(name.id, "") + ast.dump(node)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = _class_text(node)
    return found


def _reshaped(before: ast.Module, after: ast.Module) -> set[str]:
    """Classes whose instances may carry other attributes than before, heirs included."""
    new = {node.name: node for node in ast.walk(after) if isinstance(node, ast.ClassDef)}
    old = [node for node in ast.walk(before) if isinstance(node, ast.ClassDef)]
    found = {n.name for n in old if n.name in new and _shape(n) != _shape(new[n.name])}
    for node in old:
        if any(isinstance(b, ast.Name) and b.id in found for b in node.bases):
            found.add(node.name)
    return found


def _shape(node: ast.ClassDef) -> str:
    makers = [n for n in node.body if isinstance(n, Function) and n.name in STATE_METHODS]
    return _class_text(node) + "".join(sorted(map(_text, makers)))


def _class_text(node: ast.ClassDef) -> str:
    """A class without its methods and docstring."""
    body = [n for n in node.body if not isinstance(n, Function) and not _is_text(n)]
    heads = [*node.bases, *(k.value for k in node.keywords), *node.decorator_list]
    return "".join(map(ast.dump, (*heads, *body)))


def _text(node: Function) -> str:
    body = node.body[1:] if _is_text(node.body[0]) else node.body
    return "".join(map(ast.dump, (*node.decorator_list, node.args, *body))) + type(node).__name__


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _names_in(node: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _tree(file: Path) -> ast.Module | None:
    try:
        if file.is_symlink() or file.stat().st_size > MAX_FILE_BYTES:
            return None
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
