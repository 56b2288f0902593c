"""Loops over positions that read an element and its neighbours."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become
from speedwright.agent.rules.python.nodes import same
from speedwright.agent.rules.python.pattern import expression, make, match
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    is_builtin,
    is_invariant,
    is_simple,
    is_store,
    used_after,
)
from speedwright.agent.rules.python.view import ModuleView

_MOST = 4
# Where the positions run, and which offsets from them stay inside.
_RANGES = tuple(
    (expression(source), first)
    for source, first in (
        ("range(len(X) - K)", 0),
        ("range(0, len(X) - K)", 0),
        ("range(K, len(X))", -1),
    )
)
_OFFSETS = (("V + K", 1), ("V - K", -1), ("K + V", 1))


def _find_windows(view: ModuleView) -> Iterator[Change]:
    if not all(is_builtin(view, name) for name in ("range", "len", "zip")):
        return
    found: tuple[cst.For | cst.CompFor, ...] = (*view.hot(cst.For), *view.hot(cst.CompFor))
    for loop in found:
        change = _window(view, loop)
        if change is not None:
            yield change


def _window(view: ModuleView, loop: cst.For | cst.CompFor) -> Change | None:
    found, first = next(
        ((m, first) for p, first in _RANGES if (m := match(p, loop.iter))), (None, 0)
    )
    if found is None or not isinstance(loop.target, cst.Name):
        return None
    sequence, width = found["X"], found["K"]
    if not isinstance(width, cst.Integer) or not 0 < int(width.value, 0) < _MOST:
        return None
    if not isinstance(sequence, cst.BaseExpression) or not is_simple(sequence):
        return None
    scope = loop if isinstance(loop, cst.For) else view.parent(loop)
    if scope is None or not is_invariant(view, sequence, scope):
        return None
    if isinstance(loop, cst.For) and used_after(view, loop.target.value, loop):
        return None
    size = int(width.value, 0)
    lowest = first * size
    reads = _reads(view, loop, scope, sequence)
    if reads is None or len(set(reads.values())) < 2:
        return None
    if min(reads.values()) < lowest or max(reads.values()) != lowest + size:
        return None
    return _walked(view, loop, sequence, reads, lowest)


def _reads(
    view: ModuleView,
    loop: cst.For | cst.CompFor,
    scope: cst.CSTNode,
    sequence: cst.BaseExpression,
) -> dict[cst.Subscript, int] | None:
    """Offset of every read; `None` if the position is used for anything else."""
    assert isinstance(loop.target, cst.Name)
    found: dict[cst.Subscript, int] = {}
    for use in view.occurrences(loop.target.value, scope):
        if use is loop.target:
            continue
        item = next((n for n in view.above(use) if isinstance(n, cst.Subscript)), None)
        if item is None or is_store(view, use) or is_store(view, item):
            return None
        if len(item.slice) != 1 or not same(item.value, sequence):
            return None
        index = item.slice[0].slice
        offset = _offset(index.value, loop.target) if isinstance(index, cst.Index) else None
        if offset is None:
            return None
        found[item] = offset
    return found


def _offset(index: cst.BaseExpression, position: cst.Name) -> int | None:
    if same(index, position):
        return 0
    for pattern, sign in _OFFSETS:
        found = match(expression(pattern), index)
        if found is not None and same(found["V"], position):
            step = found["K"]
            return sign * int(step.value, 0) if isinstance(step, cst.Integer) else None
    return None


def _walked(
    view: ModuleView,
    loop: cst.For | cst.CompFor,
    sequence: cst.BaseExpression,
    reads: dict[cst.Subscript, int],
    lowest: int,
) -> Change:
    offsets = sorted(set(reads.values()))
    names = {offset: view.fresh(f"item_{offset - offsets[0]}") for offset in offsets}
    edits: dict[cst.CSTNode, Edit] = {
        item: become(cst.Name(names[offset])) for item, offset in reads.items()
    }
    sources = [f"X[{offset - lowest}:]" if offset > lowest else "X" for offset in offsets]
    edits[loop.target] = become(cst.parse_expression(", ".join(names.values())))
    edits[loop.iter] = become(make(f"zip({', '.join(sources)})", {"X": sequence}))
    return Change(
        at=loop,
        edits=edits,
        summary="walked each element with its neighbours instead of fetching them by position",
    )


RULES = (
    PythonRule(
        id="py-neighbours",
        detects="A loop over positions that reads `xs[i]` and `xs[i + 1]`, or their like.",
        explanation=(
            "Every lookup is arithmetic and a bounds check in bytecode. `zip` over the sequence "
            "and itself, shifted, hands out neighbours together."
        ),
        odds=0.35,
        find=_find_windows,
    ),
)
