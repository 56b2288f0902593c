"""One sample up to the point where it may be timed: builds and functional runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from speedwright.benchmarks.pie.boxes import open_box, put_program
from speedwright.benchmarks.pie.build import Builds, Built, NotBuilt, capped
from speedwright.benchmarks.pie.functional import Functional, check, limits_for
from speedwright.benchmarks.pie.row import Test
from speedwright.benchmarks.pie.rules import Rules
from speedwright.benchmarks.pie.stage import Stage
from speedwright.benchmarks.pie.tuning import Tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is known of a sample before its time counts.

    Attributes:
        name: Word for its arm.
        folder: Of its program as it is; `None` if it does not compile.
        run: Functional run on the public tests; `None` if it does not compile.
        fault: Why it is not right by the published rules; empty if it is.
        message: What the compiler said, cut.
        hardened_folder: Of the program that claims are made of; `None` if it earns none.
        hardened_fault: Why it earns none; empty if it may.
        flags: What is noteworthy.
    """

    name: str
    folder: Path | None = None
    run: Functional | None = None
    fault: str = ""
    message: str = ""
    hardened_folder: Path | None = None
    hardened_fault: str = ""
    flags: tuple[str, ...] = ()


def attempt(stage: Stage, code: str, name: str, rules: Rules) -> Attempt:
    """Build a sample and run it on public and hidden tests.

    Raises:
        SandboxError: The sandbox failed.
    """
    builds = stage.compiler.both(code, are_pragmas_allowed=rules.are_pragmas_allowed)
    flags = _tuning_flags(builds)
    if isinstance(builds.official, NotBuilt):
        why = builds.official
        return Attempt(
            name=name, fault=why.reason, message=why.message, hardened_fault=why.reason, flags=flags
        )
    folder = put_program(stage.folder / name, builds.official.binary)
    run = _checked(stage, folder, stage.tests, gate=rules.gate)
    is_right = run.accuracy >= rules.threshold
    fault = "" if is_right else run.fault or "wrong output"
    if not stage.source_run.exact <= run.exact:
        flags = (*flags, *(("inexact-output",) if is_right else ()))
        return Attempt(
            name=name, folder=folder, run=run, fault=fault, hardened_fault=run.fault, flags=flags
        )
    hardened, why_not = _hardened_folder(stage, builds, folder, name, rules)
    if hardened is not None:
        why_not = _hidden_fault(stage, hardened, is_same=hardened == folder)
        flags = (*flags, *(("wrong-on-hidden-inputs",) if why_not and stage.hidden else ()))
    return Attempt(
        name=name,
        folder=folder,
        run=run,
        fault=fault,
        hardened_folder=None if why_not else hardened,
        hardened_fault=why_not,
        flags=flags,
    )


def _hardened_folder(
    stage: Stage, builds: Builds, folder: Path, name: str, rules: Rules
) -> tuple[Path | None, str]:
    """Where the program lies that claims are made of, or why there is none."""
    build = capped(
        builds.untuned,
        wall_s=rules.compile_cap_s(stage.source_compile_s),
        size_bytes=rules.max_binary_bytes,
    )
    match build:
        case NotBuilt(reason=reason):
            is_tuned = builds.tuning is Tuning.STRIPPED
            return None, f"without its pragmas: {reason}" if is_tuned else reason
        case Built() if builds.untuned is builds.official:
            return folder, ""
        case Built(binary=binary):
            return put_program(stage.folder / f"{name}-untuned", binary), ""


def _hidden_fault(stage: Stage, folder: Path, *, is_same: bool) -> str:
    """What is wrong on hidden inputs, or on the public ones if they are all there is."""
    if stage.hidden:
        run = _checked(stage, folder, stage.hidden, gate=1.0)
        is_right = len(run.exact) == run.tests
        return "" if is_right else f"hidden {run.fault or 'test not run'}"
    if is_same:
        return ""
    run = _checked(stage, folder, stage.tests, gate=0.0)
    return "" if stage.source_run.exact <= run.exact else f"without its pragmas: {run.fault}"


def _checked(stage: Stage, folder: Path, tests: tuple[Test, ...], *, gate: float) -> Functional:
    with open_box(stage.sandbox, folder, limits_for(tests)) as session:
        return check(session, tests, gate=gate)


def _tuning_flags(builds: Builds) -> tuple[str, ...]:
    match builds.tuning:
        case Tuning.NONE:
            return ()
        case Tuning.STRIPPED:
            return ("tuning-pragmas",)
        case Tuning.HIDDEN:
            return ("tuning-attributes",)
