"""What a batch run came to: one document, the same for a run that was resumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speedwright.eval.batch.interfaces import Solution, SuiteScore
from speedwright.eval.batch.store import Result, Status

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One task.

    Attributes:
        result: How it ended.
        solution: What was answered; `None` where our fault kept the solver from it.
    """

    result: Result
    solution: Solution | None

    def to_json(self) -> dict[str, Any]:
        """The result without its key, and what the answer cost."""
        row = {name: value for name, value in self.result.to_json().items() if name != "key"}
        solution = self.solution
        return {
            **row,
            "cost_usd": solution.cost_usd if solution else None,
            "solve_wall_s": round(solution.wall_s, 6) if solution else None,
            "notes": list(solution.notes) if solution else [],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """The result of a run.

    Attributes:
        suite: Its name.
        solver: Its name.
        executor: Its name.
        rows: One a task, in the suite's order.
        of: Tasks that the suite has.
        ks: The k of pass@k and the like.
        score: Aggregates.
        provenance: Origin, licence and hash of the data.
        settings: Of the suite.
        facts: Machine and versions.
        run: Folder.
    """

    suite: str
    solver: str
    executor: str
    rows: tuple[Row, ...]
    of: int
    ks: tuple[int, ...]
    score: SuiteScore
    provenance: Mapping[str, Any]
    settings: Mapping[str, Any]
    facts: Mapping[str, Any]
    run: Path

    @property
    def counts(self) -> dict[str, int]:
        """Tasks by how they ended, and those without any sample."""
        found = Counter(row.result.status for row in self.rows)
        unanswered = sum(row.solution is not None and not row.solution.samples for row in self.rows)
        return {**{status.value: found[status] for status in Status}, "unanswered": unanswered}

    @property
    def cost_usd(self) -> float:
        """Of all answers whose price is known."""
        return sum(row.solution.cost_usd or 0.0 for row in self.rows if row.solution)

    def to_json(self) -> dict[str, Any]:
        """One document, `schema_version` first."""
        counts = self.counts
        return {
            "schema_version": SCHEMA_VERSION,
            "suite": self.suite,
            "solver": self.solver,
            "n": len(self.rows),
            "of": self.of,
            "is_partial": len(self.rows) < self.of or counts[Status.INFRA_ERROR] > 0,
            "k": list(self.ks),
            "metrics": dict(self.score.official),
            "hardened": dict(self.score.hardened),
            "beside": dict(self.score.beside),
            "counts": counts,
            "cost_usd": self.cost_usd,
            "tasks": [row.to_json() for row in self.rows],
            "provenance": dict(self.provenance),
            "settings": dict(self.settings),
            "executor": self.executor,
            **self.facts,
            "run": str(self.run),
        }
