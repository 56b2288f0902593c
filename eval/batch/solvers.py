"""Solvers that need no model: the suite's own answers, no answer at all, and a file of answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from speedwright.errors import UsageError
from speedwright.eval.batch.interfaces import Solution, Suite, Task
from speedwright.eval.batch.options import SolverOptions
from speedwright.eval.batch.selection import check_known
from speedwright.eval.progress import Progress

_BLOCK_BYTES = 1 << 20
NOT_ANSWERED = "no prediction for this task"


class GoldSolver:
    """Answers with the best known samples: an upper mark, and a test of the suite.

    Args:
        options: Not read.
    """

    def __init__(self, options: SolverOptions) -> None:
        del options

    @property
    def name(self) -> str:
        """Registered name."""
        return "gold"

    def solve(self, task: Task, suite: Suite, progress: Progress) -> Solution:
        """The suite's gold samples."""
        return Solution(task_id=task.id, samples=tuple(suite.gold(task.id)))


class NopSolver:
    """Changes nothing: the zero of every suite in which there is code to start from.

    Args:
        options: Not read.
    """

    def __init__(self, options: SolverOptions) -> None:
        del options

    @property
    def name(self) -> str:
        """Registered name."""
        return "nop"

    def solve(self, task: Task, suite: Suite, progress: Progress) -> Solution:
        """The code as it is."""
        return Solution(task_id=task.id, samples=tuple(suite.nop(task.id)))


class PredictionsSolver:
    """Answers from a file in the suite's official format.

    Args:
        options: `predictions` names the file; it is read at the first task.

    Raises:
        UsageError: No file is named, or it is not there.
    """

    def __init__(self, options: SolverOptions) -> None:
        if options.predictions is None:
            raise UsageError("solver `predictions` needs a file", hint="bench score SUITE FILE")
        self._path = options.predictions
        self._name = f"predictions:{self._path.name}@{_digest(self._path)[:16]}"
        self._samples: Mapping[str, tuple[str, ...]] | None = None

    @property
    def name(self) -> str:
        """File name and the begin of the content's SHA-256."""
        return self._name

    def solve(self, task: Task, suite: Suite, progress: Progress) -> Solution:
        """The samples of the file.

        Raises:
            UsageError: The file is malformed, or has ids that no task has.
        """
        if self._samples is None:
            found = suite.read_predictions(self._path)
            check_known(list(found), [t.id for t in suite.tasks()], where=str(self._path))
            self._samples = found
        samples = self._samples.get(task.id)
        if not samples:
            return Solution(task_id=task.id, samples=(), notes=(NOT_ANSWERED,))
        return Solution(task_id=task.id, samples=tuple(samples))


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {error.strerror}") from error
    return digest.hexdigest()
