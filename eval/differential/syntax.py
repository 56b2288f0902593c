"""What is read off a Python file's syntax tree: its functions, their names, their text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_BYTES = 2_000_000

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_private(name: str) -> bool:
    """Whether a part of a qualified name has a leading underscore (and is no special method)."""
    return any(p.startswith("_") and not p.endswith("__") for p in name.split("."))


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Qualified name and node of functions and methods; nested functions and setters are not."""
    stack: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while stack:
        prefix, body = stack.pop()
        for node in body:
            if isinstance(node, ast.ClassDef):
                stack.append((f"{prefix}{node.name}.", node.body))
            elif isinstance(node, Function) and not is_setter(node):
                yield prefix + node.name, node
            elif isinstance(node, ast.If | ast.Try):
                stack += [(prefix, inner) for inner in (node.body, node.orelse)]
                stack += [(prefix, h.body) for h in getattr(node, "handlers", ())]


def names_at_import(tree: ast.Module) -> set[str]:
    """Names used by what runs when the module is imported or started."""
    loose = [n for n in tree.body if not isinstance(n, Function | ast.ClassDef)]
    return set().union(*(names_in(node) for node in loose)) if loose else set()


def is_setter(node: Function) -> bool:
    """Whether it is a property's setter or deleter."""
    marks = [d.attr for d in node.decorator_list if isinstance(d, ast.Attribute)]
    return any(mark in ("setter", "deleter") for mark in marks)


def text_of(node: Function) -> str:
    """What it does, docstring aside, as text that two equal ones share."""
    body = node.body[1:] if is_text(node.body[0]) else node.body
    return "".join(map(ast.dump, (*node.decorator_list, node.args, *body))) + type(node).__name__


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a constant alone, like a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def names_in(node: ast.AST) -> set[str]:
    """Names and attributes that it mentions."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def last(name: str) -> str:
    """The last part of a qualified name."""
    return name.rpartition(".")[2]


def parsed(file: Path) -> ast.Module | None:
    """The tree of a file, `None` if it is a link, too large, or no Python."""
    try:
        if file.is_symlink() or file.stat().st_size > MAX_FILE_BYTES:
            return None
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
