"""Linear searches in loops: look up in an index instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become, before
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import Filling, make, make_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    Comprehension,
    anchor,
    is_invariant,
    is_mutated,
    is_simple,
    is_store,
    loops,
    statement_of,
    stores,
)
from speedwright.agent.rules.python.view import ModuleView

_INDEX = "INDEX = {}\nfor T in X:\n    INDEX.setdefault(K, []).append(T)\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """`for target in source: if key == wanted and rest`, repeated by the loops around it."""

    target: cst.BaseExpression
    source: cst.BaseExpression
    key: cst.BaseExpression
    wanted: cst.BaseExpression
    rest: cst.BaseExpression | None
    loop: cst.CSTNode


def _conjuncts(test: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        return [*_conjuncts(test.left), *_conjuncts(test.right)]
    return [test]


def _conjunction(terms: list[cst.BaseExpression]) -> cst.BaseExpression | None:
    """The terms joined with `and` again."""
    joined: cst.BaseExpression | None = None
    for term in terms:
        joined = term if joined is None else make("A and B", {"A": joined, "B": term})
    return joined


def _search(
    view: ModuleView,
    target: cst.BaseAssignTargetExpression,
    source: cst.BaseExpression,
    test: cst.BaseExpression,
    around: list[cst.CSTNode],
    body: cst.CSTNode,
) -> _Search | None:
    bound = view.variables(target)
    loop = None
    for outer in around:
        if not _steady(view, source, outer):
            break
        loop = outer
    if loop is None or any(_items_stored(view, name, body) for name in bound):
        return None
    inner = {n.value for n in view.all(cst.Name, body) if is_store(view, n)}
    terms = _conjuncts(test)
    for term in terms:
        sides = _sides(view, term, bound, inner)
        if sides is None or not _keyable(view, sides[0], bound, loop):
            continue
        rest = _conjunction([t for t in terms if t is not term])
        key, wanted = sides
        return _Search(
            target=target, source=source, key=key, wanted=wanted, rest=rest, loop=loop
        )  # fmt: skip
    return None


def _steady(view: ModuleView, source: cst.BaseExpression, loop: cst.CSTNode) -> bool:
    """A name, `d.values()`, `range(len(xs))` and the like that yields the same every round."""
    if isinstance(source, cst.Call):
        func, args = source.func, source.args
        if isinstance(func, cst.Attribute):
            fits = func.attr.value in {"values", "items", "keys"} and not args
            return fits and is_simple(func.value) and is_invariant(view, func.value, loop)
        if isinstance(func, cst.Name) and func.value in {"range", "enumerate", "len"}:
            return all(a.star == "" and _steady(view, a.value, loop) for a in args)
        return False
    return is_simple(source) and is_invariant(view, source, loop)


def _items_stored(view: ModuleView, name: str, within: cst.CSTNode) -> bool:
    """`row.key = …` or `row["key"] = …` would make an index stale."""
    for use in view.occurrences(name, within):
        parent = view.parent(use)
        while isinstance(parent, cst.Attribute | cst.Subscript):
            if is_store(view, parent):
                return True
            parent = view.parent(parent)
    return False


def _sides(
    view: ModuleView, term: cst.BaseExpression, bound: set[str], inner: set[str]
) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """Key and wanted value of `key == wanted`, whichever side they are on."""
    if not isinstance(term, cst.Comparison) or len(term.comparisons) != 1:
        return None
    comparison = term.comparisons[0]
    if not isinstance(comparison.operator, cst.Equal):
        return None
    for key, wanted in (
        (term.left, comparison.comparator),
        (comparison.comparator, term.left),
    ):
        if view.variables(key) & bound and not view.variables(wanted) & (bound | inner):
            return key, wanted
    return None


def _keyable(view: ModuleView, key: cst.BaseExpression, bound: set[str], loop: cst.CSTNode) -> bool:
    """Made of the element and of things that stay as they are, without calls."""
    if any(isinstance(n, cst.Call | cst.BaseComp | cst.Lambda) for n in view.nodes(key)):
        return False
    return not any(is_mutated(view, name, loop) for name in view.variables(key) - bound)


def _index(view: ModuleView, search: _Search, edits: dict[cst.CSTNode, Edit]) -> Change | None:
    loop = search.loop
    statement = anchor(view, loop)
    if statement is None or statement in edits:
        return None
    name = _index_name(view, search)
    filling: dict[str, Filling | str] = {
        "T": search.target,
        "X": search.source,
        "K": search.key,
        "INDEX": name,
    }
    return Change(
        at=search.wanted,
        edits={**edits, statement: before(make_block(_INDEX, filling))},
        summary="looked matches up in an index built once instead of searching in every round",
    )


def _index_name(view: ModuleView, search: _Search) -> str:
    source = search.source
    plain = source.func.value if _is_method(source) else source  # type: ignore[attr-defined]  # a call
    base = code(plain).rsplit(".", 1)[-1].strip("_") if is_simple(plain) else "items"
    return view.fresh(f"{base}_index")


def _is_method(source: cst.BaseExpression) -> bool:
    return isinstance(source, cst.Call) and isinstance(source.func, cst.Attribute)


def _matches(view: ModuleView, search: _Search) -> cst.BaseExpression:
    return make("INDEX.get(W, ())", {"INDEX": _index_name(view, search), "W": search.wanted})


def _find_loops(view: ModuleView) -> Iterator[Change]:
    for inner in view.hot(cst.For):
        if not isinstance(inner.body, cst.IndentedBlock) or len(inner.body.body) != 1:
            continue
        choice = inner.body.body[0]
        if not isinstance(choice, cst.If) or choice.orelse is not None:
            continue
        around = list(loops(view, inner))
        search = _search(view, inner.target, inner.iter, choice.test, around, inner)
        if search is None:
            continue
        edits: dict[cst.CSTNode, Edit] = {inner.iter: become(_matches(view, search))}
        if search.rest is not None:
            edits[choice.test] = become(search.rest)
        elif isinstance(choice.body, cst.IndentedBlock):
            edits[choice] = _opened
        else:
            edits[choice.test] = become(make("True", {}))
        change = _index(view, search, edits)
        if change is not None:
            yield change


def _opened(old: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
    """The body of an `if` whose test is no longer needed."""
    assert isinstance(old, cst.If)
    assert isinstance(old.body, cst.IndentedBlock)
    first, *rest = old.body.body
    lead = [*old.leading_lines, *getattr(first, "leading_lines", ())]
    return cst.FlattenSentinel([first.with_changes(leading_lines=lead), *rest])


def _find_comprehensions(view: ModuleView) -> Iterator[Change]:
    for clause in view.hot(cst.CompFor):
        comp = next(a for a in view.above(clause) if isinstance(a, Comprehension))
        around = list(loops(view, comp, comprehensions=True))
        if comp.for_in is not clause:
            around.insert(0, comp)
        home = statement_of(view, comp)
        for condition in clause.ifs:
            search = _search(view, clause.target, clause.iter, condition.test, around, comp)
            if search is None or home is None or _leaks(view, search, comp):
                continue
            edits: dict[cst.CSTNode, Edit] = {clause.iter: become(_matches(view, search))}
            if search.rest is None:
                edits[condition] = lambda old: cst.RemoveFromParent()
            else:
                edits[condition.test] = become(search.rest)
            change = _index(view, search, edits)
            if change is not None:
                yield change
                break


def _leaks(view: ModuleView, search: _Search, comp: cst.CSTNode) -> bool:
    """The index loop binds the comprehension's variable for real: it must not be another's."""
    return any(
        len(stores(view, name)) != len(stores(view, name, comp))
        for name in view.variables(search.target)
    )


RULES = (
    PythonRule(
        id="py-nested-loop-index",
        detects="An inner loop over the same list that only acts where a field equals a value.",
        explanation=(
            "Searching the whole inner list in every round of the outer loop costs the product of "
            "both lengths. A dict from the field to its elements, built once before the loops, "
            "finds the matches by hash, in the same order."
        ),
        odds=0.9,
        find=_find_loops,
    ),
    PythonRule(
        id="py-filter-index",
        detects="A comprehension in a loop that filters one list by `field == value` every round.",
        explanation=(
            "Filtering the whole list in every round costs the product of both lengths. "
            "A dict from the field to its elements, built once before the loop, holds every answer."
        ),
        odds=0.85,
        find=_find_comprehensions,
    ),
)
