"""The two pieces of work that a task consists of; an executor may run them elsewhere.

Only faults of ours are tried again. Whatever a sample does is the suite's to score, once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from speedwright.errors import SandboxError
from speedwright.eval.batch.interfaces import Solution, Solver, Suite, Task, TaskScore
from speedwright.eval.batch.narration import TaskProgress
from speedwright.eval.batch.wall import WallLimitReached, wall_limit
from speedwright.eval.progress import Progress

TRIES = 3
TIMED_OUT = "task-timed-out"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """What came of asking a solver.

    Attributes:
        solution: Its answer; `None` where our fault kept it from one.
        causes: Faults of ours.
        tries: How often it was asked.
    """

    solution: Solution | None
    causes: tuple[str, ...] = ()
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What came of scoring.

    Attributes:
        score: What the suite says; `infra` is set where our fault kept it from a score.
        is_timed_out: The task's wall limit was reached.
        causes: Faults of ours.
        tries: How often it was scored.
    """

    score: TaskScore
    is_timed_out: bool = False
    causes: tuple[str, ...] = ()
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Solve:
    """Asks the solver for one task.

    Attributes:
        suite: Whose task it is.
        solver: Whom to ask.
        limit_s: Wall time of one try; `None` for no limit.
    """

    suite: Suite
    solver: Solver
    limit_s: float | None

    def __call__(self, task: Task, progress: Progress) -> Solved:
        """Ask, again where it was our fault."""
        inner = TaskProgress(progress, task.id)
        begun_s = time.monotonic()

        def once() -> Solution:
            return self.solver.solve(task, self.suite, inner)

        try:
            tried = _tried(once, _none, self.limit_s)
        except WallLimitReached:
            wall_s = time.monotonic() - begun_s
            note = f"no answer within the task's limit of {self.limit_s:g} s"
            late = Solution(
                task_id=task.id, samples=(), cost_usd=None, wall_s=wall_s, notes=(note,)
            )
            return Solved(solution=late)
        return Solved(solution=tried.found, causes=tried.causes, tries=tried.tries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate:
    """Scores the samples of one task.

    Attributes:
        suite: Whose task it is.
        limit_s: Wall time of one try; `None` for no limit.
    """

    suite: Suite
    limit_s: float | None

    def __call__(self, item: tuple[Task, tuple[str, ...]], progress: Progress) -> Scored:
        """Score, again where it was our fault."""
        task, samples = item
        inner = TaskProgress(progress, task.id)
        begun_s = time.monotonic()

        def once() -> TaskScore:
            return self.suite.evaluate(task, samples, inner)

        try:
            tried = _tried(once, _infra, self.limit_s)
        except WallLimitReached:
            wall_s = time.monotonic() - begun_s
            late = TaskScore(task_id=task.id, flags=(TIMED_OUT,), wall_s=wall_s)
            return Scored(score=late, is_timed_out=True)
        wall_s = time.monotonic() - begun_s
        score = tried.found or TaskScore(task_id=task.id, infra=tried.causes[-1])
        score = replace(score, wall_s=score.wall_s or wall_s)
        return Scored(score=score, causes=tried.causes, tries=tried.tries)


def _infra(score: TaskScore) -> str | None:
    return score.infra


def _none(_: Solution) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried(Generic[_T]):
    """What the first try without a fault of ours gave, `None` if all had one; and the faults."""

    found: _T | None
    causes: tuple[str, ...]

    @property
    def tries(self) -> int:
        return len(self.causes) + (self.found is not None)


def _tried(
    once: Callable[[], _T], fault: Callable[[_T], str | None], limit_s: float | None
) -> _Tried[_T]:
    causes: list[str] = []
    for _ in range(TRIES):
        try:
            with wall_limit(limit_s):
                found = once()
        except SandboxError as error:
            causes.append(str(error))
            continue
        cause = fault(found)
        if cause is None:
            return _Tried(found=found, causes=tuple(causes))
        causes.append(cause)
    return _Tried(found=None, causes=tuple(causes))
