"""Step 3, dynamic: does the patch leave files in its own folder, which outlives a sample?

Scratch places are emptied between samples and the source is read-only, so nothing can be kept from
one run to the next - except under the plain `process` sandbox, which cannot enforce that, and where
the target itself only works with a writable folder.

Covers: files of the candidate's folder that are new or changed since it was built, in places where
the base does not write.
Does not cover: files that the base writes too, or beside such files, since names may differ from
run to run (their content may hold more now); files elsewhere under the `process` sandbox.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from speedwright.eval.judge.versions import FIXED_TIME_S
from speedwright.eval.verdict import Rejected

SHOWN = 3
CHECKED_OUT = (FIXED_TIME_S, FIXED_TIME_S + 1)
IGNORED = ("__pycache__", ".git", ".pytest_cache", ".hypothesis")

Manifest = Mapping[str, tuple[int, int]]


def manifest(folder: Path) -> Manifest:
    """Size and time of change (ns) of every file below a folder, caches of tools left out."""
    found: dict[str, tuple[int, int]] = {}
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in IGNORED]
        for name in files:
            file = Path(root, name)
            try:
                facts = file.lstat()
            except OSError:
                continue
            found[file.relative_to(folder).as_posix()] = (facts.st_size, facts.st_mtime_ns)
    return found


def refuse_kept_files(fresh: Manifest, folder: Path, others: Iterable[Path]) -> Rejected | None:
    """A refusal, if the candidate wrote what the version it is measured against does not write.

    Args:
        fresh: The candidate's folder when it was built.
        folder: The same folder after all runs.
        others: Folders of the base and of the version to beat, after their runs.
    """
    now = manifest(folder)
    written = {name for name, facts in now.items() if fresh.get(name) != facts}
    theirs = {
        name
        for other in others
        for name, (_, changed_ns) in manifest(other).items()
        if changed_ns // 1_000_000_000 not in CHECKED_OUT
    }
    places = {PurePosixPath(name).parent for name in theirs if name not in fresh}
    kept = sorted(n for n in written - theirs if PurePosixPath(n).parent not in places)
    if not kept:
        return None
    shown = ", ".join(f"`{name}`" for name in kept[:SHOWN])
    more = f" and {len(kept) - SHOWN} more" if len(kept) > SHOWN else ""
    return Rejected(
        reasons=(
            f"running it leaves {shown}{more} in the target's folder, and the base does not: "
            "what outlives a run could carry results from one to the next",
        )
    )
