"""Membership tests that walk a list: ask a set instead."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, after, become, before
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.nodes import children
from speedwright.agent.rules.python.pattern import make, make_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    anchor,
    function_of,
    is_invariant,
    is_mutated,
    is_store,
    loops,
    statement_of,
    stores,
)
from speedwright.agent.rules.python.subject import (
    Subject,
    list_likeness,
    membership,
    method_call,
    only_line,
    subject_of,
    value_of,
)
from speedwright.agent.rules.python.view import ModuleView

_LONG = 4
_HARMLESS_METHODS = frozenset({"append", "count", "index", "copy", "sort", "reverse"})


def tested(view: ModuleView) -> Iterator[cst.BaseExpression]:
    """Every name or attribute that stands right of a hot `in` or `not in`."""
    for target in view.hot(cst.ComparisonTarget):
        box = target.comparator
        if isinstance(target.operator, cst.In | cst.NotIn) and isinstance(
            box, cst.Name | cst.Attribute
        ):
            yield box


def steady_loop(view: ModuleView, node: cst.BaseExpression) -> cst.CSTNode | None:
    """Outermost loop around a node in which it keeps its meaning."""
    steady = None
    for loop in loops(view, node, comprehensions=True):
        if not is_invariant(view, node, loop):
            break
        steady = loop
    return steady


def _find_hoisted(view: ModuleView) -> Iterator[Change]:
    done: set[tuple[str, cst.CSTNode]] = set()
    for box in tested(view):
        subject, loop = subject_of(view, box), steady_loop(view, box)
        if subject is None or loop is None or (subject.text, loop) in done:
            continue
        done.add((subject.text, loop))
        statement = anchor(view, loop)
        likeness = list_likeness(view, subject)
        if likeness < 0.3 or statement is None:
            continue
        name = subject.named(view, "set").removeprefix("self.")
        uses = [
            u for u in subject.uses if view.contains(loop, u) and membership(view, u) is not None
        ]
        edits: dict[cst.CSTNode, Edit] = {use: become(make(name, {})) for use in uses}
        edits[statement] = before(make_block(f"{name} = set(X)\n", {"X": box}))
        yield Change(
            at=box,
            edits=edits,
            odds=0.8 * likeness * _rebuild_penalty(view, loop),
            summary=f"tested membership in a set made once from `{subject.text}`",
        )


def _rebuild_penalty(view: ModuleView, loop: cst.CSTNode) -> float:
    """A set that a loop further out has to make again and again may cost more than it saves."""
    return 0.4 if any(True for _ in loops(view, loop)) else 1.0


def _find_seen(view: ModuleView) -> Iterator[Change]:
    done: set[str] = set()
    for box in tested(view):
        subject = subject_of(view, box)
        if subject is None or not any(True for _ in loops(view, box)):
            continue
        key = f"{subject.text}@{view.line(subject.home)}"
        if key in done:
            continue
        done.add(key)
        edits = _companion(view, subject)
        if edits:
            yield Change(
                at=box,
                edits=edits,
                odds=0.8,
                summary=f"kept a set beside the list `{subject.text}` to test membership in",
            )


def _companion(view: ModuleView, subject: Subject) -> dict[cst.CSTNode, Edit]:
    """Edits that keep a set in step with a list that only grows; none if that cannot be."""
    name = subject.named(view, "set")
    edits: dict[cst.CSTNode, Edit] = {}
    grows = False
    if any(_grows_or_changes(view, use) for use in subject.foreign):
        return {}
    for use in subject.uses:
        called = method_call(view, use)
        if is_store(view, use):
            value = value_of(view, use)
            line = statement_of(view, use)
            if not isinstance(value, cst.List | cst.ListComp) or line is None:
                return {}
            empty = isinstance(value, cst.List) and not value.elements
            start = "set()" if empty else "set(X)"
            edits[line] = after(make_block(f"{name} = {start}\n", {"X": use}))
        elif called is not None and called[0] == "append":
            edit = _also_add(view, called[1], name)
            if edit is None:
                return {}
            edits[edit[0]] = edit[1]
            grows = True
        elif called is not None:
            if called[0] not in _HARMLESS_METHODS:
                return {}
        elif membership(view, use) is not None:
            edits[use] = become(make(name, {}))
        elif _may_change(view, use):
            return {}
    return edits if grows else {}


def _grows_or_changes(view: ModuleView, use: cst.BaseExpression) -> bool:
    """Whether the attribute of another object, perhaps the same one, may be changed here."""
    called = method_call(view, use)
    if called is not None:
        return called[0] not in _HARMLESS_METHODS - {"append"}
    return is_store(view, use) or _may_change(view, use)


def _may_change(view: ModuleView, use: cst.BaseExpression) -> bool:
    parent = view.parent(use)
    if isinstance(parent, cst.Subscript):
        return is_store(view, parent)
    if isinstance(parent, cst.AugAssign):
        return True
    if isinstance(parent, cst.Arg) and isinstance(use, cst.Name):
        statement = statement_of(view, use)
        return statement is not None and is_mutated(view, use.value, parent)
    return False


def _also_add(view: ModuleView, call: cst.Call, name: str) -> tuple[cst.CSTNode, Edit] | None:
    """After `xs.append(e)` as a statement: `xs_set.add(e)`."""
    small = view.parent(call)
    if not isinstance(small, cst.Expr) or len(call.args) != 1:
        return None
    added = call.args[0].value
    if not _cheap(added):  # it must not be evaluated twice; the list has it at its end
        assert isinstance(call.func, cst.Attribute)
        added = make("X[-1]", {"X": call.func.value})
    addition = make_block(f"{name}.add(X)\n", {"X": added})
    line = only_line(view, small)
    if line is not None:
        return line, after(addition)
    suite = view.parent(small)
    if isinstance(suite, cst.SimpleStatementSuite) and len(suite.body) == 1:
        first = cst.SimpleStatementLine(body=[small], trailing_whitespace=suite.trailing_whitespace)
        return suite, become(cst.IndentedBlock(body=[first, *addition]))
    return None


def _cheap(node: cst.CSTNode) -> bool:
    """Free of effects and cheap enough to be evaluated twice."""
    if isinstance(node, cst.Call | cst.Await | cst.Yield | cst.NamedExpr | cst.BaseComp):
        return False
    return all(_cheap(child) for child in children(node))


def _find_constant(view: ModuleView) -> Iterator[Change]:
    for target in view.hot(cst.ComparisonTarget):
        box = target.comparator
        if not isinstance(target.operator, cst.In | cst.NotIn):
            continue
        if isinstance(box, cst.List | cst.Tuple) and _constants(box):
            elements = [e.with_changes(comma=cst.MaybeSentinel.DEFAULT) for e in box.elements]
            if not any("\n" in e for e in [cst.Module([]).code_for_node(box)]):
                elements = list(box.elements)
            new = cst.Set(elements=elements)
            yield Change(
                at=target,
                edits={box: become(in_place_of(view, box.with_changes(lpar=(), rpar=()), new))},
                odds=0.25,
                summary="tested membership in a constant set instead of walking a sequence",
            )
        elif isinstance(box, cst.Name) and box.value not in _seen_names(view, box):
            yield from _module_constant(view, box)


def _seen_names(view: ModuleView, box: cst.Name) -> set[str]:
    """Names the function binds itself, so that they are no module constants."""
    home = function_of(view, box)
    return {box.value} if home is not view.tree.module and stores(view, box.value, home) else set()


def _module_constant(view: ModuleView, box: cst.Name) -> Iterator[Change]:
    module = view.tree.module
    bound = stores(view, box.value)
    if len(bound) != 1 or function_of(view, bound[0]) is not module:
        return
    value, line = value_of(view, bound[0]), statement_of(view, bound[0])
    if not isinstance(value, cst.List | cst.Tuple) or not _constants(value) or line is None:
        return
    uses = [u for u in view.occurrences(box.value) if membership(view, u) is not None]
    others = [u for u in view.occurrences(box.value) if u not in uses and u is not bound[0]]
    if uses[0] is not box or any(_may_change(view, u) or method_call(view, u) for u in others):
        return
    name = view.fresh(
        f"_{box.value.lstrip('_')}_SET" if box.value.isupper() else f"{box.value}_set"
    )
    edits: dict[cst.CSTNode, Edit] = {use: become(make(name, {})) for use in uses}
    edits[line] = after(make_block(f"{name} = frozenset(X)\n", {"X": box}))
    yield Change(
        at=box,
        edits=edits,
        odds=0.4,
        summary=f"tested membership in a frozen set of the constants in `{box.value}`",
    )


def _constants(box: cst.List | cst.Tuple) -> bool:
    return len(box.elements) >= _LONG and all(
        isinstance(e, cst.Element) and isinstance(e.value, cst.SimpleString | cst.Integer)
        for e in box.elements
    )


RULES = (
    PythonRule(
        id="py-membership-set",
        detects="`x in xs` in a loop during which the list `xs` stays as it is.",
        explanation=(
            "`in` on a list compares with one element after the other, in every round of the loop. "
            "A set made once before the loop answers by hash in constant time. "
            "The elements must be hashable."
        ),
        odds=0.8,
        find=_find_hoisted,
    ),
    PythonRule(
        id="py-seen-set",
        detects="A list that only grows is asked whether it holds a value before it is appended.",
        explanation=(
            "Looking for a value in a growing list makes the loop quadratic. "
            "A set kept beside the list answers by hash; the list keeps the order."
        ),
        odds=0.8,
        find=_find_seen,
    ),
    PythonRule(
        id="py-constant-set",
        detects="`x in [...]` with four or more constants, in place or in a module constant.",
        explanation=(
            "A list or tuple of constants is compared element by element. "
            "A set of constants is built once at compile or import time and answers by hash."
        ),
        odds=0.3,
        find=_find_constant,
    ),
)
