"""Problems scored side by side: while one is timed, the next gets ready on the spare core.

Each lane is a thread with boxes of its own, so that nothing of one problem meets another; one of
them at a time has the turn to be timed (`turns.py`). All threads keep to the spare cores.

Covers: a next problem that is not wanted after all (its score is thrown away), an end in the middle
(the boxes are ended, which wakes whoever waits for one). With a single core there is one lane, the
caller's own thread.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from speedwright.benchmarks.enamel.boxes import Boxes
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.progress import NullProgress, Progress

LANES = 2
Item = tuple[str, tuple[str, ...]]
"""A task's id and its samples."""
Score = Callable[[Item, Boxes, Progress], TaskScore]


class Relay(NullProgress):
    """Passes on what is said, from when there is someone to hear it."""

    def __init__(self) -> None:
        self.to: Progress = NullProgress()

    def update(self, done: int, total: int | None, text: str = "") -> None:
        """See `Progress.update`."""
        self.to.update(done, total, text)

    def note(self, text: str) -> None:
        """See `Progress.note`."""
        self.to.note(text)


class Lanes:
    """Scores what is asked for, and what will be asked for next.

    Args:
        score: Of one item; uses no boxes but the ones it is given for what is timed.
        boxes: Makes the boxes of a lane.
        cpus: The cores that are free beside the timed one; with none there is one lane.
    """

    def __init__(self, score: Score, boxes: Callable[[], Boxes], cpus: tuple[int, ...]) -> None:
        self._score = score
        self._make_boxes = boxes
        self._cpus = cpus
        self._order: tuple[Item, ...] = ()
        self._begun: dict[Item, tuple[Future[TaskScore], Relay]] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._boxes: list[Boxes] = []
        self._free: queue.SimpleQueue[Boxes] = queue.SimpleQueue()

    def expect(self, items: Sequence[Item]) -> None:
        """What will be taken, in this order."""
        self._order = tuple(items)

    def take(self, item: Item, progress: Progress) -> TaskScore:
        """The score of an item; those of the ones after it are begun."""
        if not self._boxes:
            self._open()
        if self._pool is None:
            return self._score(item, self._boxes[0], progress)
        for each in (item, *self._after(item)):
            if each not in self._begun:
                relay = Relay()
                self._begun[each] = (self._pool.submit(self._scored, each, relay), relay)
        future, relay = self._begun.pop(item)
        relay.to = progress
        return future.result()

    def end(self) -> None:
        """End the boxes: whoever waits for an answer gets an error."""
        for boxes in self._boxes:
            boxes.end()

    def close(self) -> None:
        """Throw away what was begun; nothing runs when this returns."""
        self.end()
        pool, self._pool, self._begun = self._pool, None, {}
        self._free = queue.SimpleQueue()
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
        self.end()  # a box that was being opened the first time
        self._boxes = []

    def _open(self) -> None:
        self._boxes = [self._make_boxes() for _ in range(LANES if self._cpus else 1)]
        for boxes in self._boxes:
            self._free.put(boxes)
        if self._cpus:
            self._pool = ThreadPoolExecutor(
                max_workers=LANES,
                thread_name_prefix="speedwright-lane",
                initializer=os.sched_setaffinity,
                initargs=(0, self._cpus),  # 0 is the thread that calls
            )

    def _scored(self, item: Item, progress: Progress) -> TaskScore:
        free = self._free
        boxes = free.get()
        try:
            return self._score(item, boxes, progress)
        finally:
            free.put(boxes)

    def _after(self, item: Item) -> Sequence[Item]:
        if item not in self._order:
            return ()
        place = self._order.index(item) + 1
        return self._order[place : place + LANES - 1]
