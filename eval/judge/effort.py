"""How long a verdict will take, told before it is begun; and whether the time limit allows it."""

from __future__ import annotations

import time

from speedwright.errors import BudgetExhausted
from speedwright.eval.progress import Progress
from speedwright.eval.stats import LOOKS

ARMS = 3
WORTH_TELLING_S = 0.5
COLD_START_S = 2.0
LEAST_LEFT_S = 1.0


def remaining_s(deadline_s: float | None, most_s: float) -> float:
    """Seconds that a single run may take: what is left of the time limit, or `most_s`.

    Raises:
        BudgetExhausted: Nothing is left.
    """
    if deadline_s is None:
        return most_s
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise out_of_time("the time limit was used up before anything was measured")
    return min(most_s, max(left_s, LEAST_LEFT_S))


def tell_effort(wall_s: float, progress: Progress) -> None:
    """Say how long a verdict on a workload of that length needs, if it is worth telling."""
    if wall_s >= WORTH_TELLING_S:
        progress.note(
            f"one run takes {_span(wall_s)}: a verdict needs {LOOKS[0]} to {LOOKS[-1]} rounds of "
            f"{ARMS} runs, {_span(_verdict_s(wall_s, LOOKS[0]))} to "
            f"{_span(_verdict_s(wall_s, LOOKS[-1]))}"
        )


def check_effort(wall_s: float, deadline_s: float | None) -> None:
    """Give up before anything is measured in vain.

    Raises:
        BudgetExhausted: A verdict needs more time than is left.
    """
    if deadline_s is None:
        return
    needed_s, left_s = least_s(wall_s), max(0.0, deadline_s - time.monotonic())
    if needed_s > left_s:
        raise out_of_time(
            f"a verdict needs at least {_span(needed_s)} ({LOOKS[0]} rounds of {ARMS} runs, "
            f"{_span(wall_s)} each), and {_span(left_s)} are left of the time limit"
        )


def out_of_time_if_late(deadline_s: float | None, what: str) -> None:
    """Tell a run that the time limit ended from one that the target itself made too long.

    Raises:
        BudgetExhausted: It was the time limit.
    """
    if deadline_s is not None and time.monotonic() >= deadline_s:
        raise out_of_time(f"{what} did not end within the time limit")


def out_of_time(message: str) -> BudgetExhausted:
    """The error, with the two ways out."""
    return BudgetExhausted(
        message,
        kind="wall",
        hint="take a smaller input, or raise --time-limit (setting `time_limit_min`)",
    )


def least_s(wall_s: float) -> float:
    """Seconds up to the first look at a workload of that length."""
    return _verdict_s(wall_s, LOOKS[0])


def _verdict_s(wall_s: float, rounds: int) -> float:
    return ARMS * (rounds + 1) * wall_s


def _span(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    if seconds >= 90:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
