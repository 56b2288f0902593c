"""Step 3, guards: what the added lines may never do, and what a person should look at.

Covers: the static guards of `speedwright.eval.guards`, run on the candidate's built folder.
Does not cover: what only shows at run time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from speedwright.eval.guards import FolderTexts, GuardReport, check_guards
from speedwright.eval.guards.context import Context
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.dynamic import LOOK_AT
from speedwright.eval.judge.policy import TESTS, matches
from speedwright.eval.target import Target
from speedwright.eval.verdict import BuildFailed, Measured, Rejected, Verdict

SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What the guards say.

    Attributes:
        verdict: Ends the cascade, `None` if nothing is refused.
        notes: Sentences that go with any later verdict.
    """

    verdict: Rejected | BuildFailed | None
    notes: tuple[str, ...]


def run_guards(diff: str, baseline: Baseline, folder: Path, *, may_refuse: bool = True) -> Guarded:
    """Look at what `diff` adds.

    Args:
        diff: The patch, against the base.
        baseline: What it belongs to.
        folder: The candidate's built version.
        may_refuse: Whether there are refusals; for the user's own versions all are warnings.
    """
    target = baseline.target
    context = Context(
        texts=FolderTexts(baseline.versions.trusted),
        workload=tuple(p for p in target.protected if p not in target.hidden),
        tests=lambda: _tests(target),
    )
    base, new = FolderTexts(target.snapshot.tree), FolderTexts(folder)
    report = check_guards(diff, base, new, context)
    if not may_refuse:
        return Guarded(verdict=None, notes=_notes(report, is_lenient=True))
    notes = _notes(report, is_lenient=False)
    if report.refusals:
        texts = [finding.text for finding in report.refusals]
        return Guarded(verdict=Rejected(reasons=_short(texts)), notes=notes)
    if report.broken:
        texts = [finding.text for finding in report.broken]
        return Guarded(verdict=BuildFailed(reasons=_short(texts)), notes=notes)
    return Guarded(verdict=None, notes=notes)


def with_looks(verdict: Verdict, notes: Iterable[str]) -> Verdict:
    """A measured verdict with what a person should look at among its reasons."""
    looks = tuple(note for note in notes if note.startswith(LOOK_AT))
    if not isinstance(verdict, Measured) or not looks:
        return verdict
    return replace(verdict, reasons=(*verdict.reasons, *looks))


def _tests(target: Target) -> tuple[str, ...]:
    """Test files; hidden ones would be betrayed by a refusal that names them."""
    return tuple(
        p for p in target.snapshot.paths() if matches(p.lower(), TESTS) and p not in target.hidden
    )


def _notes(report: GuardReport, *, is_lenient: bool) -> tuple[str, ...]:
    found = (*report.refusals, *report.warnings) if is_lenient else report.warnings
    return (*_short([f"{LOOK_AT}{finding.text}" for finding in found]), *report.unread)


def _short(texts: list[str]) -> tuple[str, ...]:
    more = (f"and {len(texts) - SHOWN} more",) if len(texts) > SHOWN else ()
    return (*texts[:SHOWN], *more)
