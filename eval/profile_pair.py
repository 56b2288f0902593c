"""Profiles before and after, for the evidence: where the time went and where it goes now."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

from speedwright.errors import SpeedwrightError
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.versions import VersionFailed
from speedwright.eval.profiling import profile_version
from speedwright.eval.progress import Progress
from speedwright.eval.verdict import Judgement, Measured
from speedwright.profiler.speedscope import speedscope_json
from speedwright.sandbox.side_by_side import run_both

EXPLAINED = ("faster", "slower")
SIDE_BY_SIDE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePair:
    """Two profiles as speedscope files.

    Attributes:
        base: Of the base; `None` if there is none.
        candidate: Of the candidate; `None` if there is none.
        note: Why one or both are missing; empty if both are here.
    """

    base: str | None = None
    candidate: str | None = None
    note: str = ""


def profile_pair(
    baseline: Baseline,
    diff: str,
    judgement: Judgement,
    progress: Progress,
    *,
    deadline_s: float | None = None,
) -> ProfilePair:
    """Profile base and candidate; one that cannot be had is no error, but is said.

    Long workloads are profiled side by side. Each profile takes two cores, program and profiler: of
    a short one so many samples would be missed that it has to run again and again.

    Args:
        baseline: What was judged.
        diff: Of the candidate.
        judgement: What was said of it; only a difference is worth profiles.
        progress: Hears of it.
        deadline_s: Point on the monotonic clock after which nothing is begun.
    """
    if not isinstance(judgement.verdict, Measured):
        return ProfilePair(note="no profiles: the verdict does not rest on times")
    if judgement.word not in EXPLAINED:
        return ProfilePair(note=f"no profiles: `{judgement.word}` leaves no difference to explain")
    if deadline_s is not None and time.monotonic() > deadline_s:
        return ProfilePair(note="no profiles: no time was left")
    progress.step("profile", "base and candidate")
    before = functools.partial(_profiled, baseline, "base", "")
    after = functools.partial(_profiled, baseline, "candidate", diff)
    is_long = baseline.wall_s >= SIDE_BY_SIDE_S
    base, candidate = run_both(before, after) if is_long else (before(), after())
    notes = [found for found in (base.note, candidate.note) if found]
    return ProfilePair(base=base.text, candidate=candidate.text, note="; ".join(notes))


@dataclass(frozen=True, slots=True)
class _Profiled:
    text: str | None
    note: str = ""


def _profiled(baseline: Baseline, name: str, diff: str) -> _Profiled:
    try:
        profile = profile_version(baseline, baseline.versions.folder(diff))
    except (SpeedwrightError, VersionFailed) as error:
        return _Profiled(None, f"no profile of the {name}: {str(error).splitlines()[0]}")
    return _Profiled(speedscope_json(profile, name=f"{name}: {baseline.target.workload_how}"))
