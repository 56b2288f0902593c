"""What a batch run has come to so far: `predictions.jsonl` and `results.jsonl` of its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from speedwright.errors import SpeedwrightError
from speedwright.eval.batch.interfaces import Solution, TaskScore
from speedwright.eval.batch.lines import Lines

PREDICTIONS = "predictions.jsonl"
RESULTS = "results.jsonl"


class Status(StrEnum):
    """How the work on one task ended."""

    SCORED = "scored"
    TIMED_OUT = "timed_out"
    INFRA_ERROR = "infra_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The score of one task, or why there is none.

    Attributes:
        key: `result_key`; `solution_key` where our fault left nothing to score.
        task_id: Of the task.
        status: How it ended; an infra error is no end, a resumed run tries again.
        score: Empty where it timed out or failed through our fault.
        samples: How many were scored.
        causes: Every fault of ours on the way, also those that a later try made good.
        tries: How often it was tried.
    """

    key: str
    task_id: str
    status: Status
    score: TaskScore
    samples: int = 0
    causes: tuple[str, ...] = ()
    tries: int = 1

    def to_json(self) -> dict[str, Any]:
        """A line of `results.jsonl`."""
        return {
            "key": self.key,
            "task_id": self.task_id,
            "status": self.status.value,
            "samples": self.samples,
            "official": dict(self.score.official),
            "hardened": dict(self.score.hardened),
            "flags": list(self.score.flags),
            "infra": list(self.causes),
            "tries": self.tries,
            "wall_s": round(self.score.wall_s, 6),
        }


class Store:
    """Solutions and results by their keys; what is written is on the disk.

    Args:
        folder: Of the run.

    Attributes:
        damaged: Lines that could not be read; their work is done again.
    """

    def __init__(self, folder: Path) -> None:
        self._predictions = Lines(folder / PREDICTIONS)
        self._results = Lines(folder / RESULTS)
        self._solutions: dict[str, Solution] = {}
        self._scored: dict[str, Result] = {}
        self.damaged = 0
        self._load()

    def solution(self, key: str) -> Solution | None:
        """What was answered, if it was."""
        return self._solutions.get(key)

    def result(self, key: str) -> Result | None:
        """How it ended, if it did."""
        return self._scored.get(key)

    def add_solution(self, key: str, solver: str, solution: Solution) -> None:
        """Keep an answer."""
        row = {
            "key": key,
            "task_id": solution.task_id,
            "solver": solver,
            "samples": list(solution.samples),
            "cost_usd": solution.cost_usd,
            "wall_s": round(solution.wall_s, 6),
            "notes": list(solution.notes),
        }
        self._predictions.append(row)
        self._solutions[key] = solution

    def add_result(self, result: Result) -> None:
        """Keep a result.

        Raises:
            SpeedwrightError: The suite made a figure that is no number, a bug of its.
        """
        try:
            self._results.append(result.to_json())
        except (ValueError, TypeError) as error:
            raise SpeedwrightError(
                f"the score of task `{result.task_id}` cannot be written down: {error}",
                hint="scores are plain JSON data without NaN; please report it to the suite",
            ) from error
        self._scored[result.key] = result

    def _load(self) -> None:
        for lines in (self._predictions, self._results):
            lines.mend()
        for row in self._predictions.read():
            try:
                self._solutions[str(row["key"])] = _solution(row)
            except (KeyError, TypeError, ValueError):
                self._predictions.damaged += 1
        for row in self._results.read():
            try:
                found = _result(row)
            except (KeyError, TypeError, ValueError):
                self._results.damaged += 1
            else:
                self._scored[found.key] = found  # a later line of the same work stands
        self.damaged = self._predictions.damaged + self._results.damaged


def _solution(row: Mapping[str, Any]) -> Solution:
    return Solution(
        task_id=row["task_id"],
        samples=tuple(row["samples"]),
        cost_usd=row["cost_usd"],
        wall_s=row["wall_s"],
        notes=tuple(row["notes"]),
    )


def _result(row: Mapping[str, Any]) -> Result:
    causes = tuple(row["infra"])
    status = Status(row["status"])
    score = TaskScore(
        task_id=row["task_id"],
        official=row["official"],
        hardened=row["hardened"],
        flags=tuple(row["flags"]),
        infra=causes[-1] if status is Status.INFRA_ERROR else None,
        wall_s=row["wall_s"],
    )
    return Result(
        key=row["key"],
        task_id=row["task_id"],
        status=status,
        score=score,
        samples=row["samples"],
        causes=causes,
        tries=row["tries"],
    )
