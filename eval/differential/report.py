"""What the differential test found, for the verdict and the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from speedwright.eval.differential.native_reach import Reach
from speedwright.eval.verdict import Crashed, Incorrect, TimedOut

SHOWN_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentialReport:
    """Step 5 of the judge.

    Attributes:
        verdict: Why the candidate is refused; `None` if nothing speaks against it.
        functions: Functions compared.
        calls_recorded: Real calls recorded on the base.
        calls_replayed: Of these, calls compared between base and candidate.
        generated: Made-up calls compared.
        uncovered_lines: Added lines that no replayed call reached; `None` where nobody looked.
        native: Added lines of C and C++ that nothing reached; `None` where there are none.
        programs: Varied runs of the workload command that were compared.
        sample: Some of the compared calls, for people.
        notes: Sentences for people: what was not checked, and what differs without being a fault.
    """

    verdict: Incorrect | TimedOut | Crashed | None = None
    functions: tuple[str, ...] = ()
    calls_recorded: int = 0
    calls_replayed: int = 0
    generated: int = 0
    uncovered_lines: tuple[str, ...] | None = None
    native: Reach | None = None
    programs: int = 0
    sample: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether anything was compared."""
        return self.calls_replayed + self.generated + self.programs > 0

    @property
    def not_checked(self) -> tuple[str, ...]:
        """Sentences for the verdict."""
        said = [*_reached(self.uncovered_lines, "by no replayed call"), *self.notes]
        if self.native is not None:
            said += _reached(self.native.missed, "by no test and no run of the program")
            if self.native.missed is None:
                said.append(f"whether the changed C or C++ lines are reached: {self.native.why}")
        if not self.is_done and not said:
            said.append("no differential test (step 5): no call of a changed function was seen")
        return tuple(said)

    def to_json(self) -> dict[str, Any]:
        """For the record."""
        uncovered = self.uncovered_lines
        missed = self.native.missed if self.native else None
        return {
            "functions": list(self.functions),
            "calls_recorded": self.calls_recorded,
            "calls_replayed": self.calls_replayed,
            "generated": self.generated,
            "programs": self.programs,
            "sample": list(self.sample),
            "uncovered_lines": None if uncovered is None else list(uncovered),
            "native_lines_missed": None if missed is None else list(missed),
            "notes": list(self.notes),
        }


def _reached(lines: tuple[str, ...] | None, how: str) -> list[str]:
    """One sentence on lines that were not reached; none if there are none."""
    if not lines:
        return []
    more = len(lines) - SHOWN_LINES
    noun = "changed line was" if len(lines) == 1 else "changed lines were"
    shown = ", ".join(lines[:SHOWN_LINES]) + (f" and {more} more" if more > 0 else "")
    return [f"{len(lines)} {noun} reached {how}: {shown}"]
