"""Loops over numpy arrays, element by element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become, become_all
from speedwright.agent.rules.python.imports import module_alias
from speedwright.agent.rules.python.nodes import code, only_statement, same, statements
from speedwright.agent.rules.python.pattern import expression, fenced, make, match
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    function_of,
    is_builtin,
    is_store,
    root_name,
    used_after,
)
from speedwright.agent.rules.python.subject import value_of
from speedwright.agent.rules.python.view import ModuleView

_MAKERS = frozenset(
    "array asarray zeros ones empty full zeros_like ones_like empty_like full_like arange linspace "
    "loadtxt fromfile frombuffer concatenate stack copy random rand randn normal uniform".split()
)
_MATHS = {name: name for name in "sqrt exp log log10 log2 sin cos tan floor ceil hypot".split()} | {
    "fabs": "abs"
}
_RANGES = (
    (expression("range(N)"), "0"),
    (expression("range(A, N)"), None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nest:
    """Loops directly inside one another over `range`, around plain assignments."""

    outer: cst.For
    bounds: Mapping[str, tuple[str, str]]
    lines: Sequence[cst.BaseStatement]


def _nests(view: ModuleView) -> Iterator[_Nest]:
    for outer in view.hot(cst.For):
        bounds: dict[str, tuple[str, str]] = {}
        body: Sequence[cst.BaseStatement] = [outer]
        while len(body) == 1 and isinstance(body[0], cst.For):
            bound = _bound(view, body[0])
            if bound is None or body[0].orelse is not None:
                break
            bounds[bound[0]] = bound[1:]
            body = statements(body[0].body)
        smalls = [only_statement(line) for line in body]
        if smalls and all(isinstance(s, cst.Assign | cst.AugAssign) for s in smalls):
            yield _Nest(outer=outer, bounds=bounds, lines=body)


def _bound(view: ModuleView, loop: cst.For) -> tuple[str, str, str] | None:
    """Variable, first and one-past-last value of a loop over `range`."""
    if not isinstance(loop.target, cst.Name) or not is_builtin(view, "range"):
        return None
    for pattern, start in _RANGES:
        found = match(pattern, loop.iter)
        if found is not None:
            first = start if start is not None else code(_expr(found["A"]))
            return loop.target.value, first, code(_expr(found["N"]))
    return None


def _expr(value: object) -> cst.BaseExpression:
    assert isinstance(value, cst.BaseExpression)
    return value


def is_array(view: ModuleView, node: cst.BaseExpression, numpy: str) -> bool:
    """Whether a name is bound to something numpy made, or is annotated as an array."""
    if not isinstance(node, cst.Name):
        return False
    for use in view.occurrences(node.value, function_of(view, node)):
        parent = view.parent(use)
        if isinstance(parent, cst.Param) and parent.annotation is not None:
            if "ndarray" in code(parent.annotation) or "NDArray" in code(parent.annotation):
                return True
        value = value_of(view, use)
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
            owner = code(value.func.value)
            if owner.split(".")[0] == numpy and value.func.attr.value in _MAKERS:
                return True
            if value.func.attr.value == "copy" and is_array(view, value.func.value, numpy):
                return value.func.value is not node
    return False


def _find_loops(view: ModuleView) -> Iterator[Change]:
    numpy = module_alias(view, "numpy")
    taken: set[cst.CSTNode] = set()
    for nest in _nests(view) if numpy is not None else ():
        if nest.lines[0] in taken or any(used_after(view, v, nest.outer) for v in nest.bounds):
            continue
        assert numpy is not None
        new = _Slicer(view, nest, numpy).statements()
        if not new:
            continue
        taken.add(nest.lines[0])
        yield Change(
            at=nest.outer,
            edits={nest.outer: become_all(new)},
            summary="computed on whole arrays instead of element by element",
        )


class _Slicer:
    """Turns `c[i, j] = f(a[i - 1, j])` into the same on slices."""

    def __init__(self, view: ModuleView, nest: _Nest, numpy: str) -> None:
        self._view = view
        self._nest = nest
        self._numpy = numpy
        self._axes = list(nest.bounds)

    def statements(self) -> list[cst.BaseStatement]:
        """The lines of the innermost loop on whole arrays; none if one cannot be written so."""
        made: list[cst.BaseStatement] = []
        useful = False
        for line in self._nest.lines:
            small = only_statement(line)
            assert isinstance(small, cst.Assign | cst.AugAssign)
            if isinstance(small, cst.Assign) and len(small.targets) != 1:
                return []
            target = small.targets[0].target if isinstance(small, cst.Assign) else small.target
            new = self._statement(small, target)
            if new is None:
                return []
            useful = useful or not self._is_temporary(small, target)
            made.append(cst.SimpleStatementLine(body=[new]))
        return made if useful else []

    def _statement(
        self, small: cst.Assign | cst.AugAssign, target: cst.BaseExpression
    ) -> cst.BaseSmallStatement | None:
        if isinstance(target, cst.Subscript):
            return self._elementwise(small, target)
        if not isinstance(target, cst.Name):
            return None
        if isinstance(small, cst.AugAssign):
            return self._reduction(small, target)
        value = self._expression(small.value)
        if value is None or not self._is_temporary(small, target):
            return None
        return small.with_changes(value=value)

    def _is_temporary(self, small: cst.CSTNode, target: cst.CSTNode) -> bool:
        """A plain variable that is given its value before it is read, and only in the loop."""
        if not isinstance(target, cst.Name) or not isinstance(small, cst.Assign):
            return False
        view, name = self._view, target.value
        uses = view.occurrences(name, self._nest.outer)
        first = min(uses, key=lambda n: view.tree.reach[n][0])
        stored = [n for n in uses if is_store(view, n)]
        outside = used_after(view, name, self._nest.outer)
        return first is target and len(stored) == 1 and not outside

    def _elementwise(
        self, small: cst.Assign | cst.AugAssign, target: cst.Subscript
    ) -> cst.BaseSmallStatement | None:
        if not is_array(self._view, target.value, self._numpy):
            return None
        if any(
            same(n.value, target.value) and not same(n, target)
            for n in self._view.all(cst.Subscript, self._nest.outer)
        ):
            return None  # an earlier round's result is read: the order matters
        left, right = self._expression(target), self._expression(small.value)
        if left is None or right is None or self._used_axes(target) != self._axes:
            return None
        if isinstance(small, cst.AugAssign):
            return small.with_changes(target=left, value=right)
        slot = small.targets[0].with_changes(target=left)
        return small.with_changes(targets=[slot], value=right)

    def _reduction(self, small: cst.AugAssign, target: cst.Name) -> cst.BaseSmallStatement | None:
        view = self._view
        if not isinstance(small.operator, cst.AddAssign):
            return None
        if len(view.occurrences(target.value, self._nest.outer)) != 1:
            return None
        arrays = [
            n for n in view.all(cst.Subscript, small.value) if is_array(view, n.value, self._numpy)
        ]
        value = self._expression(small.value)
        if not arrays or value is None:
            return None
        if any(self._used_axes(n) != self._axes for n in arrays):
            return None
        return small.with_changes(value=make(f"{self._numpy}.sum(X)", {"X": value}))

    def _used_axes(self, item: cst.Subscript) -> list[str]:
        """Loop variables in the order in which an item's indices use them."""
        names = [n for n in self._view.all(cst.Name, item) if n.value in self._axes]
        order = sorted(names, key=lambda n: self._view.tree.reach[n][0])
        return [n.value for n in order]

    def _expression(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """The expression on slices; None if a loop variable is used for anything else."""
        edits: dict[cst.CSTNode, cst.BaseExpression] = {}
        covered: list[cst.CSTNode] = []
        for item in self._view.all(cst.Subscript, node):
            if any(self._view.contains(c, item) for c in covered) or not self._used_axes(item):
                continue
            sliced = self._sliced(item)
            if sliced is None:
                return None
            edits[item] = sliced
            covered.append(item)
        for name in self._view.all(cst.Name, node):
            if name.value in self._axes and not any(self._view.contains(c, name) for c in covered):
                return None
        for call in self._view.all(cst.Call, node):
            if not self._vectorised(call, edits):
                return None
        if any(isinstance(n, _SCALAR_ONLY) for n in self._view.nodes(node)):
            return None
        replaced = node.visit(_Replacer(edits))
        assert isinstance(replaced, cst.BaseExpression)
        return replaced

    def _vectorised(self, call: cst.Call, edits: dict[cst.CSTNode, cst.BaseExpression]) -> bool:
        func = call.func
        if code(func) == "abs":
            return True
        if isinstance(func, cst.Attribute) and code(func.value) == "math":
            name = _MATHS.get(func.attr.value)
            if name is not None:
                edits[func] = make(f"{self._numpy}.{name}", {})
                return True
        return isinstance(func, cst.Attribute) and code(func.value) == self._numpy

    def _sliced(self, item: cst.Subscript) -> cst.BaseExpression | None:
        """`a[i - 1][j]` -> `a[lo - 1:hi - 1, …]`; the axes must come in the loops' order."""
        indices: list[cst.BaseExpression] = []
        base: cst.BaseExpression = item
        while isinstance(base, cst.Subscript):
            row = []
            for element in base.slice:
                if not isinstance(element.slice, cst.Index):
                    return None
                row.append(element.slice.value)
            indices[:0] = row
            base = base.value
        root = root_name(base)
        if root is None or root.value in self._axes:
            return None
        used = self._used_axes(item)
        if used != [a for a in self._axes if a in used] or len(set(used)) != len(used):
            return None
        if len(used) != len(self._axes):
            return None  # it would need broadcasting along the missing axis
        parts = [self._slice(index) for index in indices]
        if any(p is None for p in parts):
            return None
        return make(f"X[{', '.join(p for p in parts if p is not None)}]", {"X": base})

    def _slice(self, index: cst.BaseExpression) -> str | None:
        axis = next((a for a in self._axes if a in self._view.variables(index)), None)
        if axis is None:
            return code(index)
        shift = _shift(index, axis)
        if shift is None:
            return None
        first, end = self._nest.bounds[axis]
        return f"{_moved(first, shift)}:{_moved(end, shift)}"


_SCALAR_ONLY = (
    cst.IfExp, cst.BooleanOperation, cst.Not, cst.Comparison, cst.Lambda, cst.BaseComp, cst.Await,
    cst.NamedExpr, cst.Yield, cst.BaseString,
)  # fmt: skip


def _shift(index: cst.BaseExpression, axis: str) -> int | None:
    """`c` of `i + c`."""
    if isinstance(index, cst.Name):
        return 0
    for pattern, sign in (("V + N", 1), ("V - N", -1), ("N + V", 1)):
        found = match(expression(pattern), index)
        if found is not None and code(_expr(found["V"])) == axis:
            step = found["N"]
            return sign * step.evaluated_value if isinstance(step, cst.Integer) else None
    return None


def _moved(bound: str, shift: int) -> str:
    if shift == 0:
        return "" if bound == "0" else bound
    if bound.isdigit():
        return str(int(bound) + shift)
    plain = cst.parse_expression(bound)
    found = match(expression("X + N"), plain) or match(expression("X - N"), plain)
    if found is not None and isinstance(found["N"], cst.Integer):
        own = found["N"].evaluated_value
        total = shift + (own if match(expression("X + N"), plain) else -own)
        head = code(_expr(found["X"]))
        return head if total == 0 else f"{head} {'+' if total > 0 else '-'} {abs(total)}"
    text = code(fenced(plain, cst.BinaryOperation(plain, cst.Add(), plain)))
    return f"{text} {'+' if shift > 0 else '-'} {abs(shift)}"


class _Replacer(cst.CSTTransformer):
    def __init__(self, edits: Mapping[cst.CSTNode, cst.BaseExpression]) -> None:
        super().__init__()
        self._edits = edits

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        new = self._edits.get(original_node)
        if new is None:
            return updated_node
        lpar = getattr(original_node, "lpar", ())
        return new.with_changes(lpar=lpar, rpar=getattr(original_node, "rpar", ()))  # type: ignore[return-value]  # libcst


_REDUCERS = frozenset({"sum", "max", "min", "any", "all"})


def _find_builtins(view: ModuleView) -> Iterator[Change]:
    numpy = module_alias(view, "numpy")
    for call in view.hot(cst.Call) if numpy is not None else ():
        func = call.func
        if not isinstance(func, cst.Name) or func.value not in _REDUCERS or len(call.args) != 1:
            continue
        assert numpy is not None
        value = call.args[0].value
        if is_builtin(view, func.value) and is_array(view, value, numpy):
            edits: dict[cst.CSTNode, Edit] = {call: become(make(f"X.{func.value}()", {"X": value}))}
            yield Change(
                at=call,
                edits=edits,
                summary=f"reduced the array with its own `{func.value}`",
            )


RULES = (
    PythonRule(
        id="py-numpy-loop",
        detects="Loops over `range` that compute one numpy array from others, element by element.",
        explanation=(
            "Every element access makes a Python object and every operation runs in bytecode. "
            "The same arithmetic on slices runs over the raw memory in C, often a hundred times "
            "faster. Sums of floats may differ in the last digits."
        ),
        odds=0.9,
        find=_find_loops,
    ),
    PythonRule(
        id="py-numpy-reduce",
        detects="A builtin such as `sum` or `max` over a numpy array.",
        explanation=(
            "The builtin makes a Python object of every element. "
            "The array's own method reduces the raw memory in C."
        ),
        odds=0.8,
        find=_find_builtins,
    ),
)
