"""Runs of one program over the cases of a problem, as the runner in the box saw them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from speedwright.benchmarks.enamel.boxes import Boxes
from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.problems import Problem
from speedwright.errors import SandboxError

OUTPUT_BYTES = 64 << 20
KEPT_BYTES = 128 << 20
START_S = 60.0
REFERENCE_S = 120.0
FEW = 2  # repetitions of a case that the hints call faster than another of its level


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One repetition.

    Attributes:
        case: Index of the case.
        status: `ok`, `raised`, `memory`, `overflow`, `timed-out`, `died`, `not-plain`, `too-large`.
        wall_s: From the go byte to the last byte of the output, on the clock outside.
        call_s: Of the call on the program's own clock; `None` if it is no number.
        program_s: Of definitions and call inside the process; `None` if it is no number.
        output: Index of the output among `Timing.outputs`.
        flags: What was noticed, e.g. `left-state`.
        said: Type of the exception, or why the output is not plain.
    """

    case: int
    status: str
    wall_s: float
    call_s: float | None = None
    program_s: float | None = None
    output: int | None = None
    flags: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What became of one program.

    Attributes:
        runs: In order; the last one may be the one that ended it.
        outputs: Distinct outputs as bytes that nobody trusts.
        fault: Why there are no runs: name of the compiler's error, or `broke-the-box`.
    """

    runs: tuple[Run, ...]
    outputs: tuple[bytes, ...]
    fault: str = ""


def time_program(
    problem: Problem,
    code: str,
    cases: Sequence[Case],
    plan: Iterable[tuple[int, int]],
    limits_s: Mapping[int, float],
    parameters: Parameters,
    boxes: Boxes,
) -> Timing:
    """Run a program in the box for timing; the caller holds the timing lock.

    Args:
        problem: Gives prompt and name of the function.
        code: Continues the prompt, or is a program of its own.
        cases: All cases of the problem.
        plan: Index of a case and its number of repetitions, in order.
        limits_s: Seconds after which a repetition of a case is killed, by index.
        parameters: Memory.
        boxes: The box.

    Raises:
        SandboxError: The box failed, and not only for this program.
    """
    steps = [list(step) for step in plan]
    used = sorted({number for number, _ in steps})
    request: dict[str, Any] = {
        "prompt": problem.prompt,
        "code": code,
        "entry_point": problem.entry_point,
        "plan": steps,
        "inputs": {number: cases[number].given for number in used},
        "limits": {number: float(limits_s[number]) for number in used},
        "memory_bytes": parameters.memory_bytes,
        "output_bytes": OUTPUT_BYTES,
        "reply_bytes": KEPT_BYTES,
    }
    wall_s = START_S + sum(count * (limits_s[number] + 0.5) for number, count in steps)
    for is_last in (False, True):
        try:
            request["watched"] = list(boxes.watched())
            answered = boxes.timed(request, wall_s=wall_s)
        except SandboxError:
            if is_last:
                return Timing(runs=(), outputs=(), fault="broke-the-box")
            continue
        if answered is None:
            return Timing(runs=(), outputs=(), fault="broke-the-runner")
        return _timing(answered.head, answered.parts)
    raise AssertionError("unreachable")


def candidate_plan(cases: Sequence[Case], parameters: Parameters) -> list[tuple[int, int]]:
    """Every case, as often as the protocol says, in order."""
    return [(n, parameters.repetitions_at(c.draw.level)) for n, c in enumerate(cases)]


def reference_plan(cases: Sequence[Case], parameters: Parameters) -> list[tuple[int, int]]:
    """The slowest case of each level in full, the others a few times.

    The reference's time of a level is its largest one; the hints say which case that is.
    """
    plan = []
    for level in parameters.weighted:
        members = [n for n, case in enumerate(cases) if case.draw.level == level]
        slowest = max(members, key=lambda n: cases[n].hint_s)
        plan += [(n, parameters.repetitions if n == slowest else FEW) for n in members]
    return plan


def _timing(head: Mapping[str, Any], parts: tuple[bytes, ...]) -> Timing:
    runs = tuple(
        Run(
            case=run["case"],
            status=run["status"],
            wall_s=run.get("wall_s", 0.0),
            call_s=run.get("call_s"),
            program_s=run.get("program_s"),
            output=run.get("output"),
            flags=tuple(run.get("flags", ())),
            said=run.get("said", ""),
        )
        for run in head["runs"]
    )
    return Timing(runs=runs, outputs=parts, fault=head["fault"])
