"""Modules of the standard library that a patch imports and its reference does not.

Loading `functools` takes some milliseconds once in a process. That is no work moved out of the
timed call, so both versions are timed with it loaded. Imports inside functions are left alone: they
are part of what the call takes.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from speedwright.eval.patch import touched_files


def newly_imported(reference: Path, candidate: Path, diff: str) -> tuple[str, ...]:
    """Names of those modules, sorted.

    Args:
        reference: Folder of the version to beat.
        candidate: Folder of the patched version.
        diff: Says which files to read.
    """
    files = [touched.path for touched in touched_files(diff) if touched.path.endswith(".py")]
    before = {name for file in files for name in _imported(reference / file)}
    after = {name for file in files for name in _imported(candidate / file)}
    return tuple(sorted(n for n in after - before if n.split(".")[0] in sys.stdlib_module_names))


def _imported(file: Path) -> Iterator[str]:
    if file.is_symlink():
        return
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    yield from _in_body(tree.body)


def _in_body(nodes: Iterable[ast.stmt]) -> Iterator[str]:
    """Imports that happen when the module is loaded."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level and node.module != "__future__":
                yield node.module
        elif isinstance(node, (ast.If, ast.Try)):
            parts = [node.body, node.orelse]
            if isinstance(node, ast.Try):
                parts += [node.finalbody, *(handler.body for handler in node.handlers)]
            for part in parts:
                yield from _in_body(part)
