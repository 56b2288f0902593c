"""Where the work of a batch runs: one after the other here, or on a Ray cluster.

Timing is never shared out over cores of one machine: `local` is sequential, and on every node the
suites take the machine-wide timing lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from speedwright.errors import ExtraMissing
from speedwright.eval.progress import NullProgress, Progress

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
Work = Callable[[_Item, Progress], _Result]


class Executor(Protocol):
    """Runs pieces of work."""

    @property
    def name(self) -> str:
        """Registered name."""

    def run(
        self, work: Work[_Item, _Result], items: Sequence[_Item], progress: Progress
    ) -> Iterator[tuple[int, _Result]]:
        """Position and result of every item, as they become known.

        Raises:
            SpeedwrightError: As the work raises it; what was given out before stays valid.
        """


class LocalExecutor:
    """In this process, one after the other."""

    @property
    def name(self) -> str:
        """Registered name."""
        return "local"

    def run(
        self, work: Work[_Item, _Result], items: Sequence[_Item], progress: Progress
    ) -> Iterator[tuple[int, _Result]]:
        """See `Executor.run`."""
        for position, item in enumerate(items):
            yield position, work(item, progress)


class RayExecutor:
    """On a Ray cluster, the one `RAY_ADDRESS` names or a local one; one core an item.

    Suites and solvers are pickled and sent; speedwright and the suite's data have to be on every
    node, at the same paths. Progress of the items is not told.
    """

    def __init__(self) -> None:
        try:
            import ray
        except ModuleNotFoundError as error:
            raise ExtraMissing(
                "executor `ray` needs the package `ray`", hint='pip install "speedwright[ray]"'
            ) from error
        self._ray: Any = ray

    @property
    def name(self) -> str:
        """Registered name."""
        return "ray"

    def run(
        self, work: Work[_Item, _Result], items: Sequence[_Item], progress: Progress
    ) -> Iterator[tuple[int, _Result]]:
        """See `Executor.run`."""
        ray = self._ray
        if not ray.is_initialized():
            ray.init(log_to_driver=False, logging_level="warning")
        sent = ray.put(work)
        remote = ray.remote(num_cpus=1, max_retries=0)(_apply)
        waiting = {remote.remote(sent, item): at for at, item in enumerate(items)}
        try:
            while waiting:
                (done,), _ = ray.wait(list(waiting), num_returns=1)
                position = waiting.pop(done)
                try:
                    result = ray.get(done)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause from error
                yield position, result
        finally:
            for left in waiting:
                ray.cancel(left, force=True)


def _apply(work: Work[_Item, _Result], item: _Item) -> _Result:
    return work(item, NullProgress())
