"""The evidence folder: from it anyone can judge the claim again.

evidence.json    the claim, identities, commands, statistics, machine, what was not checked
patch.diff       the change
base.tar.gz      the base it was measured against (up to 20 MB)
samples.json     every timed run, of hold-outs too
tests.json       tests by id, with their outcomes on base and candidate
inputs.json      what the differential test tried
profiles/        of base and candidate, for speedscope.app
workload/        a workload file that is not part of the base
README.md        the claim in words and how to check it
"""

from __future__ import annotations

import json
import math
import platform
import shlex
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from speedwright import __version__
from speedwright.errors import UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.discover import OUTSIDE_FOLDER
from speedwright.eval.evidence_base import ARCHIVE, MAX_BASE_BYTES, pack_base, plain_file
from speedwright.eval.evidence_readme import readme
from speedwright.eval.profile_pair import ProfilePair
from speedwright.eval.storage import told_where
from speedwright.eval.target import Target
from speedwright.eval.verdict import WORDS, Judgement
from speedwright.profiler import FunctionWorkload
from speedwright.sandbox.git import git
from speedwright.sandbox.snapshot import Snapshot

SCHEMA_VERSION = 2
READABLE = (1, 2)
MAX_RECORD_BYTES = 20_000_000
TRIED = ("functions", "calls_recorded", "calls_replayed", "generated", "programs", "sample")


def _claim(value: dict[str, Any]) -> dict[str, Any]:
    if value.get("verdict") not in WORDS:
        raise ValueError("the claim is no verdict")
    for key in ("speedup", "ci_low", "ci_high"):
        number = value.get(key)
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if number is not None and not (is_number and math.isfinite(number) and number > 0):
            raise ValueError(f"the claim's `{key}` is no factor")
        if number is None and value["verdict"] == "faster":
            raise ValueError(f"the claim has no `{key}`")
    return value


def _inside(value: str | None) -> str | None:
    pure = PurePosixPath(value or "x")
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in str(value):
        raise ValueError("a file of the target lies in it")
    return value


def _argv(value: list[str] | None) -> list[str] | None:
    if value is not None and (not value or not value[0] or any("\0" in word for word in value)):
        raise ValueError("a command has words")
    return value


Words = Annotated[list[str] | None, AfterValidator(_argv)]


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
    workload_command: Words
    workload_file: Annotated[str | None, AfterValidator(_inside)]
    test: Words
    build: Words
    env: dict[str, str]
    requirements: list[str]
    paths: list[str]
    deny: list[str]
    margin: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
    holdout: list[str]
    sandbox: str
    toolchain: str


class EvidenceRecord(BaseModel):
    """`evidence.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: int
    speedwright: str
    claim: Annotated[dict[str, Any], AfterValidator(_claim)]
    author: str
    summary: str
    base: BaseRecord
    target: TargetRecord
    machine: dict[str, str | int | float | bool | None]
    sandbox: dict[str, str]
    seed: int
    versions: dict[str, str] = Field(default_factory=dict)
    notes: list[str] = Field(default_factory=list)


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
    profiles: ProfilePair | None = None,
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
        profiles: Before and after.

    Returns:
        The folder; it is there whole or not at all.
    """
    new = folder.with_name(folder.name + ".new")
    remove_evidence(new)
    try:
        with told_where(folder):
            new.mkdir(parents=True)
            record = EvidenceRecord(
                schema_version=SCHEMA_VERSION,
                speedwright=__version__,
                claim={k: v for k, v in judgement.to_json().items() if k != "schema_version"},
                author=candidate.author,
                summary=candidate.summary,
                base=_base_record(target.snapshot),
                target=_target_record(target, requirements, holdout),
                machine=dict(machine),
                sandbox=target.sandbox.describe(),
                seed=seed,
                versions=_versions(target),
                notes=[profiles.note] if profiles and profiles.note else [],
            )
            _write(new, record, target, candidate.diff, judgement, profiles or ProfilePair())
            remove_evidence(folder)
            new.replace(folder)
    finally:
        remove_evidence(new)
    return folder


def _write(
    folder: Path,
    record: EvidenceRecord,
    target: Target,
    diff: str,
    judgement: Judgement,
    profiles: ProfilePair,
) -> None:
    if record.base.is_included:
        (folder / ARCHIVE).write_bytes(pack_base(target.snapshot))
    (folder / "patch.diff").write_text(diff, encoding="utf-8")
    held = {name: list(rows) for name, rows in judgement.holdout_samples.items()}
    _write_json(folder / "samples.json", {"rounds": list(judgement.samples), "holdout": held})
    outcomes = {arm: dict(found) for arm, found in judgement.outcomes.items()}
    flaky = list(judgement.tests_flaky)
    _write_json(folder / "tests.json", {"outcomes": outcomes, "flaky": flaky})
    tried = judgement.differential or {}
    _write_json(folder / "inputs.json", {key: tried.get(key) for key in TRIED})
    for name, text in (("base", profiles.base), ("candidate", profiles.candidate)):
        if text is not None:
            (folder / "profiles").mkdir(exist_ok=True)
            file = folder / "profiles" / f"{name}.speedscope.json"
            file.write_text(text, encoding="utf-8")
    for name, data in target.extra_files.items():
        place = folder / "workload" / PurePosixPath(name).name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
    (folder / "evidence.json").write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    known = record.target
    text = readme(
        name=known.name,
        claim=record.claim,
        author=record.author,
        base=record.base.model_dump(),
        commands={
            "workload": known.workload_command or known.workload_file,
            "build": known.build,
            "test": known.test,
        },
        machine=record.machine,
        versions=record.versions,
        notes=record.notes,
        files=sorted(path.name for path in folder.iterdir()),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def read_evidence(folder: Path) -> EvidenceRecord:
    """The record of an evidence folder; hostile input.

    Raises:
        UsageError: No evidence there, damaged, or of a later version.
    """
    file = folder / "evidence.json"
    try:
        data = json.loads(plain_file(file, MAX_RECORD_BYTES).read_text("utf-8"))
        schema = data.get("schema_version") if isinstance(data, dict) else None
        if type(schema) is not int or schema not in READABLE:
            raise UsageError(
                f"`{file}` has schema version `{str(schema)[:40]}`, and this speedwright reads "
                f"{', '.join(map(str, READABLE))}",
                hint="a newer speedwright may read it",
            )
        return EvidenceRecord.model_validate(data)
    except OSError as error:
        raise UsageError(
            f"no evidence in `{folder}`: {error.strerror}",
            hint="give the folder that holds evidence.json",
        ) from error
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
        raise UsageError(f"`{file}` is damaged: {said[:300]}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"`{file}` is damaged: {str(error)[:300]}") from error


def reproduce_command(folder: Path | str) -> str:
    """The command that judges the evidence again."""
    return f"speedwright verify {shlex.quote(str(folder))}"


def remove_evidence(folder: Path) -> None:
    """Remove a folder written by `write_evidence`."""
    shutil.rmtree(folder, ignore_errors=True)


def _versions(target: Target) -> dict[str, str]:
    """Programs that the verdict went through."""
    first = git(target.snapshot.tree, "version").decode("utf-8", "replace").strip()
    return {
        "speedwright": __version__,
        "python of speedwright": platform.python_version(),
        "python of the target": f"{target.toolchain.python.resolve().name}, {target.toolchain_how}",
        "git": first.removeprefix("git version "),
        **{name: version(name) for name in ("numpy", "unidiff")},
    }


def _base_record(snapshot: Snapshot) -> BaseRecord:
    known = snapshot.identity
    return BaseRecord(
        commit=known.commit,
        is_dirty=known.is_dirty,
        tree=known.tree,
        files=known.files,
        total_bytes=known.total_bytes,
        is_included=known.total_bytes <= MAX_BASE_BYTES,
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


def _write_json(file: Path, data: Mapping[str, Any]) -> None:
    file.write_text(json.dumps({"schema_version": SCHEMA_VERSION, **data}) + "\n", encoding="utf-8")


__all__ = [
    "OUTSIDE_FOLDER",
    "EvidenceRecord",
    "read_evidence",
    "remove_evidence",
    "reproduce_command",
    "write_evidence",
]
