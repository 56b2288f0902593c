"""Whose turn it is to be timed: one program at a time in this process, and on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from speedwright.benchmarks.enamel.cores import Cores
from speedwright.eval.judge.rounds import off_the_timed_cores
from speedwright.eval.progress import Progress
from speedwright.profiler.timing_lock import timing_lock

WAITING = "waiting: another speedwright is measuring"


class Turns:
    """What the lanes of a suite share.

    The machine's lock alone would do, but it is asked for ten times a second: from one lane to the
    other a turn goes at once.

    Args:
        cores: Which core is timed.
    """

    def __init__(self, cores: Cores) -> None:
        self._cores = cores
        self._lock = threading.Lock()

    @contextmanager
    def one(self, progress: Progress, check: Callable[[], None]) -> Iterator[None]:
        """A turn.

        Args:
            progress: Hears it if another speedwright is measuring.
            check: What it raises ends the wait for that one.
        """
        with (
            self._lock,
            timing_lock(lambda: progress.note(WAITING), check=check),
            off_the_timed_cores(self._cores.timed),
        ):
            check()
            yield
