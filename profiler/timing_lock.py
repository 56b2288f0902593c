"""One timed run at a time on this machine.

Covers: every speedwright on the machine, whoever started it.
Does not cover: other programs; the A/A control among the pairs is there for them.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.1
# One place for all, whatever TMPDIR says: two runs must meet here.
LOCK = Path("/tmp/speedwright-timing.lock")


@contextmanager
def timing_lock(
    on_wait: Callable[[], None] = lambda: None,
    *,
    path: Path | None = None,
    check: Callable[[], None] = lambda: None,
) -> Iterator[float]:
    """Hold the machine's timing lock; yields the seconds waited for it.

    Args:
        on_wait: Called once if another speedwright is measuring.
        path: Lock file; for tests.
        check: Called again and again meanwhile; what it raises ends the wait.
    """
    descriptor = _open(path or LOCK)
    start_s = time.monotonic()
    try:
        said = False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not said:
                    on_wait()
                    said = True
                check()
                time.sleep(POLL_S)
        yield time.monotonic() - start_s
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        # With O_CREAT the kernel may refuse another user's file in a sticky folder.
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, 0o666)
        os.fchmod(descriptor, 0o666)
        return descriptor
