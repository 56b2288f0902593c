"""A problem with a given solution as a small repository, for a solver that optimises code.

Inputs come from another stream of seeds than the scored ones: a solver that fits them gains
nothing. Tests hold answers of level 0 only.
"""

from __future__ import annotations

import ast
import marshal
from collections.abc import Sequence

from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.problems import Problem
from speedwright.eval.batch.interfaces import TaskTarget

SOLUTION = "solution.py"
WORKLOAD = "workload.py"
TEST = "test_solution.py"
SHIFT = 7_919
LEVELS = (0, 1)
MOST_TEXT = 400_000
CALLS_S = 0.03
MOST_CALLS = 200

_WORKLOAD = '''\
"""Calls the function on inputs of middle size; each call gets a copy of its own."""

import copy

from solution import {entry} as call

inf, nan = float("inf"), float("nan")
INPUTS = [
{inputs}
]
CALLS = {calls}
given = []


def setup():
    """Copies for every call."""
    for number in range(CALLS):
        given.append(copy.deepcopy(INPUTS[number % len(INPUTS)]))


def workload():
    """All calls."""
    return [call(*one) for one in given]
'''

_TEST = '''\
"""Small inputs with known answers."""

import copy
import time

import solution as under_test  # one problem's function is itself named `solution`

inf, nan = float("inf"), float("nan")
{prompt}
    pass


{checker}

CASES = [
{cases}
]


def test_small_inputs():
    for given, answer in CASES:
        output = under_test.{entry}(*copy.deepcopy(given))
        assert __check(given, answer, output), f"{{given!r}}: {{output!r}} instead of {{answer!r}}"


if __name__ == "__main__":
    test_small_inputs()
'''


def target_of(problem: Problem, sample: str, cases: Sequence[Case]) -> TaskTarget:
    """The repository for a solution.

    Args:
        problem: The problem.
        sample: The solution, whole or a body.
        cases: Of levels 0 and 1, from another stream than the scored ones.
    """
    small = [case for case in cases if case.draw.level == 0]
    larger = [case for case in cases if case.draw.level == 1]
    return TaskTarget(
        files={
            SOLUTION: whole_program(problem, sample),
            WORKLOAD: _workload(problem, larger or small),
            TEST: _test(problem, small),
        },
        answer=SOLUTION,
        workload=WORKLOAD,
        test=f"python {TEST}",
    )


def whole_program(problem: Problem, sample: str) -> str:
    """The sample as a module: with the prompt in front if it is only a body."""
    return sample if defines(sample, problem.entry_point) else f"{problem.prompt}\n{sample}\n"


def defines(sample: str, name: str) -> bool:
    """Whether a text is a module with a function of that name."""
    try:
        body = ast.parse(sample).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in body)


def _workload(problem: Problem, cases: Sequence[Case]) -> str:
    kept: list[tuple[str, float]] = []
    room = MOST_TEXT
    for case in sorted(cases, key=lambda c: len(c.given)):
        text = _literal(case.given)
        if kept and len(text) > room:
            break
        kept.append((text, case.hint_s))
        room -= len(text)
    mean_s = max(1e-6, sum(hint for _, hint in kept) / len(kept))
    calls = min(MOST_CALLS, max(len(kept), round(CALLS_S / mean_s)))
    inputs = "\n".join(f"    {text}," for text, _ in kept)
    return _WORKLOAD.format(entry=problem.entry_point, inputs=inputs, calls=calls)


def _test(problem: Problem, cases: Sequence[Case]) -> str:
    lines = [f"    ({_literal(c.given)}, {_literal(c.answer)})," for c in cases]
    return _TEST.format(
        prompt=problem.prompt.rstrip(),
        checker=problem.checker.strip(),
        cases="\n".join(lines),
        entry=problem.entry_point,
    )


def _literal(data: bytes) -> str:
    """Source text of plain data that our own trusted box has marshalled."""
    return repr(marshal.loads(data))
