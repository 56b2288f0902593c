"""From a profile to the files and lines worth changing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from speedwright.agent.situation import HotFile
from speedwright.agent.workbench import Workbench
from speedwright.errors import UsageError
from speedwright.eval.judge.policy import allowed
from speedwright.eval.target import Target
from speedwright.profiler import Profile
from speedwright.profiler.hot import charged_shares, line_shares, self_shares

MOST_FILES = 12
LEAST_SHARE = 0.01
SOURCE_ENDINGS = (".py", ".cpp", ".cc", ".cxx", ".hpp", ".h", ".hh", ".c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Where changes are wanted.

    Attributes:
        files: Only these files; `None` for all.
        function: Only inside this function of them.
    """

    files: frozenset[str] | None = None
    function: str | None = None


def hot_files(
    profile: Profile, bench: Workbench, target: Target, focus: Focus
) -> tuple[HotFile, ...]:
    """Files in which a change is allowed and time is spent, those that time is charged to first.

    The outermost callers are on every stack; by that measure they would crowd out the rest.

    Where the profiler saw no lines at all (a program built without line information), every source
    file counts as hot throughout.
    """
    shares = line_shares(profile)
    own = self_shares(profile)
    charged = charged_shares(profile)
    if not any(shares.values()):
        shares = _all_sources(bench)
    found = []
    for path, lines in sorted(shares.items(), key=lambda item: -charged.get(item[0], 0.0)):
        if not allowed(path, target) or not _in_focus(path, focus):
            continue
        try:
            source = bench.read(path)
        except UsageError:
            continue
        warm = {n: s for n, s in lines.items() if s >= LEAST_SHARE}
        if focus.function:
            warm = _inside(source, focus.function, warm)
        if warm or not lines:
            found.append(
                HotFile(path=path, source=source, line_share=warm, self_share=own.get(path, 0.0))
            )
    return tuple(found[:MOST_FILES])


def unprofiled_files(bench: Workbench, target: Target, focus: Focus) -> tuple[HotFile, ...]:
    """Source files in which a change is allowed, each hot throughout, as nobody looked."""
    paths = [p for p in _all_sources(bench) if allowed(p, target) and _in_focus(p, focus)]
    return tuple(HotFile(path=path, source=bench.read(path)) for path in paths[:MOST_FILES])


def _all_sources(bench: Workbench) -> dict[str, dict[int, float]]:
    return {p: {} for p in bench.paths() if p.endswith(SOURCE_ENDINGS)}


def _in_focus(path: str, focus: Focus) -> bool:
    return focus.files is None or path in focus.files


def _inside(source: str, function: str, lines: Mapping[int, float]) -> dict[int, float]:
    spans = list(_spans(source, function))
    return {n: s for n, s in lines.items() if any(first <= n <= last for first, last in spans)}


def _spans(source: str, function: str) -> Iterable[tuple[int, int]]:
    """Lines of the functions of that name; `Class.method` names the one of that class."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    wanted = function.split(".")
    pending: list[tuple[ast.AST, tuple[str, ...]]] = [(tree, ())]
    while pending:
        node, scope = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope = (*scope, node.name)
            if list(scope[-len(wanted) :]) == wanted:
                first = min((node.lineno, *(d.lineno for d in node.decorator_list)))
                yield first, node.end_lineno or node.lineno
        pending += [(child, scope) for child in ast.iter_child_nodes(node)]


def has_function(source: str, function: str) -> bool:
    """Whether a Python file defines it."""
    return next(iter(_spans(source, function)), None) is not None
