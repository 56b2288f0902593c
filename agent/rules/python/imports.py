"""Imports that a rewrite needs."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from speedwright.agent.rules.python.nodes import Statement, code
from speedwright.agent.rules.python.scope import stores
from speedwright.agent.rules.python.view import ModuleView

_BLANK = (cst.EmptyLine(indent=False),)


def access(view: ModuleView, module: str, name: str) -> tuple[str, tuple[str, ...]]:
    """How to write `module.name` in this file, and the import lines to add for it."""
    for line in _import_lines(view.tree.module):
        for small in line.body:
            found = _reads(small, module, name)
            if found and _bound_once(view, found.split(".")[0]):
                return found, ()
    if module not in view.tree.names:
        return f"{module}.{name}", (f"import {module}",)
    alias = view.fresh(f"_{name}")
    return alias, (f"from {module} import {name} as {alias}",)


def module_alias(view: ModuleView, module: str) -> str | None:
    """Name under which the file imports a module at its top, e.g. `np` for numpy."""
    found, missing = access(view, module, "_")
    return None if missing or "." not in found else found.rsplit(".", 1)[0]


def add_imports(
    module: cst.Module,
    imports: Sequence[str],
    constants: Sequence[Statement],
    first_use: int,
) -> cst.Module:
    """Put import lines below the imports at the top of the file, constants below all imports.

    Args:
        module: The file.
        imports: Lines to add.
        constants: Statements that may need any import above their first use.
        first_use: Index in the body of the statement that uses them first.
    """
    if not imports and not constants:
        return module
    body = list(module.body)
    place = _end_of_imports(body)
    new: list[Statement] = [cst.parse_statement(text) for text in imports]
    if place == 1 and _is_docstring(body[0]):
        new[:1] = [s.with_changes(leading_lines=_BLANK) for s in new[:1]]
    if constants:
        late = max((i + 1 for i, s in enumerate(body[:first_use]) if _imports(s)), default=0)
        if late > place:
            body[late:late] = _set_off(constants)
            constants = ()
    if constants:
        new.extend(_set_off(constants))
    rest = body[place:]
    if place == 0 and rest:
        module, rest[0] = _comment_to(module, rest[0])
    if rest and not getattr(rest[0], "leading_lines", True):
        space = 2 if isinstance(rest[0], cst.FunctionDef | cst.ClassDef) else 1
        rest[0] = rest[0].with_changes(leading_lines=_BLANK * space)
    return module.with_changes(body=[*body[:place], *new, *rest])


def _set_off(constants: Sequence[Statement]) -> list[Statement]:
    """The constants below a blank line, with their comments."""
    comments = [line for line in constants[0].leading_lines if line.comment is not None]
    first = constants[0].with_changes(leading_lines=[*_BLANK, *comments])
    return [first, *constants[1:]]


def _comment_to(module: cst.Module, first: Statement) -> tuple[cst.Module, Statement]:
    """Give a comment right above the first definition back to it, where the header has it."""
    lines = list(module.header)
    keep = len(lines)
    while keep > 0 and lines[keep - 1].comment is not None:
        keep -= 1
    comment = lines[keep].comment if keep < len(lines) else None
    if (
        not isinstance(first, cst.FunctionDef | cst.ClassDef)
        or comment is None
        or comment.value.startswith("#!")
        or "coding" in comment.value
    ):
        return module, first
    lead = [*_BLANK, *_BLANK, *lines[keep:], *first.leading_lines]
    return module.with_changes(header=lines[:keep]), first.with_changes(leading_lines=lead)


def _imports(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and all(
        isinstance(small, cst.Import | cst.ImportFrom) for small in line.body
    )


def _import_lines(module: cst.Module) -> list[cst.SimpleStatementLine]:
    return [
        line
        for line in module.body
        if isinstance(line, cst.SimpleStatementLine)
        and any(isinstance(small, cst.Import | cst.ImportFrom) for small in line.body)
    ]


def _end_of_imports(body: Sequence[cst.BaseStatement]) -> int:
    """Index after the docstring and the unbroken imports at the top."""
    end = 0
    for index, line in enumerate(body):
        if index == 0 and _is_docstring(line):
            end = 1
        elif _imports(line):
            end = index + 1
        else:
            break
    return end


def _is_docstring(line: cst.CSTNode) -> bool:
    return (
        isinstance(line, cst.SimpleStatementLine)
        and isinstance(line.body[0], cst.Expr)
        and isinstance(line.body[0].value, cst.SimpleString | cst.ConcatenatedString)
    )


def _reads(small: cst.CSTNode, module: str, name: str) -> str | None:
    if isinstance(small, cst.Import):
        for alias in small.names:
            if code(alias.name) == module:
                return f"{_as_name(alias) or module}.{name}"
    if (
        isinstance(small, cst.ImportFrom)
        and small.module is not None
        and not small.relative
        and code(small.module) == module
        and not isinstance(small.names, cst.ImportStar)
    ):
        for alias in small.names:
            if code(alias.name) == name:
                return _as_name(alias) or name
    return None


def _as_name(alias: cst.ImportAlias) -> str | None:
    return code(alias.asname.name) if alias.asname is not None else None


def _bound_once(view: ModuleView, name: str) -> bool:
    """Nothing but the import gives the name a value."""
    return all(
        any(isinstance(a, cst.Import | cst.ImportFrom) for a in view.above(n))
        for n in stores(view, name)
    )
