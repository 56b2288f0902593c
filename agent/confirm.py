"""The claim at the end of a search: everything kept, measured anew against the base."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from speedwright.agent.plan import OptimizePlan
from speedwright.agent.search import Search
from speedwright.eval.candidate import Candidate
from speedwright.eval.evidence import write_evidence
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.measure import Mode, fresh_seed
from speedwright.eval.judge.minimise import minimise
from speedwright.eval.profile_pair import profile_pair
from speedwright.eval.progress import Progress
from speedwright.eval.run_folder import RunFolder
from speedwright.eval.verdict import Judgement, Measured
from speedwright.sandbox.doctor import machine_facts

CONFIRM_TRIES = 3
UNSTABLE_WAIT_S = 5.0
REPORT = "report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The best version and what the judge says of it.

    Attributes:
        candidate: All kept changes together.
        judgement: Of a measurement of its own, against the base.
        patch: The diff as a file.
        evidence: Folder to hand over.
    """

    candidate: Candidate
    judgement: Judgement
    patch: Path
    evidence: Path


def confirm(
    search: Search,
    run: RunFolder,
    plan: OptimizePlan,
    *,
    end_s: float | None,
) -> Claim | None:
    """Judge the best version and write the evidence; `None` if nothing was kept.

    Args:
        search: As it ended.
        run: Where to write.
        plan: As it was asked for.
        end_s: Point on the monotonic clock at which the next look is the last.
    """
    diff = search.workbench.best_diff()
    if not diff:
        return None
    # An earlier report speaks of an earlier patch.
    (run.path / REPORT).unlink(missing_ok=True)
    small = minimise(
        diff, search.baseline, search.progress, seed=fresh_seed(), deadline_s=search.deadline_s
    )
    candidate = Candidate(diff=small.diff, author=plan.model, summary=_summary(search))
    judgement, seed = _judged(search.baseline, candidate, search.progress, end_s)
    if not judgement.is_faster and small.diff != diff:
        # What looked useless alone was not: the whole patch is what was found.
        candidate = replace(candidate, diff=diff)
        judgement, seed = _judged(search.baseline, candidate, search.progress, end_s)
    elif isinstance(judgement.verdict, Measured):
        said = (*judgement.verdict.reasons, *small.sentences)
        verdict = replace(judgement.verdict, reasons=said)
        judgement = replace(judgement, verdict=verdict)
    patch = run.write_text("patch.diff", candidate.diff)
    profiles = profile_pair(
        search.baseline, candidate.diff, judgement, search.progress, deadline_s=end_s
    )
    evidence = write_evidence(
        run.path / "evidence",
        target=search.baseline.target,
        candidate=candidate,
        judgement=judgement,
        seed=seed,
        machine=machine_facts(),
        requirements=plan.target.requirements,
        holdout=plan.holdout,
        profiles=profiles,
    )
    run.event("confirmed", verdict=judgement.word)
    return Claim(candidate=candidate, judgement=judgement, patch=patch, evidence=evidence)


def _judged(
    baseline: Baseline, candidate: Candidate, progress: Progress, end_s: float | None
) -> tuple[Judgement, int]:
    """Tried again when the machine was too noisy, or the sandbox failed, while there is time."""
    for tried in range(1, CONFIRM_TRIES + 1):
        seed = fresh_seed()
        case = Case(candidate=candidate, mode=Mode.CONFIRM, seed=seed, deadline_s=end_s)
        judgement = judge(case, baseline, progress)
        is_late = end_s is not None and time.monotonic() > end_s
        if judgement.word not in ("unstable", "infra_error") or tried == CONFIRM_TRIES or is_late:
            break
        progress.warn(f"{judgement.word}: {judgement.verdict.reasons[0]}")
        time.sleep(UNSTABLE_WAIT_S)
    return judgement, seed


def _summary(search: Search) -> str:
    kept = [a.summary for a in search.trajectory.state.attempts if a.is_kept]
    return "; ".join(kept)[:2000]
