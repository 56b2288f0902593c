"""Money over the many tasks of a batch: one limit for all of them, also over resumed runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speedwright.agent.budget import Budget, BudgetLimits, Spent
from speedwright.errors import BudgetExhausted, UsageError
from speedwright.eval.run_folder import RunFolder

FILE = "spent.json"


class Outlay:
    """Adds up what the tasks cost, and keeps the sum in the run's folder.

    Args:
        folder: Of the run; `None` to keep nothing.
        limit_usd: Dollars for all tasks; `None` for no limit.

    Raises:
        UsageError: The kept sum is damaged.
    """

    def __init__(self, folder: Path | None, *, limit_usd: float | None) -> None:
        self._run = RunFolder(folder) if folder else None
        self._limit_usd = limit_usd
        self._spent_usd = 0.0
        if self._run and (self._run.path / FILE).is_file():
            kept = self._run.read_json(FILE).get("usd")
            if not isinstance(kept, int | float) or isinstance(kept, bool):
                raise UsageError(f"`{self._run.path / FILE}` is damaged: no number `usd`")
            self._spent_usd = float(kept)

    @property
    def left_usd(self) -> float | None:
        """What may still be spent; `None` without a limit."""
        if self._limit_usd is None:
            return None
        return max(0.0, self._limit_usd - self._spent_usd)

    def check(self) -> None:
        """Stop before a task that cannot be paid.

        Raises:
            BudgetExhausted: Nothing is left of what was there.
        """
        if self._limit_usd is not None and 0 < self._limit_usd <= self._spent_usd:
            raise BudgetExhausted(
                f"the budget is used up: ${self._spent_usd:.4f} of ${self._limit_usd:.4f} spent",
                kind="usd",
                hint="raise --budget-usd and continue with --resume; what was answered is kept",
            )

    def add(self, spent: Spent) -> None:
        """Count what a task cost."""
        self._spent_usd += spent.usd
        if self._run and spent.usd:
            self._run.write_json(FILE, {"usd": self._spent_usd})

    @contextmanager
    def booked(self) -> Iterator[Budget]:
        """A budget of what is left; what is spent of it counts, however the block ends."""
        budget = Budget(BudgetLimits(usd=self.left_usd))
        try:
            yield budget
        finally:
            self.add(budget.spent)
