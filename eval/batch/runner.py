"""Tasks x solver -> samples -> scores -> one report; killed at any instant, the rest is done later.

Two phases: all samples first (that may run anywhere), then all scores. Every answer and every score
is on the disk before the next one is begun, under a key of its content, so nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speedwright.eval.batch.executors import Executor
from speedwright.eval.batch.interfaces import (
    Foresighted,
    Solution,
    Solver,
    Suite,
    Task,
    TaskScore,
)
from speedwright.eval.batch.keys import result_key, solution_key, task_hash
from speedwright.eval.batch.narration import BatchProgress
from speedwright.eval.batch.report import BatchReport, Row
from speedwright.eval.batch.store import Result, Status, Store
from speedwright.eval.batch.work import Evaluate, Scored, Solve, Solved
from speedwright.eval.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be run.

    Attributes:
        suite: Whose tasks.
        solver: Who answers.
        executor: Where the work runs.
        tasks: The ones to do, in the suite's order.
        of: How many tasks the suite has.
        ks: The k of pass@k and the like.
        folder: Of the run.
        task_limit_s: Wall time of one try at one task, for solving and for scoring each.
        facts: Machine and versions, for the report.
    """

    suite: Suite
    solver: Solver
    executor: Executor
    tasks: tuple[Task, ...]
    of: int
    ks: tuple[int, ...]
    folder: Path
    task_limit_s: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    _hashes: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def hash_of(self, task: Task) -> str:
        """The task's `task_hash`, worked out once."""
        if task.id not in self._hashes:
            self._hashes[task.id] = task_hash(task)
        return self._hashes[task.id]


def run_batch(batch: Batch, store: Store, progress: Progress) -> BatchReport:
    """Do what is not done yet, and add up.

    Raises:
        SpeedwrightError: A model, key, tool or data are missing, or the budget is used up; what was
            done is in the store.
    """
    told = BatchProgress(progress)
    if store.damaged:
        told.warn(f"{store.damaged} lines of the record cannot be read: their work is done again")
    faults = _solve(batch, store, told)
    _score(batch, store, told)
    return _report(batch, store, faults)


def _solve(batch: Batch, store: Store, progress: Progress) -> dict[str, Result]:
    """Ask for every missing answer; results of the tasks that our fault left without one."""
    name = batch.solver.name
    keys = {task.id: solution_key(batch.hash_of(task), name) for task in batch.tasks}
    missing = [task for task in batch.tasks if store.solution(keys[task.id]) is None]
    faults: dict[str, Result] = {}
    if not missing:
        return faults
    progress.step("solve", f"{len(missing)} of {len(batch.tasks)} tasks with {name}")
    work = Solve(suite=batch.suite, solver=batch.solver, limit_s=batch.task_limit_s)
    for done, (at, solved) in enumerate(batch.executor.run(work, missing, progress), start=1):
        task = missing[at]
        if solved.solution is None:
            fault = _unsolved(keys[task.id], task, solved)
            store.add_result(fault)
            faults[task.id] = fault
        else:
            store.add_solution(keys[task.id], name, solved.solution)
        progress.update(done, len(missing), task.id)
    return faults


def _unsolved(key: str, task: Task, solved: Solved) -> Result:
    return Result(
        key=key,
        task_id=task.id,
        status=Status.INFRA_ERROR,
        score=TaskScore(task_id=task.id, infra=solved.causes[-1]),
        causes=solved.causes,
        tries=solved.tries,
    )


def _answers(batch: Batch, store: Store) -> list[tuple[Task, Solution, str]]:
    """Every answered task with its answer and the key of its score."""
    name, settings = batch.solver.name, batch.suite.settings
    found = []
    for task in batch.tasks:
        solution = store.solution(solution_key(batch.hash_of(task), name))
        if solution is not None:
            key = result_key(batch.hash_of(task), solution.samples, settings, name)
            found.append((task, solution, key))
    return found


def _score(batch: Batch, store: Store, progress: Progress) -> None:
    missing = [
        (task, solution, key)
        for task, solution, key in _answers(batch, store)
        if (found := store.result(key)) is None or found.status is Status.INFRA_ERROR
    ]
    if not missing:
        return
    progress.step("score", f"{len(missing)} of {len(batch.tasks)} tasks of {batch.suite.name}")
    work = Evaluate(suite=batch.suite, limit_s=batch.task_limit_s)
    items = [(task, solution.samples) for task, solution, _ in missing]
    if isinstance(batch.suite, Foresighted):
        batch.suite.expect(items)
    for done, (at, scored) in enumerate(batch.executor.run(work, items, progress), start=1):
        task, solution, key = missing[at]
        result = _result(key, task, solution, scored)
        store.add_result(result)
        detail = short_figures(result.score.official)
        progress.attempt(done, f"{task.id} ({done} of {len(missing)})", result.status, detail)


def _result(key: str, task: Task, solution: Solution, scored: Scored) -> Result:
    if scored.score.infra is not None:
        status = Status.INFRA_ERROR
    else:
        status = Status.TIMED_OUT if scored.is_timed_out else Status.SCORED
    return Result(
        key=key,
        task_id=task.id,
        status=status,
        score=scored.score,
        samples=len(solution.samples),
        causes=scored.causes,
        tries=scored.tries,
    )


def _report(batch: Batch, store: Store, faults: Mapping[str, Result]) -> BatchReport:
    answered = {task.id: (solution, key) for task, solution, key in _answers(batch, store)}
    rows = []
    for task in batch.tasks:
        if task.id in answered:
            solution, key = answered[task.id]
            result = store.result(key)
            assert result is not None
            rows.append(Row(result=result, solution=solution))
        else:
            rows.append(Row(result=faults[task.id], solution=None))
    scores = [r.result.score for r in rows if r.result.status is not Status.INFRA_ERROR]
    return BatchReport(
        suite=batch.suite.name,
        solver=batch.solver.name,
        executor=batch.executor.name,
        rows=tuple(rows),
        of=batch.of,
        ks=batch.ks,
        score=batch.suite.aggregate(scores, batch.ks),
        provenance=batch.suite.provenance,
        settings=batch.suite.settings,
        facts=batch.facts,
        run=batch.folder,
    )


def short_figures(official: Mapping[str, Any], most: int = 3) -> str:
    """The first few numbers and words of a score, for one line."""
    shown: Sequence[str] = [
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in official.items()
        if isinstance(value, bool | int | float | str)
    ]
    return ", ".join(shown[:most])[:200]
