"""Loops over ranges of numbers that have a closed form, or a function in C."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import BlockForm, block_finder, foldable
from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.forms import Form, finder, in_place_of
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import Bindings, expression, make, match
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_builtin, is_simple
from speedwright.agent.rules.python.view import ModuleView


def _simple_ends(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    """Ends are read more than once, so reading them costs nothing and changes nothing."""
    return all(isinstance(n, cst.CSTNode) and _cheap(n) for n in found.values())


def _cheap(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Integer) or is_simple(node)


SERIES = PythonRule(
    id="py-arithmetic-series",
    detects="`sum(range(...))` with a step of one.",
    explanation=(
        "The numbers are made one by one to be added up. Their sum is known from the ends alone, "
        "whatever their number."
    ),
    odds=0.6,
    find=finder(
        tuple(
            Form(
                pattern=f"sum(range({ends}))",
                template=template,
                builtins=("sum", "range"),
                guard=_simple_ends,
            )
            for ends, template in (
                ("N", "(N * (N - 1) // 2 if N > 0 else 0)"),
                ("N + 1", "(N * (N + 1) // 2 if N > 0 else 0)"),
                ("1, N + 1", "(N * (N + 1) // 2 if N > 0 else 0)"),
                ("A, N + 1", "((A + N) * (N - A + 1) // 2 if N >= A else 0)"),
                ("A, N", "((A + N - 1) * (N - A) // 2 if N > A else 0)"),
            )
        ),
        "added up a range by its ends",
    ),
)


def _product(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    return foldable(view, old, found) and isinstance(found["N"], cst.Name)


FACTORIAL = PythonRule(
    id="py-factorial",
    detects="A loop that multiplies the numbers from 1 to n.",
    explanation=(
        "Each step multiplies a number that has grown long by a short one. `math.factorial` "
        "multiplies numbers of like length, in C."
    ),
    odds=0.6,
    find=block_finder(
        tuple(
            BlockForm(
                pattern=f"V = 1\nfor VT in range({start}, N + 1):\n  {step}\n",
                template="V = CALL(N) if N > 0 else 1\n",
                builtins=("range",),
                call=("math", "factorial"),
                guard=_product,
            )
            for start in (1, 2)
            for step in ("V *= VT", "V = V * VT", "V = VT * V")
        ),
        "took the product from `math.factorial`",
    ),
)

_ROOTS = ("CALLED(N)", "int(CALLED(N))", "N ** 0.5", "int(N ** 0.5)")
_LIMITS = tuple(
    expression(f"V <= {limit}")
    for root in _ROOTS
    for limit in (root, f"{root} + 1", f"int({root} + 1)")
)
_ROOT_NAMES = {"math.sqrt", "sqrt", "math.isqrt", "isqrt"}


def _find_roots(view: ModuleView) -> Iterator[Change]:
    if not is_builtin(view, "int"):
        return
    for loop in view.hot(cst.While):
        for pattern in _LIMITS:
            found = match(pattern, loop.test)
            if found is None or not isinstance(found["N"], cst.Name):
                continue
            called = found.get("CALLED")
            if isinstance(called, cst.CSTNode) and code(called) not in _ROOT_NAMES:
                continue
            new = in_place_of(view, loop.test, make("V * V <= N", found))
            yield Change(
                at=loop,
                edits={loop.test: become(new)},
                summary="compared squares instead of taking a root in every round",
            )
            break


ROOT_BOUND = PythonRule(
    id="py-root-bound",
    detects="`while d <= math.sqrt(n)`: a root taken in every round.",
    explanation=(
        "The root is a call and a conversion for every round. Comparing `d * d` with `n` is one "
        "multiplication of small numbers, and exact for large ones."
    ),
    odds=0.5,
    find=_find_roots,
)

RULES = (SERIES, FACTORIAL, ROOT_BOUND)
