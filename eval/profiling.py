"""Profiles of a target's versions, and `profile`: where does the time go?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from speedwright.errors import UsageError
from speedwright.eval.judge.baseline import FIRST_WALL_S, Baseline, prepare_baseline
from speedwright.eval.judge.boxes import MEMORY_BYTES, box_for
from speedwright.eval.progress import Progress
from speedwright.eval.resolve import UNSETTLED, resolve_target
from speedwright.eval.run_folder import RunFolder
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import TargetRequest
from speedwright.profiler import Profile
from speedwright.profiler.render import HotSpot, render_for_model, render_for_people
from speedwright.profiler.speedscope import speedscope_json
from speedwright.profiler.tools.choose import choose_profiler
from speedwright.sandbox import Limits

SCHEMA_VERSION = 1
CALLGRIND_SLOWDOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileReport:
    """Where the time goes.

    Attributes:
        profile: All of it.
        hot_spots: Rows for people.
        workload: What was profiled.
        wall_s: The workload without the profiler.
        speedscope: File for speedscope.app.
    """

    profile: Profile
    hot_spots: tuple[HotSpot, ...]
    workload: str
    wall_s: float
    speedscope: Path

    def to_json(self) -> dict[str, Any]:
        """One document, `schema_version` first."""
        return {
            "schema_version": SCHEMA_VERSION,
            "workload": self.workload,
            "wall_s": self.wall_s,
            "profiler": self.profile.profiler,
            "unit": self.profile.unit,
            "total": self.profile.total,
            "hot_spots": [asdict(row) for row in self.hot_spots],
            "notes": list(self.profile.notes),
            "speedscope": str(self.speedscope),
        }


def profile_version(baseline: Baseline, folder: Path) -> Profile:
    """Profile of a built version, in a session of its own.

    Raises:
        ToolMissing: No profiler for this kind of workload is installed.
        ProfilerError: The workload failed under it, or its output could not be read.
        SandboxError: The sandbox failed.
    """
    wall_s = min(baseline.wall_s * CALLGRIND_SLOWDOWN + 60, FIRST_WALL_S)
    place = baseline.versions.copy(folder) if baseline.needs_write else folder
    box = box_for(
        baseline.target,
        place,
        trusted=baseline.versions.trusted,
        is_writable=baseline.needs_write,
        limits=Limits(wall_s=wall_s, memory_bytes=MEMORY_BYTES),
    )
    workload = baseline.target.workload
    try:
        return choose_profiler(workload, box).profile(workload, baseline.target.sandbox, box)
    finally:
        if baseline.needs_write:
            baseline.versions.forget(place)


def profile_text(
    profile: Profile,
    source: Callable[[str], str | None],
    *,
    workload: str,
    base: Profile | None = None,
) -> str:
    """The profile as a model reads it."""
    return render_for_model(profile, source, workload_text=workload, base=base)


def profile_target(request: TargetRequest, progress: Progress) -> ProfileReport:
    """Profile the workload of a target.

    Raises:
        SpeedwrightError: The target cannot be worked on, or nothing here can profile it.
    """
    with scratch_folder() as scratch:
        target = resolve_target(request, scratch, progress)
        if target.workload is UNSETTLED and target.test is None:
            raise UsageError("nothing to profile", hint="name a workload with --workload")
        run = RunFolder.create(target.root, request.out)
        progress.folder(run.path)
        baseline = prepare_baseline(
            target, scratch / "versions", progress, has_tests=target.workload is UNSETTLED
        )
        progress.step("profile", baseline.target.workload_how)
        profile = profile_version(baseline, baseline.folder)
        text = speedscope_json(profile, name=baseline.target.workload_how)
        file = run.write_text("profile.speedscope.json", text)
        run.write_json("run.json", {"kind": "profile", "workload": baseline.target.workload_how})
        return ProfileReport(
            profile=profile,
            hot_spots=render_for_people(profile),
            workload=baseline.target.workload_how,
            wall_s=baseline.wall_s,
            speedscope=file,
        )
