"""Sorting where less would do."""

from __future__ import annotations

import libcst as cst

from speedwright.agent.rules.python.forms import Form, finder
from speedwright.agent.rules.python.pattern import Bindings
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.view import ModuleView

SORTED_FIRST = PythonRule(
    id="py-sorted-first",
    detects="An element at the end of a freshly sorted list, `sorted(xs)[0]`.",
    explanation=(
        "Sorting costs n log n comparisons and a copy only to take one element. "
        "`min` and `max` walk once and build nothing."
    ),
    odds=0.6,
    find=finder(
        (
            Form(pattern="sorted(X)[0]", template="min(X)", builtins=("sorted", "min")),
            Form(pattern="sorted(X)[-1]", template="max(X)", builtins=("sorted", "max")),
            Form(
                pattern="sorted(X, reverse=True)[0]",
                template="max(X)",
                builtins=("sorted", "max"),
            ),
            Form(
                pattern="sorted(X, reverse=True)[-1]",
                template="min(X)",
                builtins=("sorted", "min"),
            ),
            Form(
                pattern="sorted(X, key=K)[0]",
                template="min(X, key=K)",
                builtins=("sorted", "min"),
            ),
            # The last of equals, as `sorted` leaves it, is the first of the reversed list.
            Form(
                pattern="sorted(X, key=K)[-1]",
                template="max(reversed(list(X)), key=K)",
                builtins=("sorted", "max", "reversed", "list"),
            ),
            Form(
                pattern="sorted(X, key=K, reverse=True)[0]",
                template="max(X, key=K)",
                builtins=("sorted", "max"),
            ),
        ),
        "took the smallest or largest element in one pass instead of sorting everything",
    ),
)


def _counts(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    return isinstance(found["K"], cst.Integer | cst.Name | cst.Attribute)


def _small(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    """`nsmallest` beats `sorted` only while few elements are asked for."""
    k = found["K"]
    return _counts(view, node, found) and not (
        isinstance(k, cst.Integer) and k.evaluated_value > 1000
    )


SORTED_PREFIX = PythonRule(
    id="py-sorted-prefix",
    detects="The first k of a freshly sorted list, `sorted(xs)[:k]`.",
    explanation=(
        "Sorting everything to keep a few elements costs n log n comparisons. "
        "`heapq.nsmallest` and `nlargest` keep a heap of k elements, in the same order."
    ),
    odds=0.4,
    find=finder(
        tuple(
            Form(
                pattern=f"sorted(X{key}{reverse})[:K]",
                template=f"CALL(K, X{key})",
                builtins=("sorted",),
                call=("heapq", name),
                guard=_small,
            )
            for key in ("", ", key=F")
            for reverse, name in (("", "nsmallest"), (", reverse=True", "nlargest"))
        ),
        "kept the first k elements in a heap instead of sorting all of them",
    ),
)


def _position(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    return isinstance(found["I"], cst.Integer | cst.SimpleString | cst.UnaryOperation)


ITEMGETTER_KEY = PythonRule(
    id="py-itemgetter-key",
    detects="A key function that only picks an item or attribute, `key=lambda x: x[1]`.",
    explanation=(
        "A lambda costs a Python call for every element. "
        "`operator.itemgetter` and `attrgetter` do the same in C."
    ),
    odds=0.2,
    find=finder(
        tuple(
            Form(
                pattern=f"{head}key=lambda V: {body}{tail})",
                template=f"{head}key=CALL({argument}){tail})",
                call=("operator", name),
                guard=guard,
            )
            for head in ("sorted(X, ", "min(X, ", "max(X, ", "X.sort(")
            for tail in (("", ", reverse=R") if "sort" in head else ("",))
            for body, argument, name, guard in (
                ("V[I]", "I", "itemgetter", _position),
                ("(V[I], V[J])", "I, J", "itemgetter", _position),
            )
        ),
        "sorted with an item getter written in C instead of a lambda",
    ),
)

RULES = (SORTED_FIRST, SORTED_PREFIX, ITEMGETTER_KEY)
