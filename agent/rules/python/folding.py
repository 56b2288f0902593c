"""Loops that a comprehension or a builtin runs faster."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import (
    BlockForm,
    annotated,
    block_finder,
    foldable,
)
from speedwright.agent.rules.python.pattern import Bindings
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import function_of, stores, used_after
from speedwright.agent.rules.python.subject import value_of
from speedwright.agent.rules.python.view import ModuleView


def _forms(
    *rows: tuple[str, str, str, float],
) -> tuple[BlockForm, ...]:
    """Rows of pattern, template, builtins it relies on, odds."""
    return tuple(
        form
        for pattern, template, builtins, odds in rows
        for form in annotated(
            BlockForm(
                pattern=pattern,
                template=template,
                builtins=tuple(builtins.split()),
                guard=foldable,
                odds=odds,
            )
        )
    )


_COLLECT = _forms(
    ("V = []\nfor VT in X:\n  V.append(VT)\n", "V = list(X)\n", "list", 0.4),
    ("for VT in X:\n  V.append(VT)\n", "V.extend(X)\n", "", 0.4),
    ("V = []\nfor T in X:\n  V.append(E)\n", "V = [E for T in X]\n", "", 0.3),
    ("V = []\nfor T in X:\n  if C:\n    V.append(E)\n", "V = [E for T in X if C]\n", "", 0.3),
    ("V = list()\nfor T in X:\n  V.append(E)\n", "V = [E for T in X]\n", "list", 0.3),
    ("V = set()\nfor T in X:\n  V.add(E)\n", "V = {E for T in X}\n", "set", 0.3),
    ("V = set()\nfor T in X:\n  if C:\n    V.add(E)\n", "V = {E for T in X if C}\n", "set", 0.3),
    ("V = {}\nfor T in X:\n  V[K] = E\n", "V = {K: E for T in X}\n", "", 0.25),
    ("V = {}\nfor T in X:\n  if C:\n    V[K] = E\n", "V = {K: E for T in X if C}\n", "", 0.25),
    (
        "V = []\nfor T in X:\n  for U in Y:\n    V.append(E)\n",
        "V = [E for T in X for U in Y]\n",
        "",
        0.3,
    ),
    (
        "V = []\nfor T in X:\n  for U in Y:\n    if C:\n      V.append(E)\n",
        "V = [E for T in X for U in Y if C]\n",
        "",
        0.3,
    ),
    ("for T in X:\n  V.append(E)\n", "V.extend([E for T in X])\n", "", 0.25),
    ("for T in X:\n  if C:\n    V.append(E)\n", "V.extend([E for T in X if C])\n", "", 0.25),
)

_SUM = _forms(
    ("V = 0\nfor VT in X:\n  V += VT\n", "V = sum(X)\n", "sum", 0.6),
    ("V = 0\nfor VT in X:\n  V = V + VT\n", "V = sum(X)\n", "sum", 0.6),
    ("V = 0.0\nfor VT in X:\n  V += VT\n", "V = sum(X, 0.0)\n", "sum", 0.6),
    ("V = 0.0\nfor VT in X:\n  V = V + VT\n", "V = sum(X, 0.0)\n", "sum", 0.6),
    ("V = 0\nfor T in X:\n  V += E\n", "V = sum([E for T in X])\n", "sum", 0.2),
    ("V = 0\nfor T in X:\n  V = V + E\n", "V = sum([E for T in X])\n", "sum", 0.2),
    ("V = 0\nfor T in X:\n  if C:\n    V += E\n", "V = sum([E for T in X if C])\n", "sum", 0.2),
)


def _adds_numbers(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    """The total starts as a number, and the slice is of something the loop leaves alone."""
    total, index = found["V"], found.get("VI")
    assert isinstance(total, cst.Name)
    if isinstance(index, cst.Name):
        others = [found[hole] for hole in ("X", "A", "B") if hole in found]
        if any(index.value in view.variables(o) for o in others if isinstance(o, cst.CSTNode)):
            return False
        if used_after(view, index.value, old[0]) or isinstance(found.get("A"), cst.UnaryOperation):
            return False
    home = function_of(view, old[0])
    return foldable(view, old, found) and any(
        isinstance(value_of(view, store), cst.Integer | cst.Float)
        for store in stores(view, total.value, home)
    )


# The old total is where `sum` starts, so that floats are added in the same order.
_SUM_ON = tuple(
    BlockForm(
        pattern=f"for {walk}:\n  {step}\n",
        template=f"V = sum({source}, V)\n",
        builtins=("sum",),
        guard=_adds_numbers,
        odds=0.5,
    )
    for walk, element, source in (
        ("VT in X", "VT", "X"),
        ("VI in range(len(X))", "X[VI]", "X"),
        ("VI in range(A, B)", "X[VI]", "X[A:B]"),
        ("VI in range(B)", "X[VI]", "X[:B]"),
    )
    for step in (f"V += {element}", f"V = V + {element}")
)

_EXTREME = _forms(
    *(
        (
            f"V = X[0]\nfor VT in {walk}:\n  if {test}:\n    V = VT\n",
            f"V = {name}(X)\n",
            name,
            0.6,
        )
        for walk in ("X", "X[1:]")
        for test, name in (
            ("VT < V", "min"),
            ("VT > V", "max"),
            ("V > VT", "min"),
            ("V < VT", "max"),
        )
    )
)


def _steady_wanted(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    """The value looked for does not depend on the element, and costs nothing to find."""
    wanted, element = found["E"], found["VT"]
    assert isinstance(wanted, cst.BaseExpression)
    assert isinstance(element, cst.Name)
    return (
        foldable(view, old, found)
        and element.value not in view.variables(wanted)
        and not any(isinstance(n, cst.Call) for n in view.nodes(wanted))
    )


_SCAN = tuple(
    BlockForm(pattern=pattern, template=template, guard=_steady_wanted)
    for test in ("VT == E", "E == VT")
    for pattern, template in (
        (f"for VT in X:\n  if {test}:\n    return True\nreturn False\n", "return E in X\n"),
        (f"for VT in X:\n  if {test}:\n    return False\nreturn True\n", "return E not in X\n"),
        (f"V = False\nfor VT in X:\n  if {test}:\n    V = True\n    break\n", "V = E in X\n"),
        (f"V = False\nfor VT in X:\n  if {test}:\n    V = True\n", "V = E in X\n"),
    )
)

_FLAG = _forms(
    ("V = False\nfor T in X:\n  if C:\n    V = True\n", "V = any(C for T in X)\n", "any", 0.5),
    ("V = True\nfor T in X:\n  if not C:\n    V = False\n", "V = all(C for T in X)\n", "all", 0.5),
    ("V = True\nfor T in X:\n  if C:\n    V = False\n", "V = not any(C for T in X)\n", "any", 0.5),
)

RULES = (
    PythonRule(
        id="py-comprehension",
        detects="A loop that does nothing but append to a list, add to a set or fill a dict.",
        explanation=(
            "Each round looks up and calls a method in bytecode. A comprehension does the same "
            "with one instruction and keeps its variables local."
        ),
        find=block_finder(_COLLECT, "collected the elements in a comprehension"),
    ),
    PythonRule(
        id="py-sum-builtin",
        detects="A loop that does nothing but add to a total that started at 0.",
        explanation=(
            "Adding in bytecode costs several instructions a round. "
            "`sum` adds in C and has a fast path for ints and floats."
        ),
        find=block_finder((*_SUM, *_SUM_ON), "summed with the builtin instead of a loop"),
    ),
    PythonRule(
        id="py-min-max-builtin",
        detects="A loop that keeps the smallest or largest element seen.",
        explanation=(
            "Comparing in bytecode costs several instructions a round. "
            "`min` and `max` compare in C."
        ),
        find=block_finder(_EXTREME, "took the extreme with the builtin instead of a loop"),
    ),
    PythonRule(
        id="py-equality-scan",
        detects="A loop that does nothing but find out whether an equal element is there.",
        explanation=(
            "`in` makes the same comparisons in C and stops at the first match. "
            "Where the container is a set or dict it does not search at all."
        ),
        odds=0.6,
        find=block_finder(_SCAN, "asked with `in` instead of comparing in a loop"),
    ),
    PythonRule(
        id="py-flag-any",
        detects="A loop that goes on to the end after the flag it sets can no longer change.",
        explanation=(
            "Once the flag is set, the rest of the loop changes nothing but still runs. "
            "`any` and `all` stop at the first element that decides."
        ),
        odds=0.5,
        find=block_finder(_FLAG, "stopped at the first element that decides"),
    ),
)
