"""The last resort against a task that never ends.

Covers: whatever the main thread waits for, computes in Python or reads.
Does not cover: other threads (there the limit is not set), and one long call inside an extension
module, which is interrupted only when it returns. Suites and solvers keep limits of their own.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class WallLimitReached(BaseException):
    """The time of one task is up; no `except Exception` on the way may keep it."""


@contextmanager
def wall_limit(limit_s: float | None) -> Iterator[None]:
    """Raise in the block once it took that long.

    Raises:
        WallLimitReached: It did.
    """
    if limit_s is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    is_over = False

    def stop(*_: object) -> None:
        if not is_over:
            raise WallLimitReached

    begun_s = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    # Somebody around us may use the same timer.
    before_s, interval_s = signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        try:
            yield
        finally:
            is_over = True
    finally:  # a second one: the alarm may come while the first begins
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if before_s:
            left_s = max(0.001, before_s - (time.monotonic() - begun_s))
            signal.setitimer(signal.ITIMER_REAL, left_s, interval_s)
