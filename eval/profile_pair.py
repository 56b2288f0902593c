"""Profiles before and after, for the evidence: where the time went and where it goes now."""

from __future__ import annotations

import time
from dataclasses import dataclass

from speedwright.errors import SpeedwrightError
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.versions import VersionFailed
from speedwright.eval.profiling import profile_version
from speedwright.eval.progress import Progress
from speedwright.eval.verdict import Judgement, Measured
from speedwright.profiler.speedscope import speedscope_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePair:
    """Two profiles as speedscope files.

    Attributes:
        base: Of the base; `None` if there is none.
        candidate: Of the candidate; `None` if there is none.
        note: Why one is missing; empty if both are here.
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
    """Profile base and candidate; a profile that cannot be had is no error, but is said.

    Args:
        baseline: What was judged.
        diff: Of the candidate.
        judgement: What was said of it; only what was timed is worth a profile.
        progress: Hears of it.
        deadline_s: Point on the monotonic clock after which nothing is begun.
    """
    if not isinstance(judgement.verdict, Measured):
        return ProfilePair(note="no profiles: the verdict does not rest on times")
    found: dict[str, str] = {}
    how = baseline.target.workload_how
    for name, patch in (("base", ""), ("candidate", diff)):
        if deadline_s is not None and time.monotonic() > deadline_s:
            return ProfilePair(**found, note=f"no profile of the {name}: no time was left")
        progress.step("profile", name)
        try:
            folder = baseline.versions.folder(patch)
            profile = profile_version(baseline, folder)
            found[name] = speedscope_json(profile, name=f"{name}: {how}")
        except (SpeedwrightError, VersionFailed) as error:
            why = str(error).splitlines()[0]
            return ProfilePair(**found, note=f"no profile of the {name}: {why}")
    return ProfilePair(**found)
