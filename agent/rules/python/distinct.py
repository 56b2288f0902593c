"""Work done once for every distinct element instead of once for every element."""

from __future__ import annotations

import libcst as cst

from speedwright.agent.rules.python.forms import Form, finder
from speedwright.agent.rules.python.nodes import code, same
from speedwright.agent.rules.python.pattern import Bindings
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_simple, leaves
from speedwright.agent.rules.python.view import ModuleView

_TIMES = "times_seen"


def _depends_on_element(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    """Worth it: a call or a test for every element, of something that can be walked twice."""
    element, source = found["VT"], found["X"]
    assert isinstance(element, cst.Name)
    assert isinstance(source, cst.BaseExpression)
    parts = [n for hole in ("E", "C") if isinstance(n := found.get(hole), cst.BaseExpression)]
    names = set().union(*(view.variables(part) for part in parts))
    if not is_simple(source) or element.value not in names or _TIMES in names:
        return False
    works = (cst.Call, cst.Comparison, cst.Subscript)
    return not any(leaves(view, part) for part in parts) and any(
        isinstance(n, works) for part in parts for n in view.nodes(part)
    )


_BRACKETS = (("[", "]"), ("", ""))

# `translate` is twice as fast, and only texts have it.
_JOINED = tuple(
    Form(
        pattern=f"{text}.join({left}E for VT in X{given}{right})",
        template=template,
        builtins=("map", "set", "ord"),
        guard=_depends_on_element,
        odds=odds,
    )
    for left, right in _BRACKETS
    for text, given, template, odds in (
        *(
            (empty, given, f"X.translate({{ord(VT): {value} for VT in set(X)}})", 0.45)
            for empty in ("''", '""')
            for given, value in (("", "E"), (" if C", "(E if C else None)"))
        ),
        ("S", "", "S.join(map({VT: E for VT in set(X)}.__getitem__, X))", 0.3),
    )
)

DISTINCT_JOIN = PythonRule(
    id="py-distinct-join",
    detects="`sep.join(...)` over a text with a call or test for every character.",
    explanation=(
        "A long text has few distinct characters. What becomes of each is worked out once and "
        "looked up, in C, for all the others."
    ),
    odds=0.4,
    find=finder(_JOINED, "worked out each distinct character once"),
)

DISTINCT_SUM = PythonRule(
    id="py-distinct-sum",
    detects="`sum(...)` with a call or test for every element of a text or list.",
    explanation=(
        "Where few elements are distinct, as in a text, each needs the work once. "
        "`collections.Counter` counts them in C."
    ),
    odds=0.25,
    find=finder(
        tuple(
            Form(
                pattern=f"sum({left}E for VT in X{given}{right})",
                template=f"sum([{_TIMES} * E for VT, {_TIMES} in CALL(X).items(){given}])",
                builtins=("sum",),
                call=("collections", "Counter"),
                guard=_depends_on_element,
            )
            for left, right in _BRACKETS
            for given in ("", " if C")
        ),
        "added up each distinct element once, times its number",
    ),
)


def _tests_a_text(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    """The test is one of a character or word: a method's, or `ord`."""
    element, test = found["VT"], found["C"]
    assert isinstance(element, cst.Name)
    assert isinstance(test, cst.BaseExpression)
    calls = [n for n in view.nodes(test) if isinstance(n, cst.Call)]
    methods = [n.func.value for n in calls if isinstance(n.func, cst.Attribute)]
    orders = [n.args[0].value for n in calls if code(n.func) == "ord" and len(n.args) == 1]
    is_text = any(same(n, element) for n in (*methods, *orders))
    return is_text and _depends_on_element(view, node, found)


DISTINCT_COUNT = PythonRule(
    id="py-distinct-count",
    detects="The number of characters of a text that pass a test, by a list of them.",
    explanation=(
        "The test runs for every character and its survivors are put into a list to be counted. "
        "Each distinct character is tested once and counted in C."
    ),
    odds=0.5,
    find=finder(
        tuple(
            Form(
                pattern=pattern,
                template="sum([X.count(VT) for VT in set(X) if C])",
                builtins=("sum", "set", "len"),
                guard=_tests_a_text,
            )
            for pattern in (
                "len([VT for VT in X if C])",
                "sum([1 for VT in X if C])",
                "sum(1 for VT in X if C)",
            )
        ),
        "tested each distinct character once and counted it in C",
    ),
)

RULES = (DISTINCT_JOIN, DISTINCT_SUM, DISTINCT_COUNT)
