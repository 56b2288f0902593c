"""The live display on a terminal."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from speedwright.cli import failures
from speedwright.cli.render.verdicts import STYLES
from speedwright.profiler.shield import clean_line


class LiveProgress:
    """A spinner with the current step below the lines of what is done; NO_COLOR is honoured."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, markup=False)
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._name = ""
        self._start_s = 0.0

    def __enter__(self) -> Self:
        """Start the display."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the display away; what was printed above it stays."""
        self._finish()
        self._bars.stop()

    def step(self, name: str, detail: str = "") -> None:
        """Turn the spinner's text into the new step."""
        self._finish()
        self._name, self._start_s = clean_line(name), time.monotonic()
        shown = f"{name}: {detail}" if detail else name
        self._task = self._bars.add_task(clean_line(shown, max_length=60), total=None)

    def update(self, done: int, total: int | None, text: str = "") -> None:
        """Move the bar."""
        if self._task is None:
            return
        self._bars.update(self._task, completed=done, total=total)
        if text:
            shown = clean_line(f"{self._name}: {text}", max_length=60)
            self._bars.update(self._task, description=shown)

    def attempt(self, number: int, summary: str, verdict: str, detail: str = "") -> None:
        """Print the attempt's line above the spinner."""
        line = Text(f"{number:4}  ")
        line.append(f"{verdict:<13}", style=STYLES.get(verdict, ""))
        line.append(clean_line(detail and f"{detail}  "))
        line.append(clean_line(summary))
        self._console.print(line)

    def note(self, text: str) -> None:
        """Print it above the spinner."""
        self._console.print(Text(clean_line(text, max_length=400)))

    def warn(self, text: str) -> None:
        """Print it above the spinner, in yellow."""
        shown = clean_line(text, max_length=400)
        self._console.print(Text(f"warning: {shown}", style="yellow"))

    def folder(self, path: Path) -> None:
        """Remember it."""
        failures.remember_run(path)

    def _finish(self) -> None:
        """Leave a line of the step that is over, with its time."""
        if self._task is None:
            return
        self._bars.remove_task(self._task)
        self._task = None
        wall_s = time.monotonic() - self._start_s
        self._console.print(Text(f"{self._name} ({wall_s:.1f} s)", style="dim"))
