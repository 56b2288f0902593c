"""How long work tells people what it is doing; the command line shows it on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Progress(Protocol):
    """Listens to a run. Every text may hold words of the target or of a model: untrusted.

    Calls are cheap, never raise, and come from the thread that does the work.
    """

    def step(self, name: str, detail: str = "") -> None:
        """A new step begins (`profile`, `baseline tests`, …); it ends when the next one begins."""

    def update(self, done: int, total: int | None, text: str = "") -> None:
        """The current step got this far; `total` is `None` where nobody knows."""

    def attempt(self, number: int, summary: str, verdict: str, detail: str = "") -> None:
        """One attempt is judged: what was tried, the verdict's word, and the gain or the reason."""

    def note(self, text: str) -> None:
        """Something worth knowing, e.g. which workload was found."""

    def warn(self, text: str) -> None:
        """Something that weakens the result, e.g. a sandbox that does not isolate."""

    def folder(self, path: Path) -> None:
        """Where this run writes; named to the user if the run ends badly."""


class NullProgress:
    """Listens to nothing, for callers that do not care."""

    def step(self, name: str, detail: str = "") -> None:
        """Ignore it."""

    def update(self, done: int, total: int | None, text: str = "") -> None:
        """Ignore it."""

    def attempt(self, number: int, summary: str, verdict: str, detail: str = "") -> None:
        """Ignore it."""

    def note(self, text: str) -> None:
        """Ignore it."""

    def warn(self, text: str) -> None:
        """Ignore it."""

    def folder(self, path: Path) -> None:
        """Ignore it."""
