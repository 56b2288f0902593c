"""Public functions in other files that use a changed private function.

Covers: functions and methods whose text names it, found by the name alone, one step away.
Does not cover: names put together at run time, callers of callers, tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from speedwright.eval.differential.changed_function import ChangedFunction
from speedwright.eval.differential.syntax import (
    functions,
    is_private,
    last,
    names_at_import,
    names_in,
    parsed,
)

MAX_FILES = 5_000
MAX_PARSED = 20
MAX_CALLERS = 5
TESTS = re.compile(r"(^|/)(tests?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$)")


def with_callers_elsewhere(
    base: Path, changed: Sequence[ChangedFunction]
) -> tuple[ChangedFunction, ...]:
    """The changed functions, marked where another file has a public caller, and those callers.

    Args:
        base: Folder of the base.
        changed: Changed functions, with the callers in their own files.
    """
    alone = {last(f.name) for f in changed if _is_alone(f)}
    if not alone:
        return tuple(changed)
    known = {(f.file, f.name) for f in changed}
    found: dict[tuple[str, str], ChangedFunction] = {}
    called: set[str] = set()
    for path, used in _files_naming(base, alone):
        file = path.relative_to(base).as_posix()
        tree = parsed(path)
        if tree is None:
            continue
        called |= used & names_at_import(tree)
        for name, node in functions(tree):
            hit = used & names_in(node)
            if not hit or is_private(name):
                continue
            called |= hit
            if (file, name) not in known and len(found) < MAX_CALLERS:
                found[file, name] = ChangedFunction(file=file, name=name, is_caller=True)
    marked = (
        replace(
            f, has_public_caller=f.has_public_caller or (f.is_private and last(f.name) in called)
        )
        for f in changed
    )
    return (*marked, *found.values())


def _is_alone(function: ChangedFunction) -> bool:
    """Whether it is a changed private function whose public callers matter and are not known."""
    is_known = function.has_public_caller or function.is_contract_free or function.is_caller
    return function.is_private and not is_known


def _is_called(function: ChangedFunction, names: set[str]) -> bool:
    return _is_alone(function) and last(function.name) in names


def _files_naming(base: Path, names: set[str]) -> Iterator[tuple[Path, set[str]]]:
    """Python files whose text holds one of the names, and which."""
    pattern = re.compile(rb"\b(" + b"|".join(re.escape(n.encode()) for n in names) + rb")\b")
    hits = 0
    for number, path in enumerate(sorted(base.rglob("*.py"))):
        if number >= MAX_FILES or hits >= MAX_PARSED:
            return
        if TESTS.search(path.relative_to(base).as_posix()) or path.is_symlink():
            continue
        try:
            used = {n.decode() for n in pattern.findall(path.read_bytes())}
        except OSError:
            continue
        if used:
            hits += 1
            yield path, used
