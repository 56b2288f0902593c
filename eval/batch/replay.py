"""`bench replay`: do the gold solutions of a suite still win on this machine?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from speedwright import __version__
from speedwright.errors import UsageError
from speedwright.eval.batch.interfaces import Suite
from speedwright.eval.batch.selection import select
from speedwright.eval.progress import Progress
from speedwright.sandbox.machine import machine_facts

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRow:
    """The gold solution of one task against the code it is to beat.

    Attributes:
        task_id: Of the task.
        verdict: The judge's word; `faster` means that it still wins.
        speedup: Base / gold, `None` where it was not measured.
        ci_low: Lower end of its interval.
        ci_high: Upper end of its interval.
        note: Anything else worth a line.
    """

    task_id: str
    verdict: str
    speedup: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Its fields."""
        return {
            "task_id": self.task_id,
            "verdict": self.verdict,
            "speedup": self.speedup,
            "ci_low": self.ci_low,
            "ci_high": self.ci_high,
            "note": self.note,
        }


@runtime_checkable
class Replayable(Protocol):
    """A suite that can try its own gold solutions."""

    def replay(self, progress: Progress, ids: Sequence[str]) -> Sequence[ReplayRow]:
        """One row for each of these tasks, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What a replay came to.

    Attributes:
        suite: Its name.
        rows: One a task.
        provenance: Of the data.
        settings: Of the suite.
        machine: Where it ran.
    """

    suite: str
    rows: tuple[ReplayRow, ...]
    provenance: Mapping[str, Any]
    settings: Mapping[str, Any]
    machine: Mapping[str, Any]

    @property
    def wins(self) -> int:
        """Tasks whose gold solution is `faster` here."""
        return sum(row.verdict == "faster" for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """One document, `schema_version` first."""
        return {
            "schema_version": SCHEMA_VERSION,
            "suite": self.suite,
            "n": len(self.rows),
            "wins": self.wins,
            "tasks": [row.to_json() for row in self.rows],
            "provenance": dict(self.provenance),
            "settings": dict(self.settings),
            "machine": dict(self.machine),
            "speedwright": __version__,
        }


def replay_suite(
    suite: Suite, progress: Progress, *, ids: Sequence[str] = (), limit: int | None = None
) -> ReplayReport:
    """Let a suite try its gold solutions.

    Raises:
        UsageError: The suite cannot be replayed, or has no such task.
        DataMissing: Its data are not here.
    """
    if not isinstance(suite, Replayable):
        raise UsageError(
            f"suite `{suite.name}` has no replay",
            hint=f"its gold solutions are scored by: bench run {suite.name} --solver gold",
        )
    chosen = [task.id for task in select(suite.tasks(), ids=ids, limit=limit)]
    return ReplayReport(
        suite=suite.name,
        rows=tuple(suite.replay(progress, chosen)),
        provenance=suite.provenance,
        settings=suite.settings,
        machine=machine_facts(),
    )
