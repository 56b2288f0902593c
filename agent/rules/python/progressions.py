"""Numbers in arithmetic or geometric progression, made one by one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import BlockForm, block_finder
from speedwright.agent.rules.python.forms import Form, finder
from speedwright.agent.rules.python.pattern import Bindings
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_simple, leaves, used_after
from speedwright.agent.rules.python.view import ModuleView


def _fixed(view: ModuleView, found: Bindings, *names: str, once: str = "") -> bool:
    """Whether the other holes have nothing of the variables, and are plain where read twice."""
    variables = {n.value for v in names if isinstance(n := found.get(v), cst.Name)}
    others = {hole: node for hole, node in found.items() if hole not in names}
    return all(
        isinstance(node, cst.BaseExpression)
        and (hole == once or is_simple(node))
        and not view.variables(node) & variables
        and not leaves(view, node)
        for hole, node in others.items()
    )


def _power(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    counter = found["VT"]
    assert isinstance(counter, cst.Name)
    return _fixed(view, found, "V", "VT") and not used_after(view, counter.value, old[0])


MODULAR_POWER = PythonRule(
    id="py-modular-power",
    detects="A loop that multiplies by the same number again and again, modulo another.",
    explanation=(
        "Each round multiplies and takes a remainder. `pow` with three arguments squares its way "
        "up, so the number of steps is the length of the exponent."
    ),
    odds=0.85,
    find=block_finder(
        tuple(
            BlockForm(
                pattern=f"for VT in range(N):\n{step}",
                template="V = V * pow(C, N, M) % M if N > 0 else V\n",
                builtins=("range", "pow"),
                guard=_power,
            )
            for step in (
                "  V = C * V % M\n",
                "  V = V * C % M\n",
                "  V *= C\n  V %= M\n",
                "  V = V * C\n  V = V % M\n",
            )
        ),
        "took the power modulo with `pow`",
    ),
)


def _progression(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    step = found.get("B")
    has_step = step is None or (isinstance(step, cst.Integer) and step.value != "0")
    return has_step and _fixed(view, found, "VT", once="N")


_LINES = (
    ("A + B * VT", "A, A + B * N, B"),
    ("A + VT * B", "A, A + B * N, B"),
    ("B * VT + A", "A, A + B * N, B"),
    ("VT * B + A", "A, A + B * N, B"),
    ("B * VT", "0, B * N, B"),
    ("VT * B", "0, B * N, B"),
    ("A + VT", "A, A + N"),
    ("VT + A", "A, A + N"),
)

PROGRESSION = PythonRule(
    id="py-range-list",
    detects="A comprehension over a range whose elements are themselves evenly spaced.",
    explanation=(
        "Each number is worked out in bytecode from its place. A range with that start and step "
        "is turned into a list in C."
    ),
    odds=0.5,
    find=finder(
        (
            *(
                Form(
                    pattern=f"[{element} for VT in range(N)]",
                    template=f"list(range({ends}))",
                    builtins=("list", "range"),
                    guard=_progression,
                )
                for element, ends in _LINES
            ),
            *(
                Form(
                    pattern=f"[VT for VT in range({given}) if VT % B == 0]",
                    template=f"list(range({ends}, B))",
                    builtins=("list", "range"),
                    guard=_progression,
                )
                for given, ends in (("N", "0, N"), ("A, N", "A + -A % B, N"))
            ),
        ),
        "made the list of a range",
    ),
)

RULES = (MODULAR_POWER, PROGRESSION)
