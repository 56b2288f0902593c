"""Work of several sessions at once, in a way that survives Ctrl-C.

An interrupt that meets the main thread inside `Thread.join` makes Python 3.11 take the joined
thread for ended: nothing waits for it any more, it dies with the interpreter, and what it was
opening is left behind. So the main thread waits for results, and joins only threads that have
nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any, TypeVar

from speedwright.sandbox.interfaces import Session

T = TypeVar("T")
U = TypeVar("U")


def run_side_by_side(actions: Sequence[Callable[[], T]]) -> list[T]:
    """The results of all, in order; each action has a thread of its own.

    Raises:
        Exception: What the first failing one raised, once all have ended.
    """
    return [future.result() for future in _all_ended(actions)]


def run_both(first: Callable[[], T], second: Callable[[], U]) -> tuple[T, U]:
    """As `run_side_by_side`, for two actions of different kinds.

    Raises:
        Exception: What the first failing one raised, once both have ended.
    """
    actions: list[Callable[[], Any]] = [first, second]
    done = run_side_by_side(actions)
    return done[0], done[1]


def open_side_by_side(stack: ExitStack, openers: Sequence[Callable[[], Session]]) -> list[Session]:
    """Open sessions at once; `stack` closes what was opened, at once too, whatever happens.

    Raises:
        SandboxError: One could not be opened.
    """
    opened: list[Future[Session]] = []
    try:
        _all_ended(openers, opened)
    finally:
        there = [f for f in opened if not f.cancelled() and f.exception() is None]
        stack.callback(run_side_by_side, [future.result().close for future in there])
    return [future.result() for future in opened]


def _all_ended(
    actions: Sequence[Callable[[], T]], futures: list[Future[T]] | None = None
) -> list[Future[T]]:
    """Futures of all actions, none of which still runs, even if an interrupt comes."""
    futures = [] if futures is None else futures
    pool = ThreadPoolExecutor(max(1, len(actions)))
    try:
        futures += (pool.submit(action) for action in actions)
        wait(futures)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return futures
