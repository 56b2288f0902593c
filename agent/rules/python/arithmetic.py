"""Arithmetic that has a cheaper form."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become, before
from speedwright.agent.rules.python.forms import Form, finder
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.membership import steady_loop
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
from speedwright.agent.rules.python.scope import anchor, is_builtin, is_simple
from speedwright.agent.rules.python.view import ModuleView


def _bare_name(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    return isinstance(found["X"], cst.Name)


SQUARE = PythonRule(
    id="py-square",
    detects="`x ** 2` or `pow(x, 2)` of a variable.",
    explanation=(
        "The power operator goes through a general routine, for floats through the C library's "
        "`pow`. A multiplication is a single fast path in the interpreter."
    ),
    odds=0.1,
    most_per_file=3,
    find=finder(
        (
            Form(pattern="X ** 2", template="X * X", guard=_bare_name),
            Form(pattern="pow(X, 2)", template="X * X", builtins=("pow",), guard=_bare_name),
        ),
        "multiplied instead of raising to the power of two",
    ),
)

HYPOT = PythonRule(
    id="py-hypot",
    detects="`math.sqrt(dx**2 + dy**2)`.",
    explanation=(
        "Squares, sum and root are separate steps of bytecode. "
        "`math.hypot` does all of them in C, and does not overflow on the way."
    ),
    odds=0.25,
    find=finder(
        tuple(
            Form(pattern=root.format(inner), template=f"CALL({names})", call=("math", "hypot"))
            for root in ("math.sqrt({})", "sqrt({})", "({}) ** 0.5")
            for inner, names in (
                ("A ** 2 + B ** 2", "A, B"),
                ("A * A + B * B", "A, B"),
                ("A ** 2 + B ** 2 + C ** 2", "A, B, C"),
                ("A * A + B * B + C * C", "A, B, C"),
            )
        ),
        "took the length with `math.hypot`",
    ),
)

_PRODUCT = block("for V in range(N):\n  T += L * R\n")


def _find_products(view: ModuleView) -> Iterator[Change]:
    if not (is_builtin(view, "sum") and is_builtin(view, "map")):
        return
    text, imports = access(view, "operator", "mul")
    for loop in view.hot(cst.For):
        found = match_block(_PRODUCT, [loop])
        if found is None:
            continue
        index, target = found["V"], found["T"]
        assert isinstance(index, cst.Name)
        assert isinstance(target, cst.BaseExpression)
        edits: dict[cst.CSTNode, Edit] = {}
        rows = [_row(view, found[side], index.value, found["N"], edits) for side in ("L", "R")]
        if index.value in view.variables(target) or None in rows:
            continue
        filling = {"T": target, "CALL": text, "L": rows[0], "R": rows[1]}
        new = make_block("T += sum(map(CALL, L, R))\n", filling)[0]  # type: ignore[arg-type]  # no None
        edits[loop] = become(new)
        yield Change(
            at=loop,
            edits=edits,
            imports=imports,
            summary="summed the products of two rows in C instead of index by index",
        )


def _row(
    view: ModuleView, side: object, index: str, length: object, edits: dict[cst.CSTNode, Edit]
) -> cst.BaseExpression | None:
    """`a[i]` for `a[i][k]`, and column `j` of `b` for `b[k][j]`, as long as the loop runs."""
    assert isinstance(length, cst.BaseExpression)
    found = match(expression("A[V]"), side)
    if found is not None and code(found["V"]) == index:  # type: ignore[arg-type]  # a name
        row = found["A"]
        assert isinstance(row, cst.BaseExpression)
        return None if index in view.variables(row) else _cut(row, length)
    found = match(expression("A[V][J]"), side)
    if found is None or code(found["V"]) != index:  # type: ignore[arg-type]  # a name
        return None
    table, column = found["A"], found["J"]
    assert isinstance(table, cst.BaseExpression)
    assert isinstance(column, cst.BaseExpression)
    loop = steady_loop(view, table) if is_simple(table) else None
    place = anchor(view, loop) if loop is not None else None
    if place is None or index in view.variables(column) or place in edits:
        return None
    name = view.fresh(f"{code(table).rsplit('.', 1)[-1]}_columns")
    edits[place] = before(make_block(f"{name} = list(zip(*X))\n", {"X": table}))
    return _cut(make("N[J]", {"N": name, "J": column}), length)


def _cut(row: cst.BaseExpression, length: cst.BaseExpression) -> cst.BaseExpression:
    if match(expression("len(X)"), length) and same(length, make("len(X)", {"X": row})):
        return row
    return make("R[:N]", {"R": row, "N": length})


RULES = (
    SQUARE,
    HYPOT,
    PythonRule(
        id="py-row-product",
        detects="A loop that sums `a[i][k] * b[k][j]` or `a[k] * b[k]` over k.",
        explanation=(
            "Every round indexes two or four times in bytecode. `sum(map(operator.mul, …))` over "
            "a row and a column that was transposed once runs in C."
        ),
        odds=0.7,
        find=_find_products,
    ),
)
