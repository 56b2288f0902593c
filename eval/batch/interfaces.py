"""The seam between suites and whoever answers their tasks: suite > task > samples > score.

`agent` and `benchmarks` do not know each other: the runner in this folder is given one of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from speedwright.eval.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTarget:
    """A task as a small repository, for a solver that optimises code there already is.

    Attributes:
        files: Text of each file by its relative path.
        answer: Path of the one file whose final text is the sample.
        workload: Command or workload file, as for `speedwright optimize`.
        test: Test command, empty for none.
        build: Build command, if one is needed.
        holdout: Further workloads, hidden from the proposer.
    """

    files: Mapping[str, str]
    answer: str
    workload: str
    test: str = ""
    build: str | None = None
    holdout: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One problem of a suite.

    Attributes:
        id: Unique in the suite.
        prompt: What a model is told. Never holds answers, tests or timings.
        language: `python` or `cpp`.
        target: The same as a repository, where there is code to start from.
    """

    id: str
    prompt: str
    language: str
    target: TaskTarget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What a solver answered.

    Attributes:
        task_id: Of the task.
        samples: Program texts, best guess first; empty if it gave up.
        cost_usd: Spent on models, `None` if not known.
        wall_s: Time it took.
        notes: What a reader of the record should know, e.g. why there is no sample.
    """

    task_id: str
    samples: tuple[str, ...]
    cost_usd: float | None = 0.0
    wall_s: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScore:
    """What a suite says of the samples of one task.

    Attributes:
        task_id: Of the task.
        official: What the published metric needs of this task, plain JSON data.
        hardened: The same from measurements in which a candidate cannot cheat.
        flags: Words for what is noteworthy, e.g. `patched-clock`.
        infra: Why there is no score through our fault; such a task is tried again.
        wall_s: Time it took.
    """

    task_id: str
    official: Mapping[str, Any] = field(default_factory=dict)
    hardened: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    infra: str | None = None
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteScore:
    """Aggregates over tasks.

    Attributes:
        official: Published metrics by their official names.
        hardened: The same names from hardened measurements.
        beside: Geometric mean, wins, correct, and intervals (bootstrap over tasks).
    """

    official: Mapping[str, float | None]
    hardened: Mapping[str, float | None]
    beside: Mapping[str, Any] = field(default_factory=dict)


class Suite(Protocol):
    """Loads tasks, scores samples, adds up.

    It is made by calling its class with one `SuiteOptions`, which has to be cheap. It may have
    `default_ks` (whole numbers, for `aggregate`) and methods `replay` (see `Replayable`) and
    `expect` (see `Foresighted`).
    The work on a task may be ended at any point by a `BaseException`: tidy up in `finally`.
    """

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that a score depends on beside task and samples; goes into the record's key."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Origin, licence and content hash of the data."""

    def tasks(self) -> Sequence[Task]:
        """All tasks in the suite's order.

        Raises:
            DataMissing: The data are not here; the hint says what to download, and to where.
        """

    def gold(self, task_id: str) -> tuple[str, ...]:
        """Best known samples."""

    def nop(self, task_id: str) -> tuple[str, ...]:
        """The samples of a solver that changes nothing; empty where there is no code to keep."""

    def read_predictions(self, path: Path) -> Mapping[str, tuple[str, ...]]:
        """Samples by task id, from the official format of predictions.

        Raises:
            UsageError: The file is malformed; says where.
        """

    def evaluate(self, task: Task, samples: Sequence[str], progress: Progress) -> TaskScore:
        """Score the samples of one task. Never raises for what a sample does."""

    def aggregate(self, scores: Sequence[TaskScore], ks: Sequence[int]) -> SuiteScore:
        """Add up what was asked for: one score for every task of the run, in order.

        A task without figures (it ran into the run's wall limit) counts as unsolved. Tasks that
        failed through our fault are not among them.
        """


@runtime_checkable
class Foresighted(Protocol):
    """A suite that can make the next task ready while it scores one."""

    def expect(self, work: Sequence[tuple[Task, Sequence[str]]]) -> None:
        """These samples will be scored in this order. Starts nothing before the first of them."""


class Solver(Protocol):
    """Answers tasks."""

    @property
    def name(self) -> str:
        """What the record calls it, e.g. `agent:rules`."""

    def solve(self, task: Task, suite: Suite, progress: Progress) -> Solution:
        """Samples for one task."""
