"""Runs of one program over the cases of a problem, as the runner in the box saw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from speedwright.benchmarks.enamel.boxes import Boxes, Turn
from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.problems import Problem
from speedwright.errors import SandboxError

OUTPUT_BYTES = 64 << 20
KEPT_BYTES = 128 << 20
START_S = 60.0
REFERENCE_S = 120.0
SLOW_S = 5.0  # more than any reference needs
EACH_S = 0.5
GRACE_S = 0.02
ReferencePlan = list[list[tuple[int, int]]]
"""By level: cases, and how often at most; see `reference_plan`."""


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
        reference: Runs of the reference, if it was asked for.
        fault: Why there are no runs: name of the compiler's error, or `broke-the-…`.
    """

    runs: tuple[Run, ...] = ()
    outputs: tuple[bytes, ...] = ()
    reference: tuple[Run, ...] = ()
    fault: str = ""


def time_programs(
    problem: Problem,
    code: str | None,
    cases: Sequence[Case],
    parameters: Parameters,
    boxes: Boxes,
    turn: Turn,
    *,
    limit_s: float | None = None,
    reference: ReferencePlan | None = None,
) -> Timing:
    """Run a program in the box for timing.

    Args:
        problem: Gives prompt and name of the function.
        code: Continues the prompt, or is a program of its own; `None` for the reference alone.
        cases: All cases of the problem.
        parameters: Of the protocol.
        boxes: The box.
        turn: Held while something is timed.
        limit_s: Seconds after which a repetition is killed; `None`: time the reference first, and
            take it from that.
        reference: How the reference is timed if it is; by default in full, by `reference_plan`.

    Raises:
        SandboxError: The box failed before it had a program of a candidate.
    """
    plan = [] if code is None else candidate_plan(cases, parameters)
    before = [] if limit_s is not None else reference or reference_plan(cases, parameters)
    steps = [*plan, *(step for level in before for step in level)]
    request: dict[str, Any] = {
        "prompt": problem.prompt,
        "entry_point": problem.entry_point,
        "plan": plan,
        "reference_plan": before,
        "reference_limit_s": REFERENCE_S,
        "limit_s": limit_s,
        "timeout_factor": parameters.timeout_factor,
        "grace_s": parameters.tolerance_s + GRACE_S,
        "inputs": {number: cases[number].given for number in {n for n, _ in steps}},
        "memory_bytes": parameters.memory_bytes,
        "output_bytes": OUTPUT_BYTES,
        "reply_bytes": KEPT_BYTES,
    }
    programs = [problem.reference_solution] if before else []
    programs.append(code or "")
    slowest_s = limit_s if limit_s is not None else SLOW_S
    wall_s = START_S + sum(count for _, count in steps) * (slowest_s + EACH_S)
    return _timed(request, programs, boxes, turn, wall_s, is_ours=code is None)


def _timed(
    request: dict[str, Any],
    programs: Sequence[str],
    boxes: Boxes,
    turn: Turn,
    wall_s: float,
    *,
    is_ours: bool,
) -> Timing:
    """Ask the box; once more in a new one if it broke, which may be our fault or the program's."""
    for tries_left in (1, 0):
        try:
            request["watched"] = list(boxes.watched())
            answered = boxes.timed(request, programs, turn, wall_s=wall_s)
        except SandboxError:
            if tries_left:
                continue
            if is_ours:
                raise
            return Timing(fault="broke-the-box")
        if answered is None:
            return Timing(fault="broke-the-runner")
        head = answered.head
        return Timing(
            runs=runs_from(head["runs"]),
            outputs=answered.parts,
            reference=runs_from(head["reference"]),
            fault=head["fault"],
        )
    raise AssertionError("unreachable")


def candidate_plan(cases: Sequence[Case], parameters: Parameters) -> list[tuple[int, int]]:
    """Every case, as often as the protocol says, in order."""
    return [(n, parameters.repetitions_at(c.draw.level)) for n, c in enumerate(cases)]


def reference_plan(cases: Sequence[Case], parameters: Parameters) -> ReferencePlan:
    """Cases of each level with a weight, the one first that the hints call the slowest.

    The reference's time of a level is its largest one. The runner repeats the first case in full,
    and of the others those that may be slower: their first run took longer.
    """
    plan: ReferencePlan = []
    for level in parameters.weighted:
        members = [n for n, case in enumerate(cases) if case.draw.level == level]
        members.sort(key=lambda n: -cases[n].hint_s)
        plan.append([(n, parameters.repetitions) for n in members])
    return plan


def runs_from(found: Sequence[Mapping[str, Any]]) -> tuple[Run, ...]:
    """Runs as a program in the box told them."""
    return tuple(
        Run(
            case=run.get("case", 0),
            status=run["status"],
            wall_s=run.get("wall_s", 0.0),
            call_s=run.get("call_s"),
            program_s=run.get("program_s"),
            output=run.get("output"),
            flags=tuple(run.get("flags", ())),
            said=run.get("said", ""),
        )
        for run in found
    )
