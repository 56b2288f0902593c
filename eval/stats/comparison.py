"""What a set of pairs says, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import log


class Word(StrEnum):
    """The four words for something measured; they exclude each other."""

    FASTER = "faster"
    SLOWER = "slower"
    EQUIVALENT = "equivalent"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Base against candidate over interleaved pairs.

    Attributes:
        word: What the interval says against the margin.
        speedup: base / candidate, above 1 is faster; robust centre of the log ratios.
        ci_low: Lower end of the interval of the speedup.
        ci_high: Upper end.
        confidence: Level of the interval, e.g. 0.989.
        pairs: Pairs it rests on.
        margin: Smallest relative gain that counts, e.g. 0.01.
    """

    word: Word
    speedup: float
    ci_low: float
    ci_high: float
    confidence: float
    pairs: int
    margin: float

    @property
    def half_width(self) -> float:
        """Half the width of the interval, relative to the speedup (log scale)."""
        return (log(self.ci_high) - log(self.ci_low)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The A/A control: a byte-identical copy of the base measured among the pairs.

    Attributes:
        is_sound: The 99 % interval contains 1 and is narrow enough; anything else is no claim.
        ratio: copy / base.
        ci_low: Lower end of its 99 % interval.
        ci_high: Upper end.
        noise_floor: Half-width of the interval, relative.
        pairs: Pairs it rests on.
        contains_one: The interval contains 1; if not, something moved one arm: measure anew.
        is_narrow: The interval is narrow enough; if not, more pairs may help.
    """

    is_sound: bool
    ratio: float
    ci_low: float
    ci_high: float
    noise_floor: float
    pairs: int
    contains_one: bool
    is_narrow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """The same rounds by CPU time: quieter than wall time, and blind to waiting.

    Attributes:
        comparison: Base against candidate.
        gate: Base against its copy.
    """

    comparison: Comparison
    gate: Control
