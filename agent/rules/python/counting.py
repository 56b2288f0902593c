"""Counting that a method of the container, or of the number, does in C."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import BlockForm, block_finder, foldable
from speedwright.agent.rules.python.forms import Find, Form, finder, found_by
from speedwright.agent.rules.python.pattern import Bindings
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import function_of, stores
from speedwright.agent.rules.python.subject import value_of
from speedwright.agent.rules.python.view import ModuleView

MOST_WANTED = 12


def _steady(view: ModuleView, found: Bindings) -> bool:
    """What is counted does not depend on the element, and the source is not made for this loop."""
    element, wanted, source = found["VT"], found["Y"], found["X"]
    assert isinstance(element, cst.Name)
    assert isinstance(wanted, cst.BaseExpression)
    fresh = (cst.Call, cst.BaseComp, cst.BaseSet, cst.BaseDict)
    return element.value not in view.variables(wanted) and not isinstance(source, fresh)


def _few(view: ModuleView, found: Bindings) -> bool:
    """A constant of few elements besides: each is a walk over the source of its own."""
    wanted: object = found["Y"]
    if isinstance(wanted, cst.Name):
        wanted = _only_value(view, wanted)
    if isinstance(wanted, cst.SimpleString):
        return len(wanted.raw_value) <= MOST_WANTED and _steady(view, found)
    if not isinstance(wanted, cst.Tuple | cst.List | cst.Set):
        return False
    constants = all(isinstance(e.value, cst.SimpleString | cst.BaseNumber) for e in wanted.elements)
    return constants and len(wanted.elements) <= MOST_WANTED and _steady(view, found)


def _only_value(view: ModuleView, name: cst.Name) -> object:
    """What a name of this function or module is bound to, if that is done once, in sight."""
    home = function_of(view, name)
    bound = stores(view, name.value, home) or stores(view, name.value)
    return value_of(view, bound[0]) if len(bound) == 1 else None


def _counts(
    tests: Sequence[str],
    new: str,
    allowed: Callable[[ModuleView, Bindings], bool],
    summary: str,
    builtins: tuple[str, ...] = (),
) -> Find:
    """Finds elements of `X` counted by a test, as an expression or by a loop into `V`."""

    def fits(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
        return allowed(view, found)

    def folds(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
        return allowed(view, found) and foldable(view, old, found)

    expressions = tuple(
        Form(pattern=pattern, template=new, builtins=(name, *builtins), guard=fits)
        for test in tests
        for name, pattern in (
            ("sum", f"sum({test} for VT in X)"),
            ("sum", f"sum([{test} for VT in X])"),
            ("sum", f"sum(1 for VT in X if {test})"),
            ("sum", f"sum([1 for VT in X if {test}])"),
            ("len", f"len([VT for VT in X if {test}])"),
            ("len", f"len([1 for VT in X if {test}])"),
        )
    )
    steps = [
        step
        for test in tests
        for step in (f"if {test}:\n    V += 1", f"if {test}:\n    V = V + 1", f"V += {test}")
    ]
    walks = tuple(
        BlockForm(
            pattern=f"for VT in X:\n  {step}\n",
            template=f"V += {new}\n",
            builtins=builtins,
            guard=folds,
        )
        for step in steps
    )
    return found_by(finder(expressions, summary), block_finder(walks, summary))


COUNT_EQUAL = PythonRule(
    id="py-count-equal",
    detects="A loop, or `sum` over one, that counts how many elements equal a value.",
    explanation=(
        "Each comparison is a round of bytecode. `list.count`, `tuple.count` and `str.count` make "
        "the same comparisons in C. Other iterables have no such method."
    ),
    odds=0.5,
    find=_counts(
        ("VT == Y", "Y == VT"),
        "X.count(Y)",
        _steady,
        "counted equal elements with the container's own method",
    ),
)

COUNT_MEMBERS = PythonRule(
    id="py-count-members",
    detects="Elements counted that are among a few constants, as the vowels of a text.",
    explanation=(
        "Each element is tested by bytecode. `str.count` and `list.count` walk the text once for "
        "each constant, in C, which is faster while these are few."
    ),
    odds=0.45,
    find=_counts(
        ("VT in Y",),
        "sum(map(X.count, set(Y)))",
        _few,
        "counted each wanted element with the container's own method",
        builtins=("sum", "map", "set"),
    ),
)

BIT_COUNT = PythonRule(
    id="py-bit-count",
    detects='Ones counted in the text of a binary number, as `bin(x).count("1")`.',
    explanation=(
        "The text of the number is made, cut and searched for every call. `int.bit_count` reads "
        "the ones from the number itself, from Python 3.10 on."
    ),
    odds=0.5,
    find=finder(
        tuple(
            Form(pattern=f"{text}.count({one})", template="X.bit_count()", builtins=(name,))
            for one in ("'1'", '"1"')
            for name, text in (
                ("bin", "bin(X)"),
                ("bin", "bin(X)[2:]"),
                ("format", "format(X, 'b')"),
                ("format", 'format(X, "b")'),
            )
        ),
        "counted the ones of a number without writing it down",
    ),
)

RULES = (COUNT_EQUAL, COUNT_MEMBERS, BIT_COUNT)
