"""What the differential test found, for the verdict and the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
        said = list(self.notes)
        if self.uncovered_lines:
            shown = ", ".join(self.uncovered_lines[:SHOWN_LINES])
            more = len(self.uncovered_lines) - SHOWN_LINES
            count = len(self.uncovered_lines)
            noun = "changed line was" if count == 1 else "changed lines were"
            said.insert(
                0,
                f"{count} {noun} reached by no replayed call: {shown}"
                + (f" and {more} more" if more > 0 else ""),
            )
        if not self.is_done and not said:
            said.append("no differential test (step 5): no call of a changed function was seen")
        return tuple(said)

    def to_json(self) -> dict[str, Any]:
        """For the record."""
        uncovered = self.uncovered_lines
        return {
            "functions": list(self.functions),
            "calls_recorded": self.calls_recorded,
            "calls_replayed": self.calls_replayed,
            "generated": self.generated,
            "programs": self.programs,
            "sample": list(self.sample),
            "uncovered_lines": None if uncovered is None else list(uncovered),
            "notes": list(self.notes),
        }
