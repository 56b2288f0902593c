"""Loops over positions where the elements are wanted."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.blockforms import in_one
from speedwright.agent.rules.python.change import Change, Edit, become, comments_in
from speedwright.agent.rules.python.nodes import code, same
from speedwright.agent.rules.python.pattern import (
    Bindings,
    block,
    expression,
    make,
    make_block,
    match,
    match_block,
)
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    blocks,
    is_builtin,
    is_invariant,
    is_simple,
    is_store,
    used_after,
)
from speedwright.agent.rules.python.view import ModuleView

_MOST_SEQUENCES = 3
_RANGES = tuple(
    expression(f"range({ends})") for ends in ("len(X)", "0, len(X)", "A, len(X)", "A, len(X), K")
)


def _find_range_len(view: ModuleView) -> Iterator[Change]:
    if not (is_builtin(view, "range") and is_builtin(view, "len")):
        return
    for loop in view.hot(cst.For):
        found = next((m for p in _RANGES if (m := match(p, loop.iter))), None)
        if found is None or not isinstance(loop.target, cst.Name):
            continue
        sequence = found["X"]
        assert isinstance(sequence, cst.BaseExpression)
        cut = _cut(found)
        change = None if cut is None else _walked(view, loop, loop.target.value, sequence, cut)
        if change is not None:
            yield change


def _cut(found: Bindings) -> str | None:
    """The slice that a range with start or step stands for; `None` if that is not known."""
    start, step = found.get("A"), found.get("K")
    if start is None:
        return ""
    if not isinstance(start, cst.Integer) or not isinstance(step, cst.Integer | None):
        return None
    first = "" if start.value == "0" else start.value
    return f"[{first}:]" if step is None else f"[{first}::{step.value}]"


def _walked(
    view: ModuleView, loop: cst.For, index: str, sequence: cst.BaseExpression, cut: str
) -> Change | None:
    uses = view.occurrences(index, loop.body)
    if any(is_store(view, n) for n in uses):
        return None
    reads: dict[str, list[cst.Subscript]] = {}
    for use in uses:
        item = _indexed(view, use)
        if item is not None and _steady(view, item.value, loop):
            reads.setdefault(code(item.value), []).append(item)
    own = reads.get(code(sequence))
    if own is None or any(is_store(view, item) for item in own):
        return None
    covered = sum(map(len, reads.values())) == len(uses)
    plain = covered and not used_after(view, index, loop)
    if plain and len(reads) <= _MOST_SEQUENCES and not _stored(view, reads):
        chosen = {code(sequence): own, **reads}
    else:
        chosen = {code(sequence): own}
        plain = False
    if cut and (not plain or len(chosen) > 1):
        return None
    return _rewritten(view, loop, index, chosen, plain=plain, cut=cut)


def _stored(view: ModuleView, reads: dict[str, list[cst.Subscript]]) -> bool:
    return any(is_store(view, item) for items in reads.values() for item in items)


def _indexed(view: ModuleView, use: cst.CSTNode) -> cst.Subscript | None:
    """The `xs[i]` whose only index the name is."""
    index = view.parent(use)
    element = view.parent(index) if isinstance(index, cst.Index) else None
    item = view.parent(element) if element is not None else None
    return item if isinstance(item, cst.Subscript) and len(item.slice) == 1 else None


def _steady(view: ModuleView, value: cst.BaseExpression, loop: cst.For) -> bool:
    simple = is_simple(value) or (
        isinstance(value, cst.Subscript) and is_simple(value.value) and len(value.slice) == 1
    )
    return simple and is_invariant(view, value, loop)


def _rewritten(
    view: ModuleView,
    loop: cst.For,
    index: str,
    chosen: dict[str, list[cst.Subscript]],
    *,
    plain: bool,
    cut: str,
) -> Change:
    names: list[str] = []
    edits: dict[cst.CSTNode, Edit] = {}
    for text, items in chosen.items():
        name = view.fresh(_element_name(text))
        name = name if name not in names else view.fresh(f"{name}_{len(names) + 1}")
        names.append(name)
        for item in items:
            edits[item] = become(make(name, {}))
    sequences = ", ".join(chosen)
    if plain:
        target = ", ".join(names)
        source = f"{sequences}{cut}" if len(names) == 1 else f"zip({sequences})"
    else:
        target, source = f"{index}, {names[0]}", f"enumerate({sequences})"
    edits[loop.target] = become(_bare(target))
    edits[loop.iter] = become(make(source, {}))
    return Change(
        at=loop,
        edits=edits,
        odds=0.3 if plain else 0.2,
        summary="walked the elements instead of fetching each by its position",
    )


def _bare(target: str) -> cst.BaseExpression:
    return cst.parse_expression(target)


def _element_name(text: str) -> str:
    last = text.split("[")[0].rsplit(".", 1)[-1]
    if last.endswith("ies") and len(last) > 4:
        return last[:-3] + "y"
    if last.endswith("s") and not last.endswith("ss") and len(last) > 2:
        return last[:-1]
    return "item" if len(last) < 2 else f"{last}_item"


_WHILES = tuple(
    (block(f"V = A\nwhile V {operator} N:\n  BODY\n"), end)
    for operator, end in (("<", "N"), ("<=", "N + 1"))
)
_STEPS = (block("V += 1\n"), block("V = V + 1\n"))


def _find_while(view: ModuleView) -> Iterator[Change]:
    for statements in blocks(view):
        for place in range(len(statements) - 1):
            old = statements[place : place + 2]
            for pattern, end in _WHILES:
                found = match_block(pattern, old)
                change = None if found is None else _ranged(view, old, found, end)
                if change is not None:
                    yield change


def _ranged(
    view: ModuleView, old: list[cst.BaseStatement], found: Bindings, end: str
) -> Change | None:
    name, limit, start, body = found["V"], found["N"], found["A"], found["BODY"]
    loop = old[1]
    assert isinstance(name, cst.Name) and isinstance(loop, cst.While)
    assert isinstance(limit, cst.BaseExpression) and isinstance(start, cst.BaseExpression)
    assert isinstance(body, tuple)
    if len(body) < 2 or loop.orelse is not None:
        return None
    step = next((m for p in _STEPS if (m := match_block(p, body[-1:]))), None)
    if step is None or not same(step["V"], name):
        return None
    stored = [n for n in view.occurrences(name.value, loop) if is_store(view, n)]
    inner = limit.args[0].value if _is_len(limit) else limit  # type: ignore[attr-defined]  # a call then
    if len(stored) != 1 or name.value in view.variables(limit):
        return None
    if any(isinstance(n, cst.Continue) for n in view.nodes(loop)):
        return None
    if not is_invariant(view, inner, loop) or used_after(view, name.value, loop):
        return None
    kept = [*body[:-1]]
    if any(True for _ in comments_in(cst.IndentedBlock(body=body[-1:]))):
        return None
    zero = code(start) == "0"
    filling = {"V": name, "A": start, "N": limit, "BODY": tuple(kept)}
    new = make_block(f"for V in range({'' if zero else 'A, '}{end}):\n  BODY\n", filling)[0]  # type: ignore[arg-type]  # expressions
    new = new.with_changes(body=loop.body.with_changes(body=kept))
    return Change(
        at=loop,
        edits=in_one(old, new),
        summary=f"counted `{name.value}` with `range` instead of by hand",
    )


def _is_len(node: cst.BaseExpression) -> bool:
    return match(expression("len(X)"), node) is not None


RULES = (
    PythonRule(
        id="py-range-len",
        detects="`for i in range(len(xs))` that reads `xs[i]`.",
        explanation=(
            "Every `xs[i]` is an index computation and a bounds check in bytecode. "
            "Walking the elements, with `enumerate` or `zip` where needed, hands them out directly."
        ),
        find=_find_range_len,
    ),
    PythonRule(
        id="py-while-range",
        detects="A `while` loop that counts a variable up to a fixed end.",
        explanation=(
            "Comparing and adding in bytecode costs several instructions in every round. "
            "`range` counts in C."
        ),
        odds=0.25,
        find=_find_while,
    ),
)
