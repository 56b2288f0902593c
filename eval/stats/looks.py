"""When the pairs may be looked at, and what is said then.

A look after every pair that stops at the first p < 0.025 is wrong 11-12 % of the time. Eight looks
from 8 to 80 pairs, each one-sided at 0.0054, are wrong 2.5 % of the time together (against no
effect; far less against the margin). The interval is stated at the level of the look, 98.9 %, so
word and interval cannot disagree. Half as many looks at 0.008 need a fifth more runs for the same.

Paper: S. J. Pocock, Group sequential methods in the design and analysis of clinical trials,
    Biometrika 64 (1977), 191-199: one constant level for all looks.
Differs: the looks are not equally spaced, so the constant is not one of his table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite

from speedwright.eval.stats.comparison import Comparison, Control, Witness, Word
from speedwright.eval.stats.gates import is_wide_for, lets_stand
from speedwright.eval.stats.paired import MARGIN, compare, compare_with_copy
from speedwright.eval.stats.worth import cpu_excludes, excludes

LOOKS = (8, 10, 14, 20, 28, 40, 56, 80)
"""Pairs at which the data may be looked at."""

LOOK_LEVEL = 0.0054
"""One-sided level of each look; holds for exactly LOOKS (of fewer among them it errs less)."""


class Stop(StrEnum):
    """Why measuring ends, or does not."""

    DECIDED = "decided"
    NARROW_ENOUGH = "narrow_enough"
    GOAL_EXCLUDED = "goal_excluded"
    CPU_EXCLUDED = "cpu_excluded"
    PAIRS_USED_UP = "pairs_used_up"
    BUDGET_USED_UP = "budget_used_up"
    GO_ON = "go_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the pairs.

    Attributes:
        comparison: What they say, at the level of the look.
        stop: Why measuring ends, or `go_on`.
        next_look: Pairs at which to look again; None when measuring ends.
        is_sound: The control, if there was one, lets the word stand (`lets_stand`); if not and
            measuring ends, the machine is at fault: no claim.
    """

    comparison: Comparison
    stop: Stop
    next_look: int | None
    is_sound: bool

    @property
    def is_final(self) -> bool:
        """No more pairs are to be measured."""
        return self.next_look is None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialDesign:
    """Looks fixed beforehand, with the level spent at each.

    Attributes:
        looks: Pairs at each look, ascending, from 6 on.
        level: One-sided level of each look.
        margin: Smallest relative gain that counts.
        target_half_width: Stop undecided once the half-width is below this; None: never.
        goal: Stop undecided once the interval excludes a gain and a loss of this size; None:
            measure on for the smaller ones too.
    """

    looks: tuple[int, ...] = LOOKS
    level: float = LOOK_LEVEL
    margin: float = MARGIN
    target_half_width: float | None = None
    goal: float | None = None

    def __post_init__(self) -> None:
        """Refuse designs that cannot work."""
        if not self.looks or list(self.looks) != sorted(set(self.looks)):
            raise ValueError(f"looks must be ascending, not `{self.looks}`")
        if not 0 < self.level < 0.5:
            raise ValueError(f"level must lie between 0 and 0.5, not `{self.level}`")
        if 2.0 ** -self.looks[0] > self.level:
            raise ValueError(f"`{self.looks[0]}` pairs can never reach the level `{self.level}`")
        if not (isfinite(self.margin) and self.margin >= 0):
            raise ValueError(f"margin must be 0 or more, not `{self.margin}`")
        if self.goal is not None and not (isfinite(self.goal) and self.goal > self.margin):
            raise ValueError(f"the goal must exceed the margin `{self.margin}`, not `{self.goal}`")

    @property
    def confidence(self) -> float:
        """Two-sided level of the interval at each look."""
        return 1 - 2 * self.level

    def next_look(self, done: int) -> int | None:
        """The first look after `done` pairs; None when there is none left."""
        return next((look for look in self.looks if look > done), None)

    def next_pairs(self, done: int) -> int:
        """How many pairs to measure before the next look; 0 when there is none left."""
        look = self.next_look(done)
        return 0 if look is None else look - done

    def conclude(
        self,
        base: Sequence[float],
        candidate: Sequence[float],
        *,
        copy: Sequence[float] | None = None,
        is_last: bool = False,
        gate: Control | None = None,
        cpu: Witness | None = None,
    ) -> Look:
        """Look at the pairs and say whether to stop.

        Args:
            base: Times of the base.
            candidate: Times of the candidate.
            copy: Times of the base's copy, if it ran too: it says as much as the base does.
            is_last: The budget is used up: no look follows. Only then may the number of pairs lie
                between two looks, since this look takes the place of all later ones. The budget
                must not depend on how the comparison is going.
            gate: The A/A control of the same rounds. While it is too wide for the word
                (`is_wide_for`), no word is final: a noisy start gets more pairs before it is
                called unstable.
            cpu: The same pairs by CPU time, if both arms compute on one core. It may agree with a
                word for which the control is too wide yet; on a noisy machine, or with a goal, it
                says whether more pairs are worth it (`cpu_excludes`).

        Returns:
            The comparison and whether to go on.

        Raises:
            ValueError: As `compare`; or the number of pairs is no look (that would be peeking).
        """
        pairs = len(base)
        if pairs not in self.looks and not (is_last and pairs < self.looks[-1]):
            raise ValueError(f"`{pairs}` pairs are no look of `{self.looks}`: measure on")
        comparison = self._compared(base, copy, candidate)
        next_look = None if is_last else self.next_look(pairs)
        stop = self._stop(comparison, gate, cpu, is_last=is_last, has_next=next_look is not None)
        return Look(
            comparison=comparison,
            stop=stop,
            next_look=next_look if stop is Stop.GO_ON else None,
            is_sound=gate is None or _is_sound(gate, comparison, stop, cpu),
        )

    def within(self, low: Look, centre: Look, high: Look, *, is_last: bool = False) -> Look:
        """One look at pairs of which a part is known within bounds only.

        Args:
            low: The look with the bound that makes the candidate slowest.
            centre: With the likeliest value.
            high: With the bound that makes it fastest.
            is_last: As for `conclude`.

        Returns:
            The centre's speedup, and the interval from the lower end of the one to the upper end of
            the other. A word stands if both bounds say it; if not, more pairs are needed.
        """
        word = low.comparison.word
        is_agreed = word is high.comparison.word
        comparison = replace(
            centre.comparison,
            word=word if is_agreed else Word.INCONCLUSIVE,
            ci_low=low.comparison.ci_low,
            ci_high=high.comparison.ci_high,
        )
        if is_agreed:
            return replace(high if low.is_final else low, comparison=comparison)
        next_look = None if is_last else self.next_look(comparison.pairs)
        ended = Stop.BUDGET_USED_UP if is_last else Stop.PAIRS_USED_UP
        return Look(
            comparison=comparison,
            stop=ended if next_look is None else Stop.GO_ON,
            next_look=next_look,
            is_sound=low.is_sound and high.is_sound,
        )

    def _compared(
        self, base: Sequence[float], copy: Sequence[float] | None, candidate: Sequence[float]
    ) -> Comparison:
        if copy is None:
            return compare(base, candidate, margin=self.margin, confidence=self.confidence)
        return compare_with_copy(
            base, copy, candidate, margin=self.margin, confidence=self.confidence
        )

    def _not_worth_it(
        self, comparison: Comparison, gate: Control | None, cpu: Witness | None
    ) -> Stop | None:
        if comparison.word is not Word.INCONCLUSIVE:
            return None
        if self.goal is not None and excludes(comparison, self.goal):
            return Stop.GOAL_EXCLUDED
        by_cpu = None if cpu is None else cpu.comparison
        return Stop.CPU_EXCLUDED if cpu_excludes(comparison, gate, by_cpu, self.goal) else None

    def _stop(
        self,
        comparison: Comparison,
        gate: Control | None,
        cpu: Witness | None,
        *,
        is_last: bool,
        has_next: bool,
    ) -> Stop:
        can_stop = gate is None or not has_next or not is_wide_for(gate, comparison, cpu)
        if comparison.word is not Word.INCONCLUSIVE and can_stop:
            return Stop.DECIDED
        target = self.target_half_width
        if target is not None and comparison.half_width < target and can_stop:
            return Stop.NARROW_ENOUGH
        given_up = self._not_worth_it(comparison, gate, cpu)
        if given_up is not None:
            return given_up
        if has_next:
            return Stop.GO_ON
        return Stop.BUDGET_USED_UP if is_last else Stop.PAIRS_USED_UP


def _is_sound(gate: Control, comparison: Comparison, stop: Stop, cpu: Witness | None) -> bool:
    # An end for want of a worthwhile difference claims nothing that a wide control could undo.
    if stop in (Stop.GOAL_EXCLUDED, Stop.CPU_EXCLUDED):
        return gate.contains_one
    return lets_stand(gate, comparison, cpu)


def decide_at_look(
    base: Sequence[float], candidate: Sequence[float], *, margin: float = MARGIN
) -> Look:
    """Look at the pairs by the default design, at one of LOOKS.

    Raises:
        ValueError: As `SequentialDesign.conclude`.
    """
    return SequentialDesign(margin=margin).conclude(base, candidate)
