"""The evidence folder: from it anyone can judge the claim again.

evidence.json    the claim, identities, commands, statistics, machine, what was not checked
patch.diff       the change
base.tar.gz      the base it was measured against (up to 20 MB)
samples.json     every timed run
workload/        a workload file that is not part of the base
README.md        the claim in words and the command that judges it again
"""

from __future__ import annotations

import gzip
import io
import json
import shlex
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from speedwright import __version__
from speedwright.errors import UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.discover import OUTSIDE_FOLDER
from speedwright.eval.storage import told_where
from speedwright.eval.target import Target
from speedwright.eval.verdict import Judgement
from speedwright.profiler import FunctionWorkload
from speedwright.sandbox.git import git
from speedwright.sandbox.snapshot import Snapshot

SCHEMA_VERSION = 1
MAX_BASE_BYTES = 20_000_000
MAX_RECORD_BYTES = 20_000_000


class BaseRecord(BaseModel):
    """Identity of the base."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    commit: str
    is_dirty: bool
    tree: str
    files: int
    total_bytes: int
    is_included: bool


class TargetRecord(BaseModel):
    """How the target was run; commands as words."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    workload_command: list[str] | None
    workload_file: str | None
    test: list[str] | None
    build: list[str] | None
    env: dict[str, str]
    requirements: list[str]
    paths: list[str]
    deny: list[str]
    margin: float
    holdout: list[str]
    sandbox: str
    toolchain: str


class EvidenceRecord(BaseModel):
    """`evidence.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: int
    speedwright: str
    claim: dict[str, Any]
    author: str
    summary: str
    base: BaseRecord
    target: TargetRecord
    machine: dict[str, str | int | float | bool | None]
    sandbox: dict[str, str]
    seed: int


def write_evidence(
    folder: Path,
    *,
    target: Target,
    candidate: Candidate,
    judgement: Judgement,
    seed: int,
    machine: Mapping[str, str | int | float | bool | None],
    requirements: tuple[str, ...] = (),
    holdout: tuple[str, ...] = (),
) -> Path:
    """Write the folder.

    Args:
        folder: New or empty.
        target: As it was judged.
        candidate: As it was judged.
        judgement: What the judge said.
        seed: Of the measurement.
        machine: Facts of `sandbox.doctor.machine_facts`.
        requirements: As the user gave them.
        holdout: Hold-out workloads, as the user named them.

    Returns:
        The folder; it is there whole or not at all.
    """
    new = folder.with_name(folder.name + ".new")
    remove_evidence(new)
    try:
        with told_where(folder):
            new.mkdir(parents=True)
            _write(new, target, candidate, judgement, seed, machine, requirements, holdout)
            remove_evidence(folder)
            new.replace(folder)
    finally:
        remove_evidence(new)
    return folder


def _write(
    folder: Path,
    target: Target,
    candidate: Candidate,
    judgement: Judgement,
    seed: int,
    machine: Mapping[str, str | int | float | bool | None],
    requirements: tuple[str, ...],
    holdout: tuple[str, ...],
) -> None:
    is_included = target.snapshot.identity.total_bytes <= MAX_BASE_BYTES
    if is_included:
        (folder / "base.tar.gz").write_bytes(_archive(target.snapshot))
    (folder / "patch.diff").write_text(candidate.diff, encoding="utf-8")
    _write_json(folder / "samples.json", {"rounds": list(judgement.samples)})
    for name, data in target.extra_files.items():
        place = folder / "workload" / PurePosixPath(name).name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
    record = EvidenceRecord(
        schema_version=SCHEMA_VERSION,
        speedwright=__version__,
        claim={k: v for k, v in judgement.to_json().items() if k != "schema_version"},
        author=candidate.author,
        summary=candidate.summary,
        base=_base_record(target.snapshot, is_included=is_included),
        target=_target_record(target, requirements, holdout),
        machine=dict(machine),
        sandbox=target.sandbox.describe(),
        seed=seed,
    )
    (folder / "evidence.json").write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_readme(record, candidate, judgement), encoding="utf-8")


def read_evidence(folder: Path) -> EvidenceRecord:
    """The record of an evidence folder; hostile input.

    Raises:
        UsageError: No evidence there, damaged, or of a later version.
    """
    file = folder / "evidence.json"
    try:
        if file.stat().st_size > MAX_RECORD_BYTES:
            raise UsageError(f"`{file}` is too large to be evidence")
        data = json.loads(file.read_text("utf-8"))
        version = data.get("schema_version") if isinstance(data, dict) else None
        if version != SCHEMA_VERSION:
            raise UsageError(f"`{file}` has schema version `{version}`, not {SCHEMA_VERSION}")
        return EvidenceRecord.model_validate(data)
    except OSError as error:
        raise UsageError(
            f"no evidence in `{folder}`: {error.strerror}",
            hint="give the folder that holds evidence.json",
        ) from error
    except (ValueError, ValidationError, RecursionError) as error:
        raise UsageError(f"`{file}` is damaged: {str(error)[:300]}") from error


def unpack_base(folder: Path, into: Path) -> Path:
    """Unpack `base.tar.gz`, refusing links out of it, devices and absolute paths.

    Raises:
        UsageError: Missing, damaged or hostile.
    """
    archive = folder / "base.tar.gz"
    if not archive.is_file():
        raise UsageError(
            f"the evidence in `{folder}` does not include its base (over 20 MB)",
            hint="check out the commit named in evidence.json and use: speedwright judge",
        )
    try:
        with tarfile.open(archive, "r:gz") as packed:
            total = 0
            for member in packed:
                total += member.size
                if total > 20 * MAX_BASE_BYTES:
                    raise UsageError(f"`{archive}` unpacks to far more than it should")
                packed.extract(member, into, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UsageError(f"`{archive}` cannot be unpacked: {error}") from error
    return into


def reproduce_command(folder: Path | str) -> str:
    """The command that judges the evidence again."""
    return f"speedwright verify {shlex.quote(str(folder))}"


def remove_evidence(folder: Path) -> None:
    """Remove a folder written by `write_evidence`."""
    shutil.rmtree(folder, ignore_errors=True)


def _archive(snapshot: Snapshot) -> bytes:
    """The tree as a reproducible tar: git's own archive of the base commit."""
    tar = git(snapshot.tree, "archive", "--format=tar", "HEAD")
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream:
        stream.write(tar)
    return packed.getvalue()


def _base_record(snapshot: Snapshot, *, is_included: bool) -> BaseRecord:
    known = snapshot.identity
    return BaseRecord(
        commit=known.commit,
        is_dirty=known.is_dirty,
        tree=known.tree,
        files=known.files,
        total_bytes=known.total_bytes,
        is_included=is_included,
    )


def _target_record(
    target: Target, requirements: tuple[str, ...], holdout: tuple[str, ...]
) -> TargetRecord:
    workload = target.workload
    file = workload.file if isinstance(workload, FunctionWorkload) else None
    return TargetRecord(
        name=target.root.name.encode("utf-8", "replace").decode(),
        workload_command=None if isinstance(workload, FunctionWorkload) else list(workload.argv),
        workload_file=file,
        test=list(target.test.argv) if target.test else None,
        build=list(target.build) if target.build else None,
        env=dict(target.env),
        requirements=list(requirements),
        paths=list(target.paths),
        deny=list(target.deny),
        margin=target.margin,
        holdout=list(holdout),
        sandbox=target.sandbox.name,
        toolchain=target.toolchain_how,
    )


def _readme(record: EvidenceRecord, candidate: Candidate, judgement: Judgement) -> str:
    reasons = "\n".join(
        f"- {line}" for r in judgement.verdict.reasons for line in r.splitlines()[:3]
    )
    unchecked = "\n".join(f"- {text}" for text in judgement.not_checked)
    return (
        f"# {record.target.name}: `{judgement.word}`\n\n{reasons}\n\n"
        f"Patch: `patch.diff` ({candidate.author}). Base: commit `{record.base.commit or 'none'}`"
        f"{' with uncommitted changes' if record.base.is_dirty else ''}, tree `{record.base.tree}`."
        f"\n\nJudge it again on any machine:\n\n    speedwright verify .\n\n"
        f"Every timed run is in `samples.json`.\n\n## What was not checked\n\n{unchecked}\n"
    )


def _write_json(file: Path, data: Mapping[str, Any]) -> None:
    file.write_text(json.dumps({"schema_version": SCHEMA_VERSION, **data}) + "\n", encoding="utf-8")


__all__ = [
    "OUTSIDE_FOLDER",
    "EvidenceRecord",
    "read_evidence",
    "remove_evidence",
    "reproduce_command",
    "unpack_base",
    "write_evidence",
]
