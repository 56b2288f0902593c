"""Runs of one program over the cases of a problem, as the runner in the box saw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
Round = tuple[int | None, list[int]]
"""What one process is called with: an opening if there is one, and cases in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePlan:
    """How the reference is timed.

    Attributes:
        rounds: What is run.
        again: By level opening and cases, the likely slowest first: it is run again, and so are
            those that took longer in their only run.
    """

    rounds: list[Round]
    again: list[Round] = field(default_factory=list)


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
        gap_s: From the answer before, in the same process, until its input was ready; or 0.
        opens: First of the cases after it, if it is no repetition but opens a process for them.
    """

    case: int
    status: str
    wall_s: float
    call_s: float | None = None
    program_s: float | None = None
    output: int | None = None
    flags: tuple[str, ...] = ()
    said: str = ""
    gap_s: float = 0.0
    opens: int | None = None


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
    before = ReferencePlan(rounds=[])
    if limit_s is None:
        before = reference or reference_plan(cases, parameters)
    steps = [step for each in (*plan, *before.rounds, *before.again) for step in calls(each)]
    request: dict[str, Any] = {
        "prompt": problem.prompt,
        "entry_point": problem.entry_point,
        "plan": plan,
        "reference_plan": before.rounds,
        "reference_again": before.again,
        "reference_limit_s": REFERENCE_S,
        "limit_s": limit_s,
        "timeout_factor": parameters.timeout_factor,
        "grace_s": parameters.tolerance_s + GRACE_S,
        "inputs": {number: cases[number].given for number in set(steps)},
        "memory_bytes": parameters.memory_bytes,
        "output_bytes": OUTPUT_BYTES,
        "reply_bytes": KEPT_BYTES,
    }
    programs = [problem.reference_solution] if before.rounds else []
    programs.append(code or "")
    slowest_s = limit_s if limit_s is not None else SLOW_S
    most = len(steps) + parameters.repetitions * sum(len(slow) for _, slow in before.again)
    wall_s = START_S + most * (slowest_s + EACH_S)
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


def candidate_plan(cases: Sequence[Case], parameters: Parameters) -> list[Round]:
    """Every case as often as the protocol says, each repetition of a level in one process.

    The first repetition keeps the official order, which the stop rules go by. In the others the
    slowest case is the first: what a program does once for all cases of a process is paid there, by
    the case that the level's time is taken from.
    """
    plan: list[Round] = []
    opening = opening_of(cases, parameters)
    for level, weight in enumerate(parameters.hardness):
        members = [n for n, case in enumerate(cases) if case.draw.level == level]
        if weight:
            again = (opening, slowest_first(members, cases))
            plan += [(opening, members), *[again] * (parameters.repetitions - 1)]
        else:
            plan.append((None, members))
    return plan


def reference_plan(cases: Sequence[Case], parameters: Parameters) -> ReferencePlan:
    """Cases of each level with a weight, the one first that the hints call the slowest.

    The reference's time of a level is its largest one. The runner repeats the first case in full,
    and of the others those that may be slower: their first run took longer. It is called twice
    in a row: between a sample, which is called once, and the official evaluator's tight loop.
    """
    opening = opening_of(cases, parameters)
    again: list[Round] = []
    for level in parameters.weighted:
        members = [n for n, case in enumerate(cases) if case.draw.level == level]
        again.append((opening, slowest_first(members, cases)))
    rounds: list[Round] = []
    for _, members in again:
        twice = members[:1] * 2
        rounds += [(opening, [*twice, *members[1:]]), (opening, twice)]
    return ReferencePlan(rounds=rounds, again=again)


def opening_of(cases: Sequence[Case], parameters: Parameters) -> int | None:
    """The case of a level without weight that opens a process: of middling length."""
    gate = [n for n, case in enumerate(cases) if not parameters.hardness[case.draw.level]]
    return slowest_first(gate, cases)[len(gate) // 2] if gate else None


def slowest_first(members: Sequence[int], cases: Sequence[Case]) -> list[int]:
    """Cases by what the expert took when the tests were made."""
    return sorted(members, key=lambda n: -cases[n].hint_s)


def calls(each: Round) -> list[int]:
    """All that a process is called with."""
    opening, cases = each
    return cases if opening is None else [opening, *cases]


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
            gap_s=run.get("gap_s", 0.0),
            opens=run.get("opens"),
        )
        for run in found
    )
