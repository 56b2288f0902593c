"""Which functions a patch changed, read from the two versions' syntax trees.

Covers: functions and methods whose text differs (docstrings aside), functions that use a changed
name of their module, methods of classes whose body changed, and the public callers of a changed
private function: in the same file, or else in others (`callers.py`).
Does not cover: nested functions (they are part of the outermost one), property setters, changes in
files that are not Python.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from speedwright.eval.differential.callers import with_callers_elsewhere
from speedwright.eval.differential.changed_function import ChangedFunction
from speedwright.eval.differential.syntax import (
    Function,
    functions,
    is_private,
    is_text,
    last,
    names_at_import,
    names_in,
    parsed,
    text_of,
)
from speedwright.eval.patch import TouchedFile

MAX_FUNCTIONS = 20
STATE_METHODS = frozenset({"__init__", "__new__", "__post_init__", "__setattr__", "__slots__"})


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
    changed: list[ChangedFunction] = []
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
        before = parsed(base / (file.old_path or file.path))
        after = ast.Module([], []) if file.is_deleted else parsed(candidate / file.path)
        if before is None or after is None:
            notes.append(f"`{file.path}` cannot be parsed: its functions are not compared")
            continue
        found = _in_file(file.old_path or file.path, before, after)
        changed += found
        reshaped |= _reshaped(before, after)
    all_found = sorted(with_callers_elsewhere(base, changed), key=lambda f: f.is_caller)
    return Changes(
        functions=tuple(all_found[:MAX_FUNCTIONS]),
        left_out=max(0, len(all_found) - MAX_FUNCTIONS),
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


def _in_file(file: str, before: ast.Module, after: ast.Module) -> list[ChangedFunction]:
    old, new = dict(functions(before)), dict(functions(after))
    moved = _changed_names(before, after)
    # A moved constant or class changes whatever reads it.
    changed = {
        name
        for name, node in old.items()
        if name not in new or text_of(node) != text_of(new[name]) or moved & names_in(new[name])
    }
    callers = _public_callers(old, changed)
    at_import = names_at_import(before)
    found = []
    for name in sorted(changed | callers):
        calling = {c for c, node in old.items() if c != name and last(name) in names_in(node)}
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
                has_public_caller=is_private(name)
                and (last(name) in at_import or any(not is_private(c) for c in calling)),
            )
        )
    return found


def _public_callers(known_functions: dict[str, Function], changed: set[str]) -> set[str]:
    """Public functions that reach a changed private one, through private ones if need be."""
    found: set[str] = set()
    wanted = {name for name in changed if is_private(name)}
    known = set(wanted)
    while wanted:
        target = last(wanted.pop())
        for name, node in known_functions.items():
            if name in known or target not in names_in(node):
                continue
            known.add(name)
            if is_private(name):
                wanted.add(name)
            else:
                found.add(name)
    return found - changed


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
    return _class_text(node) + "".join(sorted(map(text_of, makers)))


def _class_text(node: ast.ClassDef) -> str:
    """A class without its methods and docstring."""
    body = [n for n in node.body if not isinstance(n, Function) and not is_text(n)]
    heads = [*node.bases, *(k.value for k in node.keywords), *node.decorator_list]
    return "".join(map(ast.dump, (*heads, *body)))
