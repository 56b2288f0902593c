"""`judge` and `compare`: one patch, or two versions, and a verdict with evidence."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from speedwright.errors import PatchUnreadable
from speedwright.eval.attribution import attributed
from speedwright.eval.candidate import Candidate
from speedwright.eval.evidence import write_evidence
from speedwright.eval.judge.baseline import prepare_baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.holdout import prepare_holdout, with_hidden
from speedwright.eval.judge.measure import fresh_seed
from speedwright.eval.patch import read_patch
from speedwright.eval.profile_pair import profile_pair
from speedwright.eval.progress import Progress
from speedwright.eval.reading import as_meant
from speedwright.eval.resolve import resolve_target
from speedwright.eval.run_folder import RunFolder
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import Target, TargetRequest
from speedwright.eval.verdict import Judgement
from speedwright.sandbox.doctor import machine_facts
from speedwright.sandbox.snapshot import Snapshot, snapshot_folder, snapshot_ref, take_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRequest:
    """One patch to judge.

    Attributes:
        target: The target.
        patch: File with a unified diff.
        holdout: More workloads on which the gain is reported.
        is_minimised: Whether a patch that is faster is taken apart, too.
        seed: Of the measurement; `None` for a fresh one.
        goal: Least relative difference that matters: measuring ends once it is excluded.
    """

    target: TargetRequest
    patch: Path
    holdout: tuple[str, ...] = ()
    is_minimised: bool = False
    seed: int | None = None
    goal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """Two versions to compare.

    Attributes:
        target: The target; its path is the repository.
        base: Git ref or folder.
        head: Git ref or folder.
        holdout: More workloads on which the gain is reported.
        seed: Of the measurement; `None` for a fresh one.
        goal: Least relative difference that matters: measuring ends once it is excluded.
    """

    target: TargetRequest
    base: str
    head: str
    holdout: tuple[str, ...] = ()
    seed: int | None = None
    goal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeReport:
    """What came of it.

    Attributes:
        judgement: The verdict and what it rests on.
        evidence: Folder from which it can be judged again.
        candidate: What was judged.
        warnings: What the user should know.
        duration_s: Everything, from snapshot to evidence.
        title: What was judged, for people.
    """

    judgement: Judgement
    evidence: Path
    candidate: Candidate
    warnings: tuple[str, ...] = ()
    duration_s: float = 0.0
    title: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The contract's document."""
        return {
            **self.judgement.to_json(),
            "evidence": str(self.evidence),
            "patch_hash": self.candidate.hash,
            "warnings": list(self.warnings),
            "duration_s": round(self.duration_s, 3),
            **self.extra,
        }


def judge_patch(request: JudgeRequest, progress: Progress) -> JudgeReport:
    """Judge one patch against the target as it is now.

    Raises:
        SpeedwrightError: The patch cannot be read, or the target cannot be worked on.
    """
    diff = read_patch(request.patch)
    candidate = Candidate(diff=diff, author=f"file:{request.patch.name}")
    seed = request.seed if request.seed is not None else fresh_seed()
    return _judged(
        request.target,
        candidate,
        seed,
        progress,
        title=request.patch.name,
        holdout=request.holdout,
        is_by_hand=True,
        goal=request.goal,
        is_minimised=request.is_minimised,
    )


def compare_versions(request: CompareRequest, progress: Progress) -> JudgeReport:
    """Measure one version of a target against another, as base and candidate.

    Raises:
        SpeedwrightError: A version cannot be found, or the base cannot be worked on.
    """
    seed = request.seed if request.seed is not None else fresh_seed()
    with scratch_folder() as scratch:
        base = _version(request, request.base, scratch / "base")
        head = _version(request, request.head, scratch / "head")
        diff = base.diff_to(head.checkout(scratch / "head-files"))
        if not diff.strip():
            raise PatchUnreadable(
                f"`{request.base}` and `{request.head}` are the same",
                hint="name two different versions",
            )
        candidate = Candidate(diff=diff, author=f"compare:{request.head}")
        return _judged(
            request.target,
            candidate,
            seed,
            progress,
            title=f"{request.base} -> {request.head}",
            base=base,
            has_policy=False,
            holdout=request.holdout,
            goal=request.goal,
        )


def judge_version(
    request: TargetRequest,
    candidate: Candidate,
    base: Snapshot,
    progress: Progress,
    *,
    title: str,
    holdout: tuple[str, ...] = (),
) -> JudgeReport:
    """Judge a candidate against a base that is at hand already.

    Raises:
        SpeedwrightError: The base cannot be worked on.
    """
    return _judged(
        request,
        candidate,
        fresh_seed(),
        progress,
        title=title,
        base=base,
        holdout=holdout,
        has_profiles=False,
    )


def _judged(
    request: TargetRequest,
    candidate: Candidate,
    seed: int,
    progress: Progress,
    *,
    title: str,
    base: Snapshot | None = None,
    has_policy: bool = True,
    holdout: tuple[str, ...] = (),
    is_by_hand: bool = False,
    goal: float | None = None,
    has_profiles: bool = True,
    is_minimised: bool = False,
) -> JudgeReport:
    start_s = time.monotonic()
    deadline_s = start_s + request.time_limit_s if request.time_limit_s else None
    with scratch_folder() as scratch:
        known = base

        def copy(root: Path, into: Path) -> Snapshot:
            return take_snapshot(root, into) if known is None else known

        target = resolve_target(request, scratch, progress, snapshot=copy)
        if is_by_hand:
            candidate = _as_meant(candidate, target, progress)
        target = with_hidden(target, holdout)
        run = RunFolder.create(target.root, request.out)
        progress.folder(run.path)
        baseline = prepare_baseline(target, scratch / "versions", progress)
        baseline = replace(baseline, holdout=prepare_holdout(baseline, holdout))
        case = Case(
            candidate=candidate,
            seed=seed,
            deadline_s=deadline_s,
            has_policy=has_policy,
            goal=goal,
        )
        judgement = judge(case, baseline, progress)
        extra: dict[str, Any] = {}
        if is_minimised:
            found = attributed(judgement, case, baseline, run, progress)
            judgement, extra = found.judgement, {"minimised": found.document}
        profiles = None
        if has_profiles:
            profiles = profile_pair(
                baseline, candidate.diff, judgement, progress, deadline_s=deadline_s
            )
        folder = write_evidence(
            run.path / "evidence",
            target=baseline.target,
            candidate=candidate,
            judgement=judgement,
            seed=seed,
            machine=machine_facts(),
            requirements=request.requirements,
            holdout=holdout,
            profiles=profiles,
        )
        run.write_json("run.json", {"kind": "judge", "title": title, "verdict": judgement.word})
    return JudgeReport(
        judgement=judgement,
        evidence=folder,
        candidate=candidate,
        warnings=target.warnings,
        duration_s=time.monotonic() - start_s,
        title=title,
        extra=extra,
    )


def _as_meant(candidate: Candidate, target: Target, progress: Progress) -> Candidate:
    reading = as_meant(candidate.diff, target.snapshot, target.root)
    if reading.note:
        progress.note(reading.note)
    return replace(candidate, diff=reading.diff)


def _version(request: CompareRequest, name: str, scratch: Path) -> Snapshot:
    folder = Path(name)
    if folder.is_dir():
        return snapshot_folder(folder.resolve(), scratch)
    return snapshot_ref(request.target.path.resolve(), name, scratch)
