"""Instructions in place of seconds: what EvalPerf and COFFE count, without hardware counters.

The slowest case of every level with a weight is called once under callgrind. The number hardly
depends on the machine's load, and not at all on its speed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speedwright.benchmarks.enamel.boxes import Boxes, Turn
from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.check import judge_outputs
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.problems import Problem
from speedwright.benchmarks.enamel.timing import KEPT_BYTES, OUTPUT_BYTES, Timing, runs_from
from speedwright.errors import SandboxError

SLOWDOWN = 120.0  # callgrind is about 50 times slower
START_S = 60.0
MEMORY_BYTES = 1 << 40  # the instrument itself takes address space


def count_instructions(
    problem: Problem,
    sample: str,
    cases: Sequence[Case],
    parameters: Parameters,
    boxes: Boxes,
    turn: Turn,
    *,
    limit_s: float,
    has_reference: bool,
) -> tuple[list[int] | None, list[int] | None]:
    """Instructions by weighted level of the reference and of a sample.

    Args:
        problem: The problem.
        sample: Known to be right and within its limits.
        cases: All cases of the problem.
        parameters: Of the protocol.
        boxes: The box.
        turn: Held meanwhile: counting keeps to no core, and must not be beside what is timed.
        limit_s: When a timed call is killed; here it is `SLOWDOWN` times that.
        has_reference: Whether the reference is wanted too.

    Returns:
        `None` for what was not counted whole, or for a sample whose output is wrong here.

    Raises:
        SandboxError: The box failed.
    """
    chosen = _slowest(cases, parameters)
    limit_s = SLOWDOWN * limit_s
    request: dict[str, Any] = {
        "prompt": problem.prompt,
        "entry_point": problem.entry_point,
        "cases": chosen,
        "inputs": {number: cases[number].given for number in chosen},
        "has_reference": has_reference,
        "limit_s": limit_s,
        "memory_bytes": MEMORY_BYTES,
        "output_bytes": OUTPUT_BYTES,
        "reply_bytes": KEPT_BYTES,
    }
    programs = [*([problem.reference_solution] if has_reference else []), sample]
    wall_s = START_S + 3 * len(chosen) * (limit_s + START_S)
    answered = boxes.counted(request, programs, turn, wall_s=wall_s)
    if answered is None:
        return None, None
    head = answered.head
    blank = _instructions(head["blank"], chosen)
    if blank is None:
        raise SandboxError("callgrind counted nothing", hint="does `valgrind` work in the box?")
    timing = Timing(runs=runs_from(head["runs"]), outputs=answered.parts)
    is_right = judge_outputs(problem, cases, timing, boxes)
    found = _instructions(head["runs"], chosen) if all(map(is_right, timing.runs)) else None
    reference = _instructions(head["reference"], chosen)
    return _beside(reference, blank), _beside(found, blank)


def _slowest(cases: Sequence[Case], parameters: Parameters) -> list[int]:
    """The case of each weighted level that the hints call slowest."""
    return [
        max(
            (n for n, case in enumerate(cases) if case.draw.level == level),
            key=lambda n: cases[n].hint_s,
        )
        for level in parameters.weighted
    ]


def _instructions(runs: Sequence[Mapping[str, Any]], chosen: Sequence[int]) -> list[int] | None:
    found = [run.get("instructions") for run in runs]
    if len(found) != len(chosen) or not all(isinstance(count, int) for count in found):
        return None
    return [int(count or 0) for count in found]


def _beside(counts: list[int] | None, blank: Sequence[int]) -> list[int] | None:
    """Less what the blank function took; at least 1."""
    if counts is None:
        return None
    return [max(1, count - less) for count, less in zip(counts, blank, strict=True)]
