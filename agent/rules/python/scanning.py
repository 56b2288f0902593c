"""Methods that walk a whole list, called in a loop."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become, before
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.membership import steady_loop
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import expression, make, make_block, match
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import anchor
from speedwright.agent.rules.python.subject import list_likeness, subject_of
from speedwright.agent.rules.python.view import ModuleView

_INDEX = "N = {value: place for place, value in reversed(list(enumerate(X)))}\n"


def _walks(view: ModuleView, method: str) -> Iterator[tuple[list[cst.Call], cst.CSTNode, float]]:
    """Calls `xs.method(e)` on a list that a loop leaves alone, the loop, and the odds."""
    done: set[tuple[str, cst.CSTNode]] = set()
    for call in view.hot(cst.Call):
        func = call.func
        if not _is_walk(call, method) or not isinstance(func, cst.Attribute):
            continue
        subject, loop = subject_of(view, func.value), steady_loop(view, func.value)
        if subject is None or loop is None or (subject.text, loop) in done:
            continue
        done.add((subject.text, loop))
        likeness = list_likeness(view, subject)
        if likeness >= 0.3 and anchor(view, loop) is not None:
            same = [
                c
                for c in view.all(cst.Call, loop)
                if _is_walk(c, method)
                and isinstance(c.func, cst.Attribute)
                and code(c.func.value) == subject.text
            ]
            yield same, loop, 0.8 * likeness


def _is_walk(call: cst.Call, method: str) -> bool:
    func = call.func
    return (
        isinstance(func, cst.Attribute)
        and func.attr.value == method
        and len(call.args) == 1
        and not call.args[0].star
    )


def _lookups(
    view: ModuleView, calls: list[cst.Call], loop: cst.CSTNode, suffix: str, line: str
) -> tuple[dict[cst.CSTNode, Edit], cst.BaseExpression]:
    func = calls[0].func
    assert isinstance(func, cst.Attribute)
    base = code(func.value).rsplit(".", 1)[-1].strip("_")
    name = view.fresh(f"{base}_{suffix}")
    edits: dict[cst.CSTNode, Edit] = {
        c: become(make("N[E]", {"N": name, "E": c.args[0].value})) for c in calls
    }
    place = anchor(view, loop)
    assert place is not None
    edits[place] = before(make_block(line, {"N": name, "X": func.value}))
    return edits, func.value


def _find_count(view: ModuleView) -> Iterator[Change]:
    text, imports = access(view, "collections", "Counter")
    for calls, loop, odds in _walks(view, "count"):
        edits, box = _lookups(view, calls, loop, "counts", f"N = {text}(X)\n")
        yield Change(
            at=calls[0],
            edits=edits,
            imports=imports,
            odds=odds,
            summary=f"counted all elements of `{code(box)}` once before the loop",
        )


def _find_index(view: ModuleView) -> Iterator[Change]:
    for calls, loop, odds in _walks(view, "index"):
        edits, box = _lookups(view, calls, loop, "places", _INDEX)
        yield Change(
            at=calls[0],
            edits=edits,
            odds=odds,
            summary=f"made a dict from element to position of `{code(box)}` before the loop",
        )


_SLICES = {"sum(V[A:B])": "N[B] - N[A]", "sum(V[:B])": "N[B]", "sum(V[A:])": "N[-1] - N[A]"}


def _find_prefix(view: ModuleView) -> Iterator[Change]:
    text, imports = access(view, "itertools", "accumulate")
    for call in view.hot(cst.Call):
        for pattern, template in _SLICES.items():
            found = match(expression(pattern), call)
            if found is None or any(_negative(found.get(k)) for k in ("A", "B")):
                continue
            box = found["V"]
            assert isinstance(box, cst.Name)
            subject, loop = subject_of(view, box), steady_loop(view, box)
            place = anchor(view, loop) if loop is not None else None
            if subject is None or place is None or list_likeness(view, subject) < 0.3:
                continue
            name = view.fresh(f"{box.value}_sums")
            new = in_place_of(view, call, make(template, {**found, "N": name}))
            line = make_block(f"{name} = [0, *{text}(X)]\n", {"X": box})
            yield Change(
                at=call,
                edits={call: become(new), place: before(line)},
                imports=imports,
                summary=f"read sums of slices off the running sums of `{box.value}`",
            )


def _negative(bound: object) -> bool:
    return isinstance(bound, cst.UnaryOperation)


RULES = (
    PythonRule(
        id="py-count-index",
        detects="`xs.count(x)` in a loop that leaves `xs` alone.",
        explanation=(
            "Every `count` walks the whole list, so the loop is quadratic. "
            "`collections.Counter` counts everything in one walk."
        ),
        odds=0.7,
        find=_find_count,
    ),
    PythonRule(
        id="py-position-index",
        detects="`xs.index(x)` in a loop that leaves `xs` alone.",
        explanation=(
            "Every `index` walks the list up to the element, so the loop is quadratic. "
            "A dict from element to first position, made once, answers by hash."
        ),
        odds=0.7,
        find=_find_index,
    ),
    PythonRule(
        id="py-prefix-sums",
        detects="The sum of a slice of a fixed list, again and again in a loop.",
        explanation=(
            "Every sum copies the slice and walks it. "
            "With running sums made once, each is one subtraction."
        ),
        odds=0.6,
        find=_find_prefix,
    ),
)
