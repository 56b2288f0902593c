"""Tests of the next problems, made while this one is timed, on the cores that timing leaves free.

Covers: a next problem that is not wanted after all (thrown away), a maker that fails (told when its
problem comes, where it is tried again like any other fault), an end in the middle (waits for the
one that is being made). Nothing is made ahead on a machine with a single core.

Several are made ahead because some tests take ten times as long to make as their problem to time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from speedwright.benchmarks.enamel.cases import Case

Cases = tuple[Case, ...]
DEPTH = 6


class Ahead:
    """Makes tests, the next ones in a thread of its own.

    Args:
        make: Tests of a problem, or from the cache; it uses no box that timing uses.
        cpus: The cores for it; nothing is made ahead without one.
    """

    def __init__(self, make: Callable[[str], Cases], cpus: tuple[int, ...]) -> None:
        self._make = make
        self._cpus = cpus
        self._order: tuple[str, ...] = ()
        self._pool: ThreadPoolExecutor | None = None
        self._begun: dict[str, Future[Cases]] = {}
        self._turn = threading.Lock()

    def expect(self, task_ids: Sequence[str]) -> None:
        """What will be taken, in this order."""
        self._order = tuple(task_ids)

    def take(self, task_id: str) -> Cases:
        """Tests of a problem; those of the ones after it are begun. One taker at a time.

        Raises:
            SandboxError: They could not be made.
        """
        with self._turn:
            begun = self._begun.pop(task_id, None)
            found = begun.result() if begun else self._make(task_id)
            self._begin(self._after(task_id) if self._cpus else ())
            return found

    def close(self) -> None:
        """Throw away what was begun; nothing is being made when this returns."""
        pool, self._pool = self._pool, None
        self._begun = {}
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self, task_ids: Sequence[str]) -> None:
        """Make these in this order, and drop all that is not among them."""
        before, self._begun = self._begun, {}
        for dropped in before.keys() - set(task_ids):
            before[dropped].cancel()
        for each in task_ids:
            begun = before.get(each)
            self._begun[each] = begun or self._thread(self._cpus).submit(self._make, each)

    def _after(self, task_id: str) -> Sequence[str]:
        if task_id not in self._order:
            return ()
        place = self._order.index(task_id) + 1
        return self._order[place : place + DEPTH]

    def _thread(self, cpus: tuple[int, ...]) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(
                max_workers=1,
                thread_name_prefix="speedwright-ahead",
                initializer=os.sched_setaffinity,
                initargs=(0, cpus),  # 0 is the thread that calls
            )
        return self._pool
