"""`verify`: judge someone else's evidence again, here, and say whether the claim replicates."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from speedwright.errors import UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.evidence import EvidenceRecord, read_evidence, unpack_base
from speedwright.eval.judging import JudgeReport, judge_version
from speedwright.eval.patch import read_patch
from speedwright.eval.progress import Progress
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import TargetRequest
from speedwright.sandbox.snapshot import Snapshot, snapshot_folder

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What came of judging again.

    Attributes:
        claimed: The claim as it stands in the evidence.
        report: The judgement made here.
        is_replicated: The same verdict came out here (for `faster`: `faster` again).
        sentence: For people.
    """

    claimed: dict[str, Any]
    report: JudgeReport
    is_replicated: bool
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """The judgement made here, with the claim beside it."""
        return {
            **self.report.to_json(),
            "replicated": self.is_replicated,
            "sentence": self.sentence,
            "claim": {
                key: self.claimed.get(key)
                for key in ("verdict", "speedup", "ci_low", "ci_high", "confidence", "pairs")
            },
        }


def verify_evidence(
    folder: Path, *, sandbox: str = "auto", image: str = "auto", progress: Progress
) -> VerifyReport:
    """Judge the evidence again.

    Raises:
        UsageError: No evidence there, damaged, or its base is not what it says.
        SpeedwrightError: The target cannot be worked on here.
    """
    record = read_evidence(folder)
    diff = read_patch(folder / "patch.diff")
    with scratch_folder() as scratch:
        base = _base(record, folder, scratch)
        candidate = Candidate(diff=diff, author=record.author, summary=record.summary)
        request = _request(record, folder, scratch / "base", sandbox=sandbox, image=image)
        report = judge_version(
            request,
            candidate,
            base,
            progress,
            title=f"evidence of {record.target.name}",
            holdout=tuple(record.target.holdout),
        )
    claimed, found = record.claim, report.judgement.to_json()
    is_replicated = claimed.get("verdict") == found["verdict"]
    return VerifyReport(
        claimed=claimed,
        report=report,
        is_replicated=is_replicated,
        sentence=_sentence(claimed, found, is_replicated=is_replicated),
    )


def _base(record: EvidenceRecord, folder: Path, scratch: Path) -> Snapshot:
    plain = scratch / "base"
    plain.mkdir()
    unpack_base(folder, plain)
    base = snapshot_folder(plain, scratch / "copy")
    if base.identity.tree != record.base.tree:
        raise UsageError(
            f"the base in `{folder}` is not the one it was measured against",
            hint=f"its tree is {base.identity.tree}, the evidence says {record.base.tree}",
        )
    workload = folder / "workload"
    if workload.is_dir():
        shutil.copytree(workload, scratch / "workload", symlinks=False)
    return base


def _request(
    record: EvidenceRecord, folder: Path, root: Path, *, sandbox: str, image: str
) -> TargetRequest:
    target = record.target
    return TargetRequest(
        path=root,
        workload=_workload(record, root),
        test=shlex.join(_words(target.test)) if target.test else "",
        build=shlex.join(_words(target.build)) if target.build else None,
        sandbox=sandbox,
        image=image,
        env=dict(target.env),
        requirements=tuple(target.requirements),
        paths=tuple(target.paths),
        deny=tuple(target.deny),
        margin=target.margin,
        out=folder.resolve() / "verified",
    )


def _workload(record: EvidenceRecord, root: Path) -> str:
    target = record.target
    if target.workload_command:
        return shlex.join(_words(target.workload_command))
    name = PurePosixPath(target.workload_file or "").name
    outside = root.parent / "workload" / name
    return str(outside) if outside.is_file() else str(target.workload_file)


def _words(argv: list[str] | None) -> list[str]:
    """The command with an interpreter of this machine, if its own is not here."""
    words = list(argv or [])
    if words and words[0].startswith("/") and not Path(words[0]).exists():
        words[0] = PurePosixPath(words[0]).name
        if words[0].startswith("python"):
            words[0] = "python"
    return words


def _sentence(claimed: dict[str, Any], found: dict[str, Any], *, is_replicated: bool) -> str:
    here, there = found["verdict"], claimed.get("verdict")
    if not is_replicated:
        return f"the claim does not replicate here: `{there}` was claimed, `{here}` was found"
    if there != "faster":
        return f"the verdict replicates: `{here}` again"
    old, new = float(claimed.get("speedup") or 1), float(found["speedup"])
    return f"the claim replicates: {old:.3g}x was claimed, {new:.3g}x was found here"
