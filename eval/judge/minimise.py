"""Step 9, minimise: debris and hunks that do not pay are dropped, the rest shares out the gain.

Debris (`debris.py`) goes first, if what is left still stands (`standing.py`). Then each hunk is
taken out on its own. If the rest does not stand, the hunk is needed; otherwise the patch is
screened against the patch without it: `faster` means that the hunk pays, and its share of the gain
is noted; any other word means that it does not, and it goes. The result is a proposal: it is
confirmed like any candidate.

Does not cover: hunks that pay only together (each alone looks useless: then both are kept if the
remainder turns out slower, since the caller confirms it against the base).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any

from unidiff.patch import PatchSet

from speedwright.errors import SandboxError
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.debris import Debris, Tidied, tidied
from speedwright.eval.judge.imports import newly_imported
from speedwright.eval.judge.measure import Mode, measure
from speedwright.eval.judge.standing import passes, stands
from speedwright.eval.judge.versions import VersionFailed
from speedwright.eval.progress import Progress
from speedwright.eval.verdict import Measured

MOST_HUNKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class HunkShare:
    """What one hunk of a patch is worth.

    Attributes:
        path: File.
        line: First line in the new file.
        share: Of the whole gain (0-1, in logs); `None` if it could not be taken out alone.
        is_dropped: It does not pay and is not part of the result.
        is_tried: There was time to take it out.
    """

    path: str
    line: int
    share: float | None
    is_dropped: bool
    is_tried: bool = True

    @property
    def sentence(self) -> str:
        """For people."""
        place = f"{self.path}:{self.line}"
        if self.is_dropped:
            return f"hunk at {place} did not pay and was dropped"
        if not self.is_tried:
            return f"hunk at {place} was kept untried: the time was up"
        if self.share is None:
            return f"hunk at {place} is needed by the others"
        return f"hunk at {place}: {self.share:.0%} of the gain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimised:
    """A patch without the hunks that do not pay.

    Attributes:
        diff: What is left; the whole patch if nothing could be dropped.
        hunks: Every hunk of the patch without debris; none if it is one hunk, or too many.
        debris: What was removed before.
    """

    diff: str
    hunks: tuple[HunkShare, ...]
    debris: tuple[Debris, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """For people."""
        return (*(d.sentence for d in self.debris), *(hunk.sentence for hunk in self.hunks))

    def to_json(self) -> dict[str, Any]:
        """For the record."""
        return {
            "hunks": [asdict(hunk) for hunk in self.hunks],
            "debris": [asdict(part) for part in self.debris],
        }


def minimise(
    diff: str,
    baseline: Baseline,
    progress: Progress,
    *,
    seed: int,
    deadline_s: float | None = None,
) -> Minimised:
    """Take debris out, then hunks one by one, from the last to the first.

    Args:
        diff: A patch that was found faster.
        baseline: What it applies to.
        progress: Hears of every hunk.
        seed: Of the measurements.
        deadline_s: Point on the monotonic clock after which the rest is kept as it is.
    """
    tidy = tidied(diff, baseline.target.snapshot)
    if tidy.removed:
        progress.step("minimise", f"without debris ({len(tidy.removed)})")
        if not tidy.diff or not stands(tidy.diff, baseline):
            tidy = Tidied(diff=diff)
    diff = tidy.diff
    places = hunks_of(diff)
    if not 1 < len(places) <= MOST_HUNKS:
        return Minimised(diff=diff, hunks=(), debris=tidy.removed)
    kept = list(range(len(places)))
    gains: dict[int, float | None] = {}
    for index in reversed(range(len(places))):
        if deadline_s is not None and time.monotonic() > deadline_s:
            break
        progress.step("minimise", f"without hunk {index + 1} of {len(places)}")
        rest = [k for k in kept if k != index]
        parts = with_hunks(diff, kept), with_hunks(diff, rest)
        gains[index] = _gain(*parts, baseline, progress, seed + index)
        if rest and gains[index] == 0.0:
            kept = rest
    total = sum(g for k, g in gains.items() if g and k in kept)
    hunks = tuple(
        HunkShare(
            path=path,
            line=line,
            share=_share(gains.get(index), total),
            is_dropped=index not in kept,
            is_tried=index in gains,
        )
        for index, (path, line) in enumerate(places)
    )
    is_whole = len(kept) == len(places)
    small = diff if is_whole else with_hunks(diff, kept)
    return Minimised(diff=small, hunks=hunks, debris=tidy.removed)


def hunks_of(diff: str) -> list[tuple[str, int]]:
    """File and first new line of every hunk, in order."""
    return [(file.path, hunk.target_start) for file in PatchSet(diff) for hunk in file]


def with_hunks(diff: str, kept: Sequence[int]) -> str:
    """The diff with only those hunks (counted over all files), files without any left out."""
    wanted = set(kept)
    out: list[str] = []
    index = 0
    for file in PatchSet(diff):
        chosen = []
        for hunk in file:
            if index in wanted:
                chosen.append(str(hunk))
            index += 1
        if chosen:
            header = "".join(str(line) for line in (file.patch_info or ()))
            names = f"--- {file.source_file}\n+++ {file.target_file}\n"
            out += [header, names, *chosen]
    return "".join(out)


def _gain(diff: str, less: str, baseline: Baseline, progress: Progress, seed: int) -> float | None:
    """Log gain of a patch over less of it; 0 if more does not pay, `None` if less does not pass."""
    if less and not passes(less, baseline):
        return None
    try:
        folders = baseline.versions.folder(less), baseline.versions.folder(diff)
        loaded = newly_imported(*folders, diff)
        found = measure(
            baseline, *folders, mode=Mode.SCREEN, seed=seed, progress=progress, loaded=loaded
        ).verdict
    except (VersionFailed, SandboxError):
        return None
    if not isinstance(found, Measured):
        return None
    return log(found.comparison.speedup) if found.comparison.word == "faster" else 0.0


def _share(gain: float | None, total: float) -> float | None:
    if gain is None:
        return None
    return gain / total if total > 0 else 0.0
