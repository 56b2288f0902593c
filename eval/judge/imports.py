"""Small modules of the standard library that a patch imports and its reference does not.

Loading `functools` takes some milliseconds once in a process. That is no work moved out of the
timed call, so both versions are timed with it loaded. Imports inside functions are left alone: they
are part of what the call takes.

Covers: `SMALL`, some 10 ms together, so that a patch cannot make the set-up of both versions so
long that work moved there is lost in its noise.
Does not cover: a module that the patch itself defines under such a name, whose import may do
anything; other modules, whose import counts as set-up.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from speedwright.eval.patch import touched_files

SMALL = frozenset(
    {
        "array",
        "bisect",
        "collections",
        "copy",
        "functools",
        "heapq",
        "itertools",
        "math",
        "operator",
        "re",
        "string",
        "struct",
    }
)


def newly_imported(reference: Path, candidate: Path, diff: str) -> tuple[str, ...]:
    """Names of those modules, sorted.

    Args:
        reference: Folder of the version to beat.
        candidate: Folder of the patched version.
        diff: Says which files to read.
    """
    touched = [file.path for file in touched_files(diff)]
    files = [path for path in touched if path.endswith(".py")]
    before = {name for file in files for name in _imported(reference / file)}
    after = {name for file in files for name in _imported(candidate / file)}
    own = {part.split(".")[0] for path in touched for part in PurePosixPath(path).parts}
    return tuple(sorted((after - before) & SMALL - own))


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
