"""Searches for divisors that try fewer numbers."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import Bindings, block, make, make_block, match_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_builtin, used_after
from speedwright.agent.rules.python.view import ModuleView

_DIVIDES = ("N % V == 0", "not N % V")
_ENDS = ("N", "N // 2", "N // 2 + 1", "int(N / 2) + 1", "N - 1", "N // 2 + 2")
_LEAVING = tuple(
    (block(f"for V in range({start}{end}{step}):\n  if {test}:\n    BODY\n"), start, step)
    for end in _ENDS
    for start in ("2, ", "A, ")
    for step in ("", ", 2")
    for test in _DIVIDES
)
_TALLYING = tuple(
    (block(f"for V in range(1, N + 1):\n  if {test}:\n    {action}\n"), new)
    for test in _DIVIDES
    for action, new in (
        ("T += 1", "T += 1 if V * V == N else 2"),
        ("T += V", "T += V if V * V == N else V + N // V"),
    )
)


def _find_divisors(view: ModuleView) -> Iterator[Change]:
    text, imports = access(view, "math", "isqrt")
    for loop in view.hot(cst.For):
        search = [loop.with_changes(orelse=None)]
        for pattern, start, step in _LEAVING:
            found = match_block(pattern, search)
            if found is None or not _only_leaves(view, loop, found):
                continue
            limit = make(f"range({start}CALL(N) + 1{step})", {**found, "CALL": text})
            yield _bounded(loop, {loop.iter: become(limit)}, imports)
            break
        for pattern, new in _TALLYING:
            found = match_block(pattern, [loop])
            if found is None or not isinstance(found["N"], cst.Name):
                continue
            limit = make("range(1, CALL(N) + 1)", {**found, "CALL": text})
            line = _inner_line(loop)
            edits: dict[cst.CSTNode, Edit] = {
                loop.iter: become(limit),
                line: become(make_block(f"{new}\n", found)[0]),
            }
            yield _bounded(loop, edits, imports)
            break


def _inner_line(loop: cst.For) -> cst.CSTNode:
    choice = loop.body.body[0]
    assert isinstance(choice, cst.If)
    return choice.body.body[0] if isinstance(choice.body, cst.IndentedBlock) else choice.body


def _bounded(loop: cst.For, edits: dict[cst.CSTNode, Edit], imports: tuple[str, ...]) -> Change:
    return Change(
        at=loop,
        edits=edits,
        imports=imports,
        summary="looked for divisors up to the square root only",
    )


BOUND = PythonRule(
    id="py-divisor-bound",
    detects="A search for divisors of n that runs to n or n/2.",
    explanation=(
        "Divisors come in pairs around the square root, so a number without one up to "
        "`math.isqrt(n)` has none. The loop shrinks from n to the root of n."
    ),
    odds=0.85,
    find=_find_divisors,
)

_DOWNWARD = tuple(
    block(f"for V in {numbers}:\n  if {test}:\n    return V\n")
    for numbers in ("reversed(range(N))", "reversed(range(1, N))", "range(N - 1, 0, -1)")
    for test in _DIVIDES
)
_UPWARD = """\
if N > 1:
    for V in CHAIN((2,), range(3, CALL(N) + 1, 2)):
        if N % V == 0:
            return N // V
    return 1
"""


def _find_largest(view: ModuleView) -> Iterator[Change]:
    root, more = access(view, "math", "isqrt")
    text, imports = access(view, "itertools", "chain")
    for loop in view.hot(cst.For):
        found = next((m for p in _DOWNWARD if (m := match_block(p, [loop]))), None)
        if found is None or not isinstance(found["N"], cst.Name):
            continue
        yield Change(
            at=loop,
            edits={loop: become(make_block(_UPWARD, {**found, "CALL": root, "CHAIN": text})[0])},
            imports=(*more, *imports),
            summary="found the largest divisor by the smallest one",
        )


LARGEST = PythonRule(
    id="py-largest-divisor",
    detects="A search for the largest divisor of n, from n downwards.",
    explanation=(
        "The largest divisor is n over the smallest one, and that is at most the root of n. "
        "Looking from below takes a root's worth of steps, not n."
    ),
    odds=0.85,
    find=_find_largest,
)

_ROOTS = {"math.isqrt", "isqrt"}
_FLOAT_ROOTS = {"math.sqrt", "sqrt"}
_UP_TO_ROOT = tuple(
    (block(f"for V in range({first}, {end}{step}):\n  if {test}:\n    BODY\n"), first, names)
    for first, step in (("2", ""), ("3", ", 2"))
    for end, names in (
        ("CALLED(N) + 1", _ROOTS),
        ("int(CALLED(N)) + 1", _FLOAT_ROOTS),
        ("int(CALLED(N) + 1)", _FLOAT_ROOTS),
        ("int(N ** 0.5) + 1", None),
        ("int(N ** 0.5 + 1)", None),
    )
    for test in _DIVIDES
)
# The second half holds from 5 on: there the number two further is no multiple of 2 or 3 either. It
# is never n itself, since the loop ends at the root of n.
_EITHER = "N % V == 0 or (N % (V + 2) == 0 and V > 4)"


def _find_wheel(view: ModuleView) -> Iterator[Change]:
    if not all(is_builtin(view, name) for name in ("range", "min", "int")):
        return
    text, imports = access(view, "itertools", "chain")
    for loop in view.hot(cst.For):
        search = [loop.with_changes(orelse=None)]
        for pattern, first, names in _UP_TO_ROOT:
            found = match_block(pattern, search)
            if found is None or not _only_leaves(view, loop, found) or not _is_root(found, names):
                continue
            end = _end(loop)
            filling = {**found, "CALL": text, "E": end}
            choice = loop.body.body[0]
            assert isinstance(choice, cst.If)
            yield Change(
                at=loop,
                edits={
                    loop.iter: become(
                        make(f"CALL(range({first}, min(4, E)), range(5, E, 6))", filling)
                    ),
                    choice.test: become(make(_EITHER, found)),
                },
                imports=imports,
                summary="tried only divisors that are no multiples of 2 and 3",
            )
            break


def _end(loop: cst.For) -> cst.BaseExpression:
    assert isinstance(loop.iter, cst.Call)
    return loop.iter.args[1].value


def _is_root(found: Bindings, names: set[str] | None) -> bool:
    """Whether what is called takes a root; without names nothing is called."""
    root = found.get("CALLED")
    return names is None or (isinstance(root, cst.CSTNode) and code(root) in names)


def _only_leaves(view: ModuleView, loop: cst.For, found: Bindings) -> bool:
    """A divisor only ends the search; which one it was does not matter."""
    body, variable, number = found["BODY"], found["V"], found["N"]
    assert isinstance(body, tuple)
    assert isinstance(variable, cst.Name)
    if not isinstance(number, cst.Name) or not body or used_after(view, variable.value, loop):
        return False
    if any(view.occurrences(variable.value, s) for s in body):
        return False
    return any(isinstance(n, cst.Return | cst.Break | cst.Raise) for n in view.nodes(body[-1]))


WHEEL = PythonRule(
    id="py-wheel-divisors",
    detects="Trial division by every number, or every odd one, up to the root.",
    explanation=(
        "A number that 2 and 3 do not divide has no divisor that is a multiple of either. "
        "Of six numbers in a row only two are left to try."
    ),
    odds=0.6,
    find=_find_wheel,
)

RULES = (BOUND, LARGEST, WHEEL)
