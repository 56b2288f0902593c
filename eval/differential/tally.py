"""What the compared calls came to: counts, faults, notes, and the verdict they make."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from speedwright.eval.differential.faults import (
    CallUnderTest,
    Finding,
    Origin,
    Standing,
    call_shown,
)
from speedwright.eval.verdict import Crashed, Incorrect, TimedOut

SHOWN = 3
SAMPLED = 12


@dataclass(slots=True)
class Tally:
    """What was found so far.

    Attributes:
        recorded: Recorded calls that were compared.
        generated: Made-up calls that were compared.
        faults: Sentences on what counts against the candidate.
        ending: How the first fault ended: `hung`, `died`, or empty.
        compared: All calls that were compared.
    """

    recorded: int = 0
    generated: int = 0
    faults: list[str] = field(default_factory=list)
    ending: str = ""
    compared: list[CallUnderTest] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _remarks: list[str] = field(default_factory=list)
    _dropped: Counter[tuple[str, str]] = field(default_factory=Counter)

    def drop(self, call: CallUnderTest, why: str) -> None:
        """Leave a call out; of made-up ones nobody wants to hear."""
        if call.origin is Origin.RECORDED:
            self._dropped[call.function.shown, why] += 1

    def book(self, call: CallUnderTest, found: Finding) -> None:
        """Count what came of a call."""
        if found.standing is Standing.DROPPED:
            self.drop(call, found.said)
            return
        self.compared.append(call)
        is_recorded = call.origin is Origin.RECORDED
        self.recorded += is_recorded
        self.generated += not is_recorded
        said = f"{'recorded' if is_recorded else 'made-up'} call {found.said}"
        if found.standing is Standing.FAULT:
            self.ending = self.ending if self.faults else found.ending
            self.faults.append(said)
        elif found.standing is Standing.WARNING:
            self._warnings.append(said)
        elif found.standing is Standing.NOTE:
            self._remarks.append(said)

    @property
    def verdict(self) -> Incorrect | TimedOut | Crashed | None:
        """What the faults come to; `None` without one."""
        reasons = tuple(self.faults[:SHOWN])
        if not reasons:
            return None
        if self.ending == "hung":
            return TimedOut(reasons=reasons)
        return Crashed(reasons=reasons) if self.ending == "died" else Incorrect(reasons=reasons)

    @property
    def sample(self) -> tuple[str, ...]:
        """Some of the compared calls of every origin, for people."""
        found: list[str] = []
        for origin in Origin:
            some = [c for c in self.compared if c.origin is origin]
            step = max(1, len(some) // SAMPLED)
            found += [f"{origin.value}: {call_shown(c)}" for c in some[::step][:SAMPLED]]
        return tuple(found)

    @property
    def sentences(self) -> list[str]:
        """What is no fault but should be known."""
        notes = [
            f"{name}: {count} recorded calls were not compared: {why}"
            for (name, why), count in self._dropped.items()
        ]
        for found, what in ((self._warnings, "differs, not counted"), (self._remarks, "noted")):
            notes += [f"{what}: {said}" for said in found[:SHOWN]]
            if len(found) > SHOWN:
                notes.append(f"{len(found) - SHOWN} more like these")
        return notes
