"""Base, the base once more, and candidate, each in a box of its own, ready to be called."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from speedwright.eval.differential.driving import Batch, ReplayCall
from speedwright.eval.differential.faults import CallUnderTest
from speedwright.eval.differential.recording import Recording
from speedwright.sandbox import Session


@dataclass(frozen=True, slots=True)
class Bench:
    """Both versions.

    Attributes:
        base: Session of the base.
        twin: Another session of the base, to see what it repeats.
        candidate: Session of the candidate.
        recording: What was recorded of the changed functions.
        end_s: Point on the monotonic clock at which replaying has to end.
    """

    base: Session
    twin: Session
    candidate: Session
    recording: Recording
    end_s: float

    @property
    def left_s(self) -> float:
        """Seconds until the budget is spent."""
        return max(0.5, self.end_s - time.monotonic())

    def batch(self, calls: Sequence[CallUnderTest]) -> Batch:
        """The calls as the driver takes them."""
        functions = self.recording.functions
        number = {f.function: i for i, f in enumerate(functions)}
        return Batch(
            functions=tuple((f.module, f.function.name) for f in functions),
            paths=tuple(self.recording.paths),
            calls=tuple(ReplayCall(function=number[c.function], text=c.text) for c in calls),
        )
