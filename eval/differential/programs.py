"""The workload command with other numbers and other input files, on base and candidate."""

from __future__ import annotations

import functools
import random
import re
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from speedwright.eval.differential.driving import open_driver
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.outputs import difference
from speedwright.eval.verdict import Incorrect
from speedwright.profiler import CommandWorkload
from speedwright.profiler.timer import SOURCE_MOUNT, import_env, seed_env
from speedwright.sandbox import Call, Limits, Outcome, ProcessResult, Session
from speedwright.sandbox.side_by_side import open_side_by_side, run_side_by_side

MAX_VARIANTS = 24
MAX_FILE_BYTES = 1_000_000
MAX_WALL_S = 2.0
SHARE = 0.5
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
CODE = (".py", ".sh", ".pl", ".rb", ".js", ".c", ".cc", ".cpp", ".so", ".o")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One varied run.

    Attributes:
        argv: The command; `{file}` stands for the varied file's path inside.
        data: Contents of that file, or `None` if no file is varied.
        said: For people.
    """

    argv: tuple[str, ...]
    data: bytes | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramReport:
    """What came of it."""

    verdict: Incorrect | None = None
    compared: int = 0
    notes: tuple[str, ...] = ()


def check_programs(baseline: Baseline, folder: Path, *, seed: int, end_s: float) -> ProgramReport:
    """Compare varied runs of the workload command, as far as time allows.

    Raises:
        SandboxError: The sandbox failed.
    """
    workload = baseline.target.workload
    if not isinstance(workload, CommandWorkload) or "pytest" in workload.argv:
        return ProgramReport()
    made = variants(workload.argv, baseline.folder, seed=seed)
    if not made or baseline.wall_s > MAX_WALL_S or not baseline.is_repeatable:
        return ProgramReport()
    end_s = min(end_s, time.monotonic() + SHARE * max(0.0, end_s - time.monotonic()) + 5)
    with ExitStack() as stack:
        folders = [baseline.folder, folder]
        if baseline.needs_write:
            folders = [baseline.versions.copy(f) for f in folders]
            for place in folders:
                stack.callback(baseline.versions.forget, place)
        openers = [functools.partial(open_driver, baseline, f) for f in folders]
        base, candidate = open_side_by_side(stack, openers)
        return _run(baseline, base, candidate, made, end_s)


def _run(
    baseline: Baseline, base: Session, candidate: Session, made: Sequence[Variant], end_s: float
) -> ProgramReport:
    compared, notes = 0, []
    limits = Limits(wall_s=5 * baseline.wall_s + 1)
    long = Limits(wall_s=20 * baseline.wall_s + 10)
    for variant in made:
        if time.monotonic() > end_s:
            break
        first = functools.partial(_once, base, variant, limits, 0)
        other = functools.partial(_once, candidate, variant, long, 0)
        before, after = run_side_by_side((first, other))
        second = _once(base, variant, limits, 1)
        if before.outcome is not Outcome.EXITED or _differs(before, second):
            continue
        compared += 1
        said = _differs(before, after)
        if not said:
            continue
        sentence = f"`{variant.said}`: {said}"
        if before.exit_code == 0:
            return ProgramReport(verdict=Incorrect(reasons=(sentence,)), compared=compared)
        notes.append(f"differs, not counted (the base fails there): {sentence}")
    return ProgramReport(compared=compared, notes=tuple(notes[:3]))


def variants(argv: tuple[str, ...], folder: Path, *, seed: int) -> tuple[Variant, ...]:
    """The command with other numbers and other contents of the files it names."""
    found = [*_numbers(argv), *_files(argv, folder, random.Random(seed))]
    return tuple(found[:MAX_VARIANTS])


def _numbers(argv: tuple[str, ...]) -> Iterable[Variant]:
    for index, word in enumerate(argv):
        name, equals, value = word.rpartition("=")
        if index == 0 or not NUMBER.fullmatch(value) or (equals and not name.startswith("-")):
            continue
        for other in _other_numbers(value):
            words = (*argv[:index], f"{name}{equals}{other}", *argv[index + 1 :])
            yield Variant(argv=words, data=None, said=" ".join(words))


def _other_numbers(text: str) -> list[str]:
    if "." in text:
        value = float(text)
        return [str(v) for v in (value / 2, 0.0, 1.0, value / 3, -value) if str(v) != text]
    number = int(text)
    values = dict.fromkeys((number // 2, number - 1, 0, 1, 2, 7, number // 3 + 1, -1))
    return [str(v) for v in values if v != number and abs(v) <= max(10, abs(number))]


def _files(argv: tuple[str, ...], folder: Path, draw: random.Random) -> Iterable[Variant]:
    for index, word in enumerate(argv):
        file = folder / word
        if index == 0 or word.endswith(CODE) or not _is_input(file, folder):
            continue
        data = file.read_bytes()
        words = (*argv[:index], "{file}", *argv[index + 1 :])
        for what, other in _other_data(data, draw):
            yield Variant(argv=words, data=other, said=f"{' '.join(argv)}` with {word} {what}, `")


def _is_input(file: Path, folder: Path) -> bool:
    try:
        return (
            file.is_file()
            and not file.is_symlink()
            and file.resolve().is_relative_to(folder.resolve())
            and file.stat().st_size <= MAX_FILE_BYTES
            and not file.stat().st_mode & 0o100
        )
    except (OSError, ValueError):
        return False


def _other_data(data: bytes, draw: random.Random) -> Iterable[tuple[str, bytes]]:
    lines = data.splitlines(keepends=True)
    yield "empty", b""
    yield "cut to its first half", b"".join(lines[: len(lines) // 2])
    yield "cut to one line", b"".join(lines[:1])
    yield "without its last line", b"".join(lines[:-1])
    yield "reversed", b"".join(lines[::-1])
    yield "with every line twice", b"".join(line for line in lines for _ in (0, 1))
    mixed = lines[:]
    draw.shuffle(mixed)
    yield "shuffled", b"".join(mixed)
    yield "without its last line end", data.rstrip(b"\n")
    yield "cut within a line", data[: max(1, 2 * len(data) // 3)]


def _once(session: Session, variant: Variant, limits: Limits, seed: int) -> ProcessResult:
    argv = variant.argv
    if variant.data is not None:
        session.write("input", variant.data)
        argv = tuple(f"{session.where('scratch')}/input" if w == "{file}" else w for w in argv)
    env = {**import_env(session), **seed_env(seed), "PYTHONDONTWRITEBYTECODE": "1"}
    return session.run(Call(argv=argv, cwd=session.where(SOURCE_MOUNT), env=env, limits=limits))


def _differs(before: ProcessResult, after: ProcessResult) -> str:
    """One sentence, empty if both ended alike and said the same."""
    if after.outcome is not before.outcome:
        return f"{after.detail or after.outcome.value} with the patch"
    if (before.exit_code == 0) != (after.exit_code == 0):
        return f"exit status {before.exit_code} on the base, {after.exit_code} with the patch"
    if before.stdout_sha256 == after.stdout_sha256:
        return ""
    said = difference(before.stdout, after.stdout)
    return f"the output differs {said}" if said else ""
