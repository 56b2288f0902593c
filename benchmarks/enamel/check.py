"""Right or wrong, outside the candidate's box: equal bytes are right, the checker decides the rest.

Only plain builtin data reach the checker; it runs in the box where tests are made.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence

from speedwright.benchmarks.enamel.boxes import Boxes
from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.problems import Problem
from speedwright.benchmarks.enamel.timing import Run, Timing
from speedwright.benchmarks.enamel.values import NotPlain, read_value

CHECK_S = 120.0


def judge_outputs(
    problem: Problem, cases: Sequence[Case], timing: Timing, boxes: Boxes
) -> Callable[[Run], bool]:
    """What tells whether the output of a run is right.

    Only the first output that is not equal to the answer needs the checker's word before the next:
    a wrong one ends the sample, and all of them are asked for at once.

    Raises:
        SandboxError: The box with the checker failed.
    """
    asked: dict[int, int] = {}
    right: dict[int, bool] = {}
    for run in timing.runs:
        if run.output is None or run.output in right or run.output in asked:
            continue
        case = cases[run.case]
        if case.is_self_equal and timing.outputs[run.output] == case.answer:
            right[run.output] = True
        else:
            asked[run.output] = run.case
    right.update(_checked(problem, cases, timing, asked, boxes))
    return lambda run: run.output is not None and right[run.output]


def _checked(
    problem: Problem, cases: Sequence[Case], timing: Timing, asked: dict[int, int], boxes: Boxes
) -> dict[int, bool]:
    """Verdicts of the checker; bytes that are no plain data are wrong without it."""
    right = dict.fromkeys(asked, False)
    requests, places = [], []
    for output, number in asked.items():
        try:
            value = read_value(timing.outputs[output])
        except NotPlain:
            continue
        case = cases[number]
        data = {"input": case.given, "answer": case.answer, "output": marshal.dumps(value, 2)}
        requests.append(data)
        places.append(output)
    if requests:
        request = {"op": "check", "problem": problem.for_box(), "cases": requests}
        said = boxes.trusted(request, wall_s=CHECK_S).head["accepted"]
        right.update(zip(places, map(bool, said), strict=True))
    return right
