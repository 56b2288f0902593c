"""One gate for dollars, tokens, attempts and wall time, asked before anything is spent.

Covers: replies, calls in flight (by their worst case), refused replies' tokens where they are
reported, attempts, time over resumed runs.
Does not cover: what a service bills for a reply that was cut off on the way, since it is not told.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from speedwright.agent.messages import ModelReply, Usage
from speedwright.errors import BudgetExhausted

_log = logging.getLogger(__name__)


class BudgetLimits(BaseModel):
    """What may be spent; `None` means no limit.

    Attributes:
        usd: US dollars, by the price table.
        tokens: Sent and received together.
        attempts: Candidates judged.
        wall_s: Seconds, over all sessions of a run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    usd: float | None = Field(default=None, ge=0)
    tokens: int | None = Field(default=None, ge=0)
    attempts: int | None = Field(default=None, ge=0)
    wall_s: float | None = Field(default=None, ge=0)


class Spent(BaseModel):
    """What was spent.

    Attributes:
        usd: Of the replies whose price is known.
        tokens_in: Sent, cached or not.
        tokens_out: Received.
        calls: Replies.
        unpriced_calls: Replies whose price is unknown; their dollars are missing in `usd`.
        attempts: Candidates.
        wall_s: Seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    usd: float = Field(default=0.0, ge=0)
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    calls: int = Field(default=0, ge=0)
    unpriced_calls: int = Field(default=0, ge=0)
    attempts: int = Field(default=0, ge=0)
    wall_s: float = Field(default=0.0, ge=0)

    @property
    def tokens(self) -> int:
        """Sent and received together."""
        return self.tokens_in + self.tokens_out


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = Field(default=1, ge=1, le=1)
    limits: BudgetLimits
    spent: Spent


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The worst case of a call.

    Attributes:
        tokens: Sent and received together.
        usd: Its cost, `None` if the price is unknown.
    """

    tokens: int
    usd: float | None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """A call in flight; hand it back with `charge` or `release`."""

    estimate: Estimate


class Budget:
    """The gate. Safe to share between threads.

    Args:
        limits: What may be spent.
        clock: Monotonic seconds.
        spent: What earlier sessions of the run spent.
    """

    def __init__(
        self,
        limits: BudgetLimits,
        *,
        clock: Callable[[], float] = time.monotonic,
        spent: Spent | None = None,
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._started_s = clock()
        self._spent = spent or Spent()
        self._in_flight: set[Ticket] = set()
        self._has_warned = False
        self._lock = threading.Lock()

    @property
    def spent(self) -> Spent:
        """What was spent until now, calls in flight excluded."""
        with self._lock:
            return self._now()

    @property
    def wall_left_s(self) -> float:
        """Seconds left; infinite without a limit."""
        limit = self.limits.wall_s
        return float("inf") if limit is None else max(0.0, limit - self.spent.wall_s)

    def check_model_call(self, estimate: Estimate) -> Ticket:
        """Open the gate for one call and count it as in flight, or raise.

        The worst case of this call and of those in flight must fit: the limits are hard.

        Raises:
            BudgetExhausted: It does not fit; `kind` says what ran out.
        """
        with self._lock:
            spent = self._now()
            self._check_wall(spent)
            flying = [ticket.estimate for ticket in self._in_flight]
            tokens = estimate.tokens + sum(other.tokens for other in flying)
            _check("tokens", spent.tokens, tokens, self.limits.tokens)
            if estimate.usd is None:
                self._warn_unpriced()
            else:
                usd = estimate.usd + sum(other.usd or 0.0 for other in flying)
                _check("usd", spent.usd, usd, self.limits.usd)
            ticket = Ticket(estimate)
            self._in_flight.add(ticket)
            return ticket

    def charge(self, reply: ModelReply, ticket: Ticket | None = None) -> None:
        """Count a reply. A service that reports no tokens is charged the ticket's worst case."""
        usage, cost_usd = reply.usage, reply.cost_usd
        is_unreported = usage.tokens_in + usage.tokens_out == 0
        if ticket is not None and is_unreported and ticket.estimate.tokens:
            usage = Usage(tokens_in=ticket.estimate.tokens)
            cost_usd = ticket.estimate.usd
        if ticket is not None and cost_usd is None and ticket.estimate.usd == 0.0:
            cost_usd = 0.0  # a free model need not say so
        with self._lock:
            if ticket is not None:
                self._in_flight.discard(ticket)
            self._spent = self._spent.model_copy(
                update={
                    "usd": self._spent.usd + (cost_usd or 0.0),
                    "tokens_in": self._spent.tokens_in + usage.tokens_in,
                    "tokens_out": self._spent.tokens_out + usage.tokens_out,
                    "calls": self._spent.calls + 1,
                    "unpriced_calls": self._spent.unpriced_calls + (cost_usd is None),
                }
            )

    def release(self, ticket: Ticket) -> None:
        """The call of this ticket is over; does nothing if it was charged."""
        with self._lock:
            self._in_flight.discard(ticket)

    def check_attempt(self) -> None:
        """Count one attempt, or raise.

        Raises:
            BudgetExhausted: The attempts or the time are used up.
        """
        with self._lock:
            spent = self._now()
            self._check_wall(spent)
            _check("attempts", spent.attempts, 1, self.limits.attempts)
            self._spent = self._spent.model_copy(update={"attempts": spent.attempts + 1})

    def return_attempt(self) -> None:
        """Take back one attempt that came to nothing through our own fault (`infra_error`)."""
        with self._lock:
            attempts = max(0, self._spent.attempts - 1)
            self._spent = self._spent.model_copy(update={"attempts": attempts})

    def to_json(self) -> dict[str, Any]:
        """Limits and what was spent, to be stored with a run."""
        return _Stored(limits=self.limits, spent=self.spent).model_dump(mode="json")

    @classmethod
    def from_json(
        cls,
        stored: Mapping[str, Any],
        *,
        limits: BudgetLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> Budget:
        """The budget of a resumed run; new limits replace the stored ones, nothing is forgotten.

        Raises:
            pydantic.ValidationError: It was not written by `to_json`.
        """
        parsed = _Stored.model_validate(stored)
        return cls(limits or parsed.limits, clock=clock, spent=parsed.spent)

    def _now(self) -> Spent:
        wall_s = self._spent.wall_s + max(0.0, self._clock() - self._started_s)
        return self._spent.model_copy(update={"wall_s": wall_s})

    def _check_wall(self, spent: Spent) -> None:
        limit = self.limits.wall_s
        if limit is not None and spent.wall_s >= limit:
            raise _exhausted("wall", spent.wall_s, 0, limit)

    def _warn_unpriced(self) -> None:
        if self.limits.usd is not None and not self._has_warned:
            self._has_warned = True
            _log.warning(
                "the price of this model is unknown, so the dollar budget cannot hold it; limit "
                "tokens or time instead, or add its price with SPEEDWRIGHT_PRICES=FILE"
            )


_OPTION = {
    "usd": "--budget-usd",
    "attempts": "--attempts",
    "wall": "--time-limit",
    "tokens": "the limit of tokens",
}


def _check(kind: str, spent: float, wanted: float, limit: float | None) -> None:
    if limit is None:
        return
    # A free call passes a limit of nothing, but not a limit that was reached by spending.
    if spent + wanted > limit or (spent > 0 and spent >= limit):
        raise _exhausted(kind, spent, wanted, limit)


def _exhausted(kind: str, spent: float, wanted: float, limit: float) -> BudgetExhausted:
    next_one = f", the next may need {_amount(kind, wanted)}" if kind in ("usd", "tokens") else ""
    return BudgetExhausted(
        f"the budget is used up: {_amount(kind, spent)} of {_amount(kind, limit)} spent{next_one}",
        kind=kind,
        hint=f"raise {_OPTION[kind]} and continue with --resume; what was found so far is kept",
    )


def _amount(kind: str, amount: float) -> str:
    match kind:
        case "usd":
            return f"${amount:.4f}"
        case "wall":
            return f"{amount:.0f} s"
        case _:
            return f"{amount:.0f} {kind}"
