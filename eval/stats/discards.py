"""Which rounds to leave out, by what happened around them and never by their times.

Covers: limits fixed before the first sample; whole rounds, so that pairs stay pairs and the
    control stays beside them.
Does not cover: outliers of the times themselves. Leaving those out makes any two programs equal
    or different at will; the rank statistics already bear them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariates:
    """What the machine did during one sample.

    Attributes:
        wall_s: Length of the sample.
        steal_s: CPU time the hypervisor took from the sample's core.
        throttled_s: Time the sample was throttled by its cgroup or the CPU by its temperature.
        involuntary_switches: Times the sample was pushed off its core.
    """

    wall_s: float
    steal_s: float = 0.0
    throttled_s: float = 0.0
    involuntary_switches: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that no machine can have."""
        values = (self.wall_s, self.steal_s, self.throttled_s, self.involuntary_switches)
        if not all(isfinite(value) and value >= 0 for value in values):
            raise ValueError(f"covariates must be finite and 0 or more, not `{values}`")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardRule:
    """Limits for one sample, fixed before measuring.

    Attributes:
        max_steal_share: Stolen share of the sample's wall time.
        max_throttled_share: Throttled share of the sample's wall time.
        max_involuntary_switches: Pushes off the core per second of wall time (never fewer than
            one sample's first `free_switches`); None: not looked at, right for programs with more
            threads than cores, which push themselves.
        free_switches: Pushes every sample may have, however short.
    """

    max_steal_share: float = 0.01
    max_throttled_share: float = 0.01
    max_involuntary_switches: float | None = 100.0
    free_switches: int = 3

    def broken_by(self, seen: Covariates) -> str | None:
        """Name the first limit the sample breaks, or None."""
        if seen.steal_s > self.max_steal_share * seen.wall_s:
            return "steal"
        if seen.throttled_s > self.max_throttled_share * seen.wall_s:
            return "throttled"
        limit = self.max_involuntary_switches
        if limit is not None and seen.involuntary_switches > max(
            self.free_switches, limit * seen.wall_s
        ):
            return "involuntary_switches"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """Rounds kept and left out.

    Attributes:
        kept: Indices of the rounds kept, ascending.
        reasons: Why each other round was left out, by its index.
    """

    kept: tuple[int, ...]
    reasons: dict[int, str]

    @property
    def share(self) -> float:
        """Share of the rounds left out."""
        total = len(self.kept) + len(self.reasons)
        return len(self.reasons) / total if total else 0.0

    def keep(self, times: Sequence[float]) -> list[float]:
        """The times of the rounds kept, from one arm's times of all rounds."""
        if len(times) != len(self.kept) + len(self.reasons):
            raise ValueError(
                f"`{len(times)}` times for `{len(self.kept) + len(self.reasons)}` rounds"
            )
        return [times[index] for index in self.kept]


def discard(rounds: Sequence[Sequence[Covariates]], rule: DiscardRule) -> Discarded:
    """Leave out every round in which any sample broke a limit.

    The function sees no times and no arm, so it cannot prefer one: a round is judged by its
    worst sample, whichever arm that was.

    Args:
        rounds: The covariates of each round's samples, all arms.
        rule: Limits fixed before measuring.
    """
    reasons: dict[int, str] = {}
    for index, samples in enumerate(rounds):
        broken = [reason for sample in samples if (reason := rule.broken_by(sample))]
        if broken:
            reasons[index] = broken[0]
    kept = tuple(index for index in range(len(rounds)) if index not in reasons)
    return Discarded(kept=kept, reasons=reasons)
