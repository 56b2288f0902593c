"""The screen drops the hopeless and keeps what is worth confirming."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from speedwright.eval.stats import Outlook, screen

if TYPE_CHECKING:
    from tests.eval.stats.conftest import Trace

CLOCKS = ["quiet wall", "quiet cpu", "noisy wall", "noisy cpu"]


def share(trace: Trace, outlook: Outlook, *, k: int, saved: float, goal: float = 0.02) -> float:
    said = [
        screen(b, c, goal=goal).outlook
        for b, c in trace.pairs(k, saved=saved, seeds=10, step=k // 2)
    ]
    return 100 * said.count(outlook) / len(said)


@pytest.mark.parametrize("k", [5, 6, 8, 10])
@pytest.mark.parametrize("clock", CLOCKS)
def test_five_percent_less_time_is_dropped_in_under_one_percent(
    trace: Callable[[str], Trace], clock: str, k: int
) -> None:
    assert share(trace(clock), Outlook.HOPELESS, k=k, saved=0.05) < 1


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("goal", [0.02, 0.05, 0.10])
def test_a_gain_of_the_goal_is_dropped_in_under_one_percent(
    trace: Callable[[str], Trace], clock: str, goal: float
) -> None:
    saved = goal / (1 + goal)
    assert share(trace(clock), Outlook.HOPELESS, k=10, saved=saved, goal=goal) < 1


@pytest.mark.parametrize(
    ("clock", "saved", "least"),
    [
        ("quiet cpu", -0.10, 90),
        ("noisy cpu", -0.10, 90),
        ("quiet cpu", -0.05, 75),
        ("quiet cpu", 0.0, 25),
        ("noisy wall", -0.10, 45),
    ],
)
def test_the_hopeless_are_dropped(
    trace: Callable[[str], Trace], clock: str, saved: float, least: float
) -> None:
    assert share(trace(clock), Outlook.HOPELESS, k=10, saved=saved) >= least


@pytest.mark.parametrize("clock", CLOCKS)
def test_equal_programs_are_rarely_promising_and_real_gains_mostly_are(
    trace: Callable[[str], Trace], clock: str
) -> None:
    assert share(trace(clock), Outlook.PROMISING, k=10, saved=0.0) <= 6.5
    if clock != "noisy wall":
        assert share(trace(clock), Outlook.PROMISING, k=10, saved=0.05) >= 85


def test_four_pairs_say_nothing() -> None:
    assert screen([1.0] * 4, [9.0] * 4).outlook is Outlook.UNCLEAR
    assert screen([9.0] * 4, [1.0] * 4).outlook is Outlook.UNCLEAR
    assert screen([1.0] * 5, [9.0] * 5).outlook is Outlook.HOPELESS
    assert screen([9.0] * 5, [1.0] * 5).outlook is Outlook.PROMISING


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="goal"):
        screen([1.0] * 5, [1.0] * 5, goal=float("nan"))
    with pytest.raises(ValueError, match="finite"):
        screen([1.0] * 5, [0.0] * 5)
