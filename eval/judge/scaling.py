"""Time against size, before and after, from the claim and the hold-outs at other sizes.

Covers: the exponent of both versions with intervals, sizes at which the patch is slower.
Does not cover: what lies beyond the measured sizes; programs (a command has no size we know of).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from speedwright.eval.inputs import HoldoutKind
from speedwright.eval.judge.dynamic import LOOK_AT
from speedwright.eval.judge.holdout import HoldoutResult
from speedwright.eval.judge.rounds import BASE, CANDIDATE, Rounds
from speedwright.eval.stats import Word
from speedwright.eval.stats.scaling import Growth, growth, growth_saved
from speedwright.eval.verdict import Measured

FLAT = 0.2
"""Misfit beyond which one power law does not describe the times, and that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """How time grows with size on base and candidate.

    Attributes:
        base: Of the base.
        candidate: Of the candidate.
        saved: Of base / candidate: above 0, the gain grows with the size.
        results: The claim and the hold-outs by size, small sizes first.
        measured_size: The claim's.
    """

    base: Growth
    candidate: Growth
    saved: Growth
    results: tuple[HoldoutResult, ...]
    measured_size: int

    def to_json(self) -> dict[str, Any]:
        """For the record."""
        return {
            "base": asdict(self.base),
            "candidate": asdict(self.candidate),
            "saved": asdict(self.saved),
            "measured_size": self.measured_size,
            "sizes": [r.to_json() for r in self.results],
        }

    @property
    def sentences(self) -> tuple[str, ...]:
        """For people."""
        sizes = [r.size for r in self.results]
        said = [
            f"over sizes {sizes[0]}-{sizes[-1]} time grows as size^{_exponent(self.base)} on the "
            f"base and size^{_exponent(self.candidate)} with the patch"
        ]
        worst = max(self.base.worst_misfit, self.candidate.worst_misfit)
        if worst > FLAT:
            said.append(f"the times are no plain power of the size: up to {worst:.0%} off")
        for result in self.results:
            found = result.verdict
            if isinstance(found, Measured) and found.comparison.word is Word.SLOWER:
                assert result.size is not None
                which = "small" if result.size < self.measured_size else "large"
                gain = f"{found.comparison.speedup:.3g}x"
                said.append(f"{LOOK_AT}slower at the {which} size {result.size}: {gain}")
        if self.saved.high < 0:
            said.append(f"{LOOK_AT}the gain shrinks as the size grows")
        return tuple(said)


def scaling(
    claim: Measured, rounds: Rounds, size: int | None, results: Sequence[HoldoutResult]
) -> Scaling | None:
    """The fit over all measured sizes; `None` with fewer than two.

    Args:
        claim: What was found at the measured size.
        rounds: Of the claim.
        size: The measured size.
        results: Of the hold-outs.
    """
    if size is None:
        return None
    here = HoldoutResult(
        kind=HoldoutKind.SIZE, how=f"size {size}", size=size, verdict=claim, rounds=rounds
    )
    others = [r for r in results if r.kind is HoldoutKind.SIZE and r.rounds and r.comparison]
    found = sorted([here, *others], key=lambda r: r.size or 0)
    base, candidate = _walls(found, BASE), _walls(found, CANDIDATE)
    if len(found) < 2 or min(len(t) for t in base.values()) < 2:
        return None
    return Scaling(
        base=growth(base),
        candidate=growth(candidate),
        saved=growth_saved(base, candidate),
        results=tuple(found),
        measured_size=size,
    )


def _walls(results: Sequence[HoldoutResult], arm: str) -> Mapping[int, list[float]]:
    return {r.size or 0: r.rounds.walls(arm) for r in results if r.rounds}


def _exponent(found: Growth) -> str:
    return f"{found.exponent:.2f} ({found.low:.2f} to {found.high:.2f})"
