"""Attributes that a class takes from its constructor as they are, so that callers choose them.

Covers: `self.x = x` in `__init__` where `x` is a parameter and nothing else sets the attribute;
annotated fields of a dataclass without `__post_init__`.
Does not cover: attributes that depend on each other, inherited constructors, anything private.
"""

from __future__ import annotations

import ast
from pathlib import Path

from speedwright.eval.differential.syntax import Function, parsed


def settable_attributes(file: Path) -> frozenset[tuple[str, str]]:
    """Class and attribute names, of the classes at the top of a file."""
    tree = parsed(file)
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)] if tree is not None else []
    return frozenset((c.name, name) for c in classes for name in _of_class(c) if name[0] != "_")


def _of_class(node: ast.ClassDef) -> set[str]:
    methods = {m.name: m for m in node.body if isinstance(m, Function)}
    if "__init__" not in methods:
        is_plain = _is_dataclass(node) and "__post_init__" not in methods
        fields = (n.target for n in node.body if isinstance(n, ast.AnnAssign))
        return {t.id for t in fields if isinstance(t, ast.Name)} if is_plain else set()
    init = methods["__init__"]
    parameters = {a.arg for a in (*init.args.posonlyargs, *init.args.args, *init.args.kwonlyargs)}
    found = {
        statement.targets[0].attr
        for statement in init.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Attribute)
        and isinstance(statement.value, ast.Name)
        and statement.targets[0].attr == statement.value.id
        and statement.value.id in parameters
    }
    stores = [
        n.attr
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store | ast.Del)
    ]
    return {name for name in found if stores.count(name) == 1}


def _is_dataclass(node: ast.ClassDef) -> bool:
    return any("dataclass" in ast.dump(mark) for mark in node.decorator_list)
