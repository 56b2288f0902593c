"""Asking again after failures that pass, within bounds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from speedwright.agent.interfaces import Model
from speedwright.agent.messages import ModelReply, ModelRequest
from speedwright.agent.models.failures import TransientFailure
from speedwright.errors import ModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently.

    Attributes:
        attempts: Requests in all, the first included.
        first_pause_s: Before the second request; doubles each time.
        max_pause_s: Longest pause, also where the service asks for a longer one: then waiting is
            given up, since asking earlier than told makes it worse.
        total_s: No new request after so much time since the first.
    """

    attempts: int = 6
    first_pause_s: float = 1.0
    max_pause_s: float = 60.0
    total_s: float = 1800.0

    def pause_s(self, failures: int, asked_s: float | None, jitter: float) -> float | None:
        """Pause after the n-th failure in a row, `None` to give up.

        Args:
            failures: Failures so far, from 1.
            asked_s: What the service asked for, if it did.
            jitter: 0-1; spreads the pauses of programs that failed together over half of each.
        """
        if failures >= self.attempts:
            return None
        if asked_s is not None:
            return None if asked_s > self.max_pause_s else asked_s
        longest = min(self.max_pause_s, self.first_pause_s * 2.0 ** (failures - 1))
        return longest * (0.5 + 0.5 * jitter)


class Retrying:
    """A model that asks again after a `TransientFailure`.

    Args:
        model: Whom to ask.
        policy: Bounds.
        may_wait: Whether so many seconds may still be waited, e.g. by the run's budget.
        sleep: Waits.
        clock: Monotonic seconds.
        jitter: A number in 0-1.
    """

    def __init__(
        self,
        model: Model,
        *,
        policy: RetryPolicy | None = None,
        may_wait: Callable[[float], bool] = lambda _: True,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._model = model
        self._policy = policy or RetryPolicy()
        self._may_wait = may_wait
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter

    @property
    def spec(self) -> str:
        """The wrapped model's spec."""
        return self._model.spec

    def complete(self, request: ModelRequest) -> ModelReply:
        """See `Model.complete`.

        Raises:
            ModelError: No answer within the policy; names the last failure.
        """
        started_s = self._clock()
        failures = 0
        while True:
            try:
                return self._model.complete(request)
            except TransientFailure as failure:
                failures += 1
                pause_s = self._policy.pause_s(failures, failure.retry_after_s, self._jitter())
                elapsed_s = self._clock() - started_s
                if (
                    pause_s is None
                    or elapsed_s + pause_s > self._policy.total_s
                    or not self._may_wait(pause_s)
                ):
                    raise _given_up(self.spec, failure, failures) from failure
            self._sleep(pause_s)


def _given_up(spec: str, failure: TransientFailure, failures: int) -> ModelError:
    times = "once" if failures == 1 else f"{failures} times"
    asked = failure.retry_after_s
    wait = f"; the service asks to wait {asked:g} s" if asked else ""
    return ModelError(
        f"`{spec}` was asked {times} without an answer, last: {failure.message}{wait}",
        hint="what was found so far is kept; continue later with --resume, or use another --model",
    )
