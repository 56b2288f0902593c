"""Step 5, differential: recorded and made-up calls through base and candidate, compared here.

Covers: returns, exceptions, changed arguments and standard output of the functions a patch changed
(Python), each version in processes of its own; the workload command with other numbers and files
(any program); calls that crash or hang; the base compared with itself first.
Does not cover: calls whose arguments cannot be rebuilt, state outside of the arguments, async
functions, a candidate that tampers with the driver in its own process (step 3 looks for that).
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from speedwright.eval.differential.bench import Bench
from speedwright.eval.differential.changed import Changes, find_changes
from speedwright.eval.differential.changed_function import ChangedFunction
from speedwright.eval.differential.document import call_documents, walk
from speedwright.eval.differential.driving import open_driver, replay
from speedwright.eval.differential.faults import (
    CallUnderTest,
    Finding,
    Origin,
    Standing,
    judge_call,
    uses_arguments_up,
    why_dropped,
)
from speedwright.eval.differential.floats import is_rounding
from speedwright.eval.differential.generate import generate
from speedwright.eval.differential.native_reach import native_reach, wanted_lines
from speedwright.eval.differential.programs import ProgramReport, all_variants, check_programs
from speedwright.eval.differential.reach import missed_lines, still_missed
from speedwright.eval.differential.recording import (
    RecordedFunction,
    Recording,
    decoded,
    has_recording,
    recorded,
)
from speedwright.eval.differential.report import DifferentialReport
from speedwright.eval.differential.runs import run_calls
from speedwright.eval.differential.settable import settable_attributes
from speedwright.eval.differential.tally import SHOWN, Tally
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.patch import touched_files
from speedwright.eval.progress import Progress
from speedwright.sandbox.side_by_side import open_side_by_side, run_both

LEAST_BUDGET_S = 15.0
BUDGET_SHARE = 0.2
SEARCH_BASE_S = 5.0
CONFIRM_PAIRS = 40
GENERATED_PER_FUNCTION = 200
BASE_CALL_S = 5.0
MADE_UP_CALL_S = (0.1, 0.5)
MADE_UP_RUNS = 50
MADE_UP_LEAST_S = 0.5

T = TypeVar("T")


def check_differential(
    baseline: Baseline,
    folder: Path,
    diff: str,
    *,
    seed: int,
    progress: Progress,
    deadline_s: float | None = None,
    is_search: bool = False,
) -> DifferentialReport:
    """Compare the built candidate in `folder` with the base.

    Args:
        baseline: The base.
        folder: The candidate.
        diff: Of the candidate against the base.
        seed: Of the made-up calls.
        progress: Hears what is compared.
        deadline_s: Point on the monotonic clock after which nothing new is begun.
        is_search: Recorded calls only, and only where they cost little.

    Raises:
        SandboxError: The sandbox failed.
    """
    if deadline_s is not None and time.monotonic() > deadline_s:
        return DifferentialReport(notes=("no differential test (step 5): no time was left",))
    touched = touched_files(diff)
    changes = find_changes(baseline.folder, folder, touched)
    if is_search and not _is_cheap(baseline, changes):
        return DifferentialReport(notes=("no differential test in a search: recording is slow",))
    report = _check_functions(
        baseline,
        folder,
        changes,
        seed=seed,
        deadline_s=deadline_s,
        is_search=is_search,
        progress=progress,
    )
    if is_search or report.verdict is not None:
        return report
    made = all_variants(baseline, seed=seed)
    end_s = _end_s(baseline, deadline_s)
    programs = check_programs(baseline, folder, made, end_s=end_s)
    wanted = wanted_lines(touched)
    reach = None
    if wanted and programs.verdict is None:
        reach = native_reach(baseline, diff, wanted, made, end_s=end_s)
    return replace(
        report,
        verdict=programs.verdict,
        programs=programs.compared,
        notes=(*report.notes, *_how(report, programs), *programs.notes),
        native=reach,
    )


def _how(report: DifferentialReport, programs: ProgramReport) -> tuple[str, ...]:
    """What was compared where there was no function to call."""
    if report.functions:
        return ()
    if not programs.compared:
        return ("no differential test (step 5): the patch changes no Python function",)
    return (
        "calls of single functions (step 5): the patch changes none of Python; the program as a "
        f"whole was compared, {programs.compared} runs with other inputs",
    )


def _end_s(baseline: Baseline, deadline_s: float | None) -> float:
    """When replaying has to end: a share of what the measurement will cost, from now."""
    tests_s = baseline.tests.result.wall_s if baseline.tests else 0.0
    share_s = BUDGET_SHARE * (tests_s + 3 * CONFIRM_PAIRS * baseline.wall_s)
    end_s = time.monotonic() + max(LEAST_BUDGET_S, share_s)
    return end_s if deadline_s is None else min(end_s, deadline_s)


def _is_cheap(baseline: Baseline, changes: Changes) -> bool:
    tests_s = baseline.tests.result.wall_s if baseline.tests else 0.0
    known = has_recording(baseline, changes.functions)
    return known or tests_s + baseline.wall_s < SEARCH_BASE_S


def _check_functions(
    baseline: Baseline,
    folder: Path,
    changes: Changes,
    *,
    seed: int,
    deadline_s: float | None,
    is_search: bool,
    progress: Progress,
) -> DifferentialReport:
    notes = list(changes.notes)
    if changes.left_out:
        notes.append(f"{changes.left_out} more changed functions were not compared")
    if not changes.functions:
        return DifferentialReport(notes=tuple(notes))
    tests_s = baseline.tests.result.wall_s if baseline.tests else 0.0
    found = recorded(baseline, changes.functions, wall_s=5 * max(tests_s, baseline.wall_s) + 20)
    notes += found.notes
    calls = [c for f in found.functions for c in _recorded_calls(f, changes)]
    left_out = sum(len(f.calls) for f in found.functions) - len(calls)
    if left_out:
        names = ", ".join(sorted(changes.reshaped))
        notes.append(f"{left_out} recorded calls were not replayed: {names} is made otherwise now")
    tally = Tally()
    uncovered: tuple[str, ...] | None = None
    if calls:
        progress.note(f"differential: {len(calls)} recorded calls of {len(found.functions)}")
        with ExitStack() as stack:
            bench = _open(baseline, folder, found, _end_s(baseline, deadline_s), stack)
            made = _made_up_meanwhile(bench, calls, tally, baseline, None if is_search else seed)
            if not is_search and not tally.faults:
                uncovered = _compare_made_up(bench, made, tally, baseline.wall_s, changes)
    return DifferentialReport(
        verdict=tally.verdict,
        functions=tuple(f.shown for f in changes.functions),
        calls_recorded=sum(len(f.calls) for f in found.functions),
        calls_replayed=tally.recorded,
        generated=tally.generated,
        uncovered_lines=uncovered,
        sample=tally.sample,
        notes=(*notes, *_unseen(found.functions), *tally.sentences),
    )


def _made_up_meanwhile(
    bench: Bench,
    calls: Sequence[CallUnderTest],
    tally: Tally,
    baseline: Baseline,
    seed: int | None,
) -> list[CallUnderTest]:
    """Compare the recorded calls, and meanwhile make up others; none without a seed."""

    def compare() -> None:
        _compare(bench, calls, tally, call_s=BASE_CALL_S, total_s=bench.left_s / 4)

    if seed is None:
        compare()
        return []
    make = functools.partial(_made_up, baseline.folder, calls, seed=seed, left_s=bench.left_s)
    return run_both(compare, make)[1]


def _compare_made_up(
    bench: Bench, made: Sequence[CallUnderTest], tally: Tally, wall_s: float, changes: Changes
) -> tuple[str, ...] | None:
    """As `_compare`, for a share of the time that the workload takes; added lines not reached."""
    shortest_s, longest_s = MADE_UP_CALL_S
    call_s = min(longest_s, max(shortest_s, 5 * wall_s))
    total_s = min(max(MADE_UP_LEAST_S, MADE_UP_RUNS * wall_s), bench.left_s / 4)
    known = tuple(tally.compared)
    trace = functools.partial(missed_lines, bench, known, changes.added_lines)
    missed = _compare(bench, made, tally, call_s=call_s, total_s=total_s, meanwhile=trace)
    if tally.faults:
        return None
    if known:
        missed = still_missed(bench, tally.compared[len(known) :], missed)
    else:
        missed = missed_lines(bench, tally.compared, changes.added_lines)
    return None if missed is None else tuple(f"{file}:{line}" for file, line in missed)


def _open(
    baseline: Baseline, folder: Path, found: Recording, end_s: float, stack: ExitStack
) -> Bench:
    """All sessions side by side; where the target writes to itself, on copies."""
    folders = [baseline.folder, baseline.folder, folder]
    if baseline.needs_write:
        folders = [baseline.versions.copy(f) for f in folders]
        for place in folders:
            stack.callback(baseline.versions.forget, place)
    openers = [functools.partial(open_driver, baseline, place) for place in folders]
    base, twin, candidate = open_side_by_side(stack, openers)
    return Bench(base, twin, candidate, found, end_s)


def _recorded_calls(found: RecordedFunction, changes: Changes) -> list[CallUnderTest]:
    types = frozenset(c.raised for c in found.calls if c.raised)
    return [
        CallUnderTest(
            function=found.function,
            text=call.text,
            origin=Origin.RECORDED,
            raised=call.raised,
            seen_types=types,
        )
        for call in found.calls
        if not _is_reshaped(decoded(call), changes.reshaped)
    ]


def _is_reshaped(call: Any, names: frozenset[str]) -> bool:
    """Whether it holds an instance, attributes and all, of a class that looks different now."""
    return bool(names) and any(
        type(node) is list and node[0] == "o" and node[4] and node[3].rpartition(".")[2] in names
        for node in walk(call_documents(call))
    )


def _made_up(
    base: Path, calls: Sequence[CallUnderTest], *, seed: int, left_s: float
) -> list[CallUnderTest]:
    import json

    by_function: dict[ChangedFunction, list[CallUnderTest]] = {}
    for call in calls:
        by_function.setdefault(call.function, []).append(call)
    end_s = time.monotonic() + left_s / 3
    found = []
    for function, known in by_function.items():
        if time.monotonic() > end_s:
            break
        documents = [json.loads(c.text) for c in known]
        free = settable_attributes(base / function.file)
        made_up = generate(documents, seed=seed, count=GENERATED_PER_FUNCTION, settable=free)
        for made in made_up:
            found.append(
                CallUnderTest(
                    function=function,
                    text=made.text,
                    origin=Origin.FAR if made.is_far else Origin.NEAR,
                    seen_types=known[0].seen_types,
                )
            )
    return found


def _compare(
    bench: Bench,
    calls: Sequence[CallUnderTest],
    tally: Tally,
    *,
    call_s: float,
    total_s: float,
    meanwhile: Callable[[], T | None] = lambda: None,
) -> T | None:
    """Base, base again, candidate; what the base does not repeat is dropped.

    Returns:
        What `meanwhile` returns, which runs beside those of the base.
    """
    batch = bench.batch(calls)
    if not batch.calls:
        return meanwhile()
    runs, result = run_calls(bench, batch, call_s=call_s, total_s=total_s, meanwhile=meanwhile)
    bases = runs.base
    for index in sorted({*range(len(bases))} - {*runs.able}):
        tally.drop(calls[index], why_dropped(calls[index], bases[index], bases[index]))
    users = {c.function for c, b in zip(calls, bases, strict=True) if uses_arguments_up(c, b)}
    for index, second, candidate in zip(runs.able, runs.again, runs.candidate, strict=True):
        call, base = calls[index], bases[index]
        why = why_dropped(call, base, second)
        if why:
            tally.drop(call, why)
            continue
        found = judge_call(call, base, candidate, uses_up=call.function in users)
        if found.standing in (Standing.FAULT, Standing.WARNING):
            anew = functools.partial(_again, bench, call.function)
            if is_rounding(found.differences, anew, call.text, base):
                found = Finding(standing=Standing.NOTE, said=f"{found.said} (rounding)")
        tally.book(call, found)
    return result


def _again(
    bench: Bench, function: ChangedFunction, texts: Sequence[str]
) -> tuple[dict[str, Any], ...]:
    """Other calls of a function on the base."""
    calls = [CallUnderTest(function=function, text=t, origin=Origin.NEAR) for t in texts]
    batch = bench.batch(calls)
    return replay(bench.base, batch, call_s=BASE_CALL_S, total_s=BASE_CALL_S).outcomes


def _unseen(functions: Sequence[RecordedFunction]) -> list[str]:
    notes = []
    unseen = [f.function.shown for f in functions if not f.seen and not f.function.is_caller]
    if unseen:
        names = ", ".join(unseen[:SHOWN]) + (" and more" if len(unseen) > SHOWN else "")
        notes.append(f"not compared, since no test and no workload calls it: {names}")
    for found in functions:
        for why, count in list(found.refused.items())[:SHOWN]:
            notes.append(f"{found.function.shown}: {count} calls were not replayed: {why}")
    return notes
