"""Progress on stderr: a live line on a terminal, plain lines elsewhere, nothing under --quiet."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from speedwright.cli import failures

if TYPE_CHECKING:
    from speedwright.eval.progress import Progress


@contextmanager
def watching(quiet: bool) -> Iterator[Progress]:
    """The progress of one command; the display is gone when the block ends."""
    if quiet:
        yield SilentProgress()
    elif _is_live():
        from speedwright.cli.live_progress import LiveProgress

        with LiveProgress() as live:
            yield live
    else:
        yield PlainProgress()


def _is_live() -> bool:
    """Whether somebody watches: a terminal that can move its cursor, and no CI log."""
    in_ci = os.environ.get("CI", "") not in ("", "0", "false")
    return sys.stderr.isatty() and os.environ.get("TERM", "") != "dumb" and not in_ci


class SilentProgress:
    """Shows nothing, but remembers the run's folder."""

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
        """Remember it."""
        failures.remember_run(path)


class PlainProgress:
    """One line an event, for logs; updates within a step at most every ten seconds."""

    UPDATE_EVERY_S = 10.0

    def __init__(self) -> None:
        self._start_s = time.monotonic()
        self._told_s = self._start_s

    def step(self, name: str, detail: str = "") -> None:
        """Print the step's name."""
        self._told_s = time.monotonic()
        self._line(f"{name}: {detail}" if detail else name)

    def update(self, done: int, total: int | None, text: str = "") -> None:
        """Print how far it is, if that was not done just now."""
        if time.monotonic() - self._told_s >= self.UPDATE_EVERY_S:
            self._told_s = time.monotonic()
            self._line(f"  {done}{f' of {total}' if total else ''} {text}")

    def attempt(self, number: int, summary: str, verdict: str, detail: str = "") -> None:
        """Print the attempt and what came of it."""
        self._line(f"attempt {number}: {verdict}{f' ({detail})' if detail else ''}: {summary}")

    def note(self, text: str) -> None:
        """Print it."""
        self._line(text)

    def warn(self, text: str) -> None:
        """Print it, marked."""
        self._line(f"warning: {text}")

    def folder(self, path: Path) -> None:
        """Remember it."""
        failures.remember_run(path)

    def _line(self, text: str) -> None:
        from speedwright.profiler.shield import clean_line

        elapsed_s = time.monotonic() - self._start_s
        try:
            print(f"[{elapsed_s:6.1f} s] {clean_line(text, max_length=400)}", file=sys.stderr)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
