"""What people hear of a batch: which task is worked on, not each of its inner steps' notes."""

from __future__ import annotations

from pathlib import Path

from speedwright.eval.progress import Progress


class TaskProgress:
    """The progress that a suite or a solver gets for one task.

    Args:
        outer: Of the batch.
        task_id: Of the task.
    """

    def __init__(self, outer: Progress, task_id: str) -> None:
        self._outer = outer
        self._task_id = task_id

    def step(self, name: str, detail: str = "") -> None:
        """Tell it with the task's name."""
        self._outer.update(0, None, f"{self._task_id}: {name} {detail}".rstrip())

    def update(self, done: int, total: int | None, text: str = "") -> None:
        """Tell it with the task's name."""
        self._outer.update(done, total, f"{self._task_id}: {text}")

    def attempt(self, number: int, summary: str, verdict: str, detail: str = "") -> None:
        """Tell it as an update: the batch's attempts are its tasks."""
        self._outer.update(number, None, f"{self._task_id}: {verdict}: {summary}")

    def note(self, text: str) -> None:
        """Tell it as an update: it would come once a task."""
        self._outer.update(0, None, f"{self._task_id}: {text}")

    def warn(self, text: str) -> None:
        """Pass it on."""
        self._outer.warn(text)

    def folder(self, path: Path) -> None:
        """Ignore it: the batch's folder is the one to name."""


class BatchProgress:
    """Passes everything on, each warning once.

    Args:
        outer: Who listens.
    """

    def __init__(self, outer: Progress) -> None:
        self._outer = outer
        self._said: set[str] = set()

    def step(self, name: str, detail: str = "") -> None:
        """Pass it on."""
        self._outer.step(name, detail)

    def update(self, done: int, total: int | None, text: str = "") -> None:
        """Pass it on."""
        self._outer.update(done, total, text)

    def attempt(self, number: int, summary: str, verdict: str, detail: str = "") -> None:
        """Pass it on."""
        self._outer.attempt(number, summary, verdict, detail)

    def note(self, text: str) -> None:
        """Pass it on."""
        self._outer.note(text)

    def warn(self, text: str) -> None:
        """Pass it on, if it is new."""
        if text not in self._said:
            self._said.add(text)
            self._outer.warn(text)

    def folder(self, path: Path) -> None:
        """Pass it on."""
        self._outer.folder(path)
