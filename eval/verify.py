"""`verify`: judge someone else's evidence again, here, and say whether the claim replicates."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from speedwright.errors import UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.evidence import EvidenceRecord, read_evidence
from speedwright.eval.evidence_base import plain_file, unpack_base
from speedwright.eval.judging import JudgeReport, judge_version
from speedwright.eval.patch import MAX_PATCH_BYTES, read_patch
from speedwright.eval.progress import Progress
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import TargetRequest
from speedwright.profiler.shield import clean_line
from speedwright.sandbox.snapshot import Snapshot, snapshot_folder
from speedwright.sandbox.toolchain import SYSTEM_SEARCH_PATH

SCHEMA_VERSION = 1
MAX_WORKLOAD_BYTES = 1_000_000
PLAIN_REQUIREMENT = re.compile(
    r"(?:-r\s*(?!\S*\.\.)[\w][\w./-]*|[A-Za-z0-9][\w.-]*(?:\[[\w, -]*\])?\s*(?:[<>=!~][^/@\s]*)?)",
    re.ASCII,
)
"""`name`, `name==1.2`, `name[extra]>=1,<2`, `-r FILE` of the base; no options, links or paths."""
OURS = ("unstable", "infra_error")


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
    folder: Path,
    *,
    sandbox: str = "auto",
    image: str = "auto",
    may_install: bool = False,
    progress: Progress,
) -> VerifyReport:
    """Judge the evidence again.

    Args:
        folder: The evidence: hostile input, whoever wrote it.
        sandbox: Where its code runs.
        image: See `TargetRequest`.
        may_install: Whether the packages it names may be installed here, which runs code of them.
        progress: Hears of every step.

    Raises:
        UsageError: No evidence there, damaged, or its base is not what it says.
        SpeedwrightError: The target cannot be worked on here.
    """
    record = read_evidence(folder)
    _check_requirements(record, may_install=may_install)
    diff = _patch(folder)
    with scratch_folder() as scratch:
        base = _base(record, folder, scratch)
        candidate = Candidate(diff=diff, author=record.author, summary=record.summary)
        request = _request(record, folder, scratch, sandbox=sandbox, image=image)
        report = judge_version(
            request,
            candidate,
            base,
            progress,
            title=f"evidence of {record.target.name}",
            holdout=tuple(record.target.holdout),
        )
    claimed, found = record.claim, report.judgement.to_json()
    return VerifyReport(
        claimed=claimed,
        report=report,
        is_replicated=claimed["verdict"] == found["verdict"],
        sentence=replication(claimed, found),
    )


def _patch(folder: Path) -> str:
    try:
        return read_patch(plain_file(folder / "patch.diff", MAX_PATCH_BYTES))
    except OSError as error:
        raise UsageError(f"the evidence in `{folder}` has no patch: {error.strerror}") from error


def _check_requirements(record: EvidenceRecord, *, may_install: bool) -> None:
    """Installing runs code of the packages on this machine, outside of any box."""
    lines = [text for text in record.target.requirements for text in text.splitlines()]
    if lines and not may_install:
        raise UsageError(
            "the evidence needs packages installed, which runs their code on this machine: "
            + ", ".join(f"`{clean_line(text)}`" for text in lines[:10]),
            hint="if you trust them: speedwright verify --install EVIDENCE",
        )
    for text in lines:
        if not PLAIN_REQUIREMENT.fullmatch(text.strip()):
            raise UsageError(
                f"the evidence asks for `{clean_line(text)}`, which is no plain package or file",
                hint="install it yourself, activate that environment, and take it out of "
                "`requirements` in evidence.json",
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
    _copy_workload(record, folder, scratch / "workload")
    return base


def _copy_workload(record: EvidenceRecord, folder: Path, into: Path) -> None:
    """The one file of `workload/` that is used; nothing else of that folder is looked at."""
    name = PurePosixPath(record.target.workload_file or "").name
    if not name or not os.path.lexists(folder / "workload" / name):
        return
    data = plain_file(folder / "workload" / name, MAX_WORKLOAD_BYTES).read_bytes()
    into.mkdir()
    (into / name).write_bytes(data)


def _request(
    record: EvidenceRecord, folder: Path, scratch: Path, *, sandbox: str, image: str
) -> TargetRequest:
    target, root = record.target, scratch / "base"
    out = folder.resolve() / "verified"
    if out.is_symlink():
        raise UsageError(f"`{out}` is a link: results are not written through it")
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
        out=out,
    )


def _workload(record: EvidenceRecord, root: Path) -> str:
    target = record.target
    if target.workload_command:
        return shlex.join(_words(target.workload_command))
    name = PurePosixPath(target.workload_file or "").name
    outside = root.parent / "workload" / name
    if outside.is_file():
        return str(outside)
    if not target.workload_file or not (root / target.workload_file).is_file():
        raise UsageError("the evidence names no workload that it holds")
    return target.workload_file


def _words(argv: list[str] | None) -> list[str]:
    """The command with this machine's own programs: what it names by path may be anything."""
    words = list(argv or [])
    if words and words[0].startswith("/"):
        name = PurePosixPath(words[0]).name
        is_system = str(PurePosixPath(words[0]).parent) in SYSTEM_SEARCH_PATH
        if name.startswith(("python", "pypy")):
            words[0] = "python"
        elif not is_system:
            words[0] = name
    return words


def replication(claimed: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Whether a claim replicates, in one sentence.

    Args:
        claimed: `verdict`, `speedup`, `ci_low` and `ci_high` of the evidence.
        found: The same, found here.
    """
    here, there = found["verdict"], claimed["verdict"]
    if here in OURS and there != here:
        return f"nothing can be said here: `{there}` was claimed, and this machine says `{here}`"
    if here != there:
        return f"the claim does not replicate here: `{there}` was claimed, `{here}` was found"
    if there != "faster":
        return f"the verdict replicates: `{here}` again"
    numbers = f"{_factor(claimed)} was claimed, {_factor(found)} was found here"
    if not (claimed["ci_low"] <= found["ci_high"] and found["ci_low"] <= claimed["ci_high"]):
        return f"the claim replicates, but not in size: {numbers}"
    return f"the claim replicates: {numbers}"


def _factor(document: Mapping[str, Any]) -> str:
    return f"{document['speedup']:.3g}x ({document['ci_low']:.3g}-{document['ci_high']:.3g})"
