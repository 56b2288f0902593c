"""Strings grown piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become
from speedwright.agent.rules.python.pattern import Bindings, block, make_block, match_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import block_of, is_store, loops, stores
from speedwright.agent.rules.python.subject import only_line, value_of
from speedwright.agent.rules.python.view import ModuleView

_ADD = (block("V += E\n"), block("V = V + E\n"))
_PREPEND = block("V = E + V\n")


def _find(view: ModuleView) -> Iterator[Change]:
    done: set[tuple[str, cst.CSTNode]] = set()
    for line in view.hot(cst.SimpleStatementLine):
        step = _step(line)
        around = list(loops(view, line)) if step is not None else []
        if step is None or not around:
            continue
        name = step[0]["V"]
        assert isinstance(name, cst.Name)
        loop = _outermost(view, name.value, around)
        if loop is None or (name.value, loop) in done:
            continue
        done.add((name.value, loop))
        change = _joined(view, name.value, loop, line)
        if change is not None:
            yield change


def _step(line: cst.SimpleStatementLine) -> tuple[Bindings, bool] | None:
    """The bindings of `V += E` and whether the piece goes to the front."""
    for pattern in _ADD:
        if found := match_block(pattern, [line]):
            return found, False
    found = match_block(_PREPEND, [line])
    return (found, True) if found else None


def _outermost(view: ModuleView, name: str, around: list[cst.CSTNode]) -> cst.CSTNode | None:
    """The loop that the empty string stands before, in the same block."""
    for loop in around:
        above = block_of(view, loop)
        for statement in above[: above.index(loop)] if loop in above else []:  # type: ignore[arg-type]  # by identity
            for store in stores(view, name, statement):
                value = value_of(view, store)
                if _is_text(value):
                    return loop
    return None


def _is_text(value: cst.BaseExpression | None) -> bool:
    return isinstance(value, cst.SimpleString | cst.FormattedString | cst.ConcatenatedString)


def _joined(
    view: ModuleView, name: str, loop: cst.CSTNode, at: cst.SimpleStatementLine
) -> Change | None:
    parts = view.fresh(f"{name}_parts")
    edits: dict[cst.CSTNode, Edit] = {}
    fronts: set[bool] = set()
    inside = view.occurrences(name, loop)
    for store in [n for n in inside if is_store(view, n)]:
        line = _line(view, store)
        step = _step(line) if line is not None else None
        if line is None or step is None:
            return None
        value = step[0]["E"]
        edits[line] = become(make_block(f"{parts}.append(E)\n", {"E": value})[0])
        fronts.add(step[1])
        inside = [n for n in inside if not view.contains(line, n) or _in(view, value, n)]
    if inside or len(fronts) != 1 or _nested(view, loop):
        return None
    front = fronts.pop()
    result = (
        f'{name} = "".join(reversed({parts})) + {name}' if front else f'{name} += "".join({parts})'
    )
    head, tail = make_block(f"{parts} = []\n", {}), make_block(f"{result}\n", {})
    return Change(
        at=at,
        edits={**edits, loop: _around(head, tail)},
        odds=0.7 if front else 0.3,
        summary=f"collected the pieces of `{name}` in a list and joined them once",
    )


def _line(view: ModuleView, store: cst.CSTNode) -> cst.SimpleStatementLine | None:
    above = view.parent(store)
    small = view.parent(above) if isinstance(above, cst.AssignTarget) else above
    return only_line(view, small) if small is not None else None


def _in(view: ModuleView, value: object, node: cst.CSTNode) -> bool:
    return isinstance(value, cst.CSTNode) and view.contains(value, node)


def _nested(view: ModuleView, loop: cst.CSTNode) -> bool:
    """Pieces would be lost on the way out: return, yield, or a function that sees the name."""
    kinds = (cst.Return, cst.Yield, cst.FunctionDef, cst.Lambda, cst.Await)
    return any(isinstance(n, kinds) for n in view.nodes(loop))


def _around(head: tuple[cst.BaseStatement, ...], tail: tuple[cst.BaseStatement, ...]) -> Edit:
    def edit(old: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
        return cst.FlattenSentinel([*head, old, *tail])

    return edit


RULES = (
    PythonRule(
        id="py-string-join",
        detects="A string that grows by `+=` (or at its front) in a loop.",
        explanation=(
            "A string cannot grow in place: in general each `+=` copies all of it, and adding at "
            "the front always does. Pieces appended to a list are joined in one pass."
        ),
        odds=0.3,
        find=_find,
    ),
)
