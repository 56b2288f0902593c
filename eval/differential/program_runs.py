"""How a target's tests start its compiled programs: arguments, standard input, small files.

Each executable of a throw-away copy of the base is replaced by a witness that notes the run and
does it; then the tests run once. What the witnesses leave is data of the target and read as such.

Covers: ELF programs that the build leaves in the target's folder, whoever starts them.
Does not cover: programs written in a scripting language (their functions are replayed), dialogues
(input is read to its end before the program starts), programs built by the tests themselves.
"""

from __future__ import annotations

import base64
import binascii
import json
import stat
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from speedwright.errors import SandboxError
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.boxes import MEMORY_BYTES, box_for, open_box
from speedwright.eval.judge.versions import Versions
from speedwright.eval.test_run import limits_for_tests, run_tests
from speedwright.profiler.timer import SOURCE_MOUNT
from speedwright.sandbox import MIB, Session

WITNESS = Path(__file__).with_name("inside") / "witness.py"
REAL = ".speedwright-real"
LOG = "speedwright-runs.jsonl"
MAX_PROGRAMS = 20
MAX_RUNS = 40
MOST_TESTS_S = 60.0
LOG_BYTES = 16 * MIB
LONGEST_FIRST_LINE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRun:
    """One start of a program.

    Attributes:
        program: Path in the target.
        words: Arguments.
        stdin: Standard input.
        files: Contents of small files that arguments name, by the argument's number.
    """

    program: str
    words: tuple[str, ...]
    stdin: bytes
    files: tuple[tuple[int, bytes], ...]


_KNOWN: weakref.WeakKeyDictionary[Versions, tuple[ProgramRun, ...]] = weakref.WeakKeyDictionary()


def recorded_runs(baseline: Baseline) -> tuple[ProgramRun, ...]:
    """Runs of the target's programs by its tests, recorded once for a baseline.

    Raises:
        SandboxError: The sandbox failed.
    """
    if baseline.versions not in _KNOWN:
        _KNOWN[baseline.versions] = _record(baseline)
    return _KNOWN[baseline.versions]


def _record(baseline: Baseline) -> tuple[ProgramRun, ...]:
    test = baseline.target.test
    programs = list(_programs(baseline.folder))[:MAX_PROGRAMS]
    if test is None or baseline.tests is None or not programs:
        return ()
    wall_s = 5 * baseline.tests.result.wall_s + 10
    first_line = f"#!{baseline.target.toolchain.python} -ISB"
    if wall_s > MOST_TESTS_S or len(first_line) > LONGEST_FIRST_LINE or " " in first_line[:-5]:
        return ()
    copy = baseline.versions.copy(baseline.folder)
    try:
        limits = limits_for_tests(wall_s, memory_bytes=MEMORY_BYTES)
        trusted = baseline.versions.trusted
        box = box_for(baseline.target, copy, trusted=trusted, is_writable=True, limits=limits)
        with open_box(baseline.target, box) as session:
            for program in programs:
                _replace(copy / program, first_line, session)
            run_tests(session, test, limits=limits)
            return _read(session, frozenset(programs))
    finally:
        baseline.versions.forget(copy)


def _programs(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_symlink() or any(part.startswith(".") for part in relative.parts):
            continue
        if path.is_file() and path.stat().st_mode & stat.S_IXUSR and ".so" not in path.name:
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield relative.as_posix()


def _replace(program: Path, first_line: str, session: Session) -> None:
    real = program.with_name(program.name + REAL)
    program.rename(real)
    log = f"{session.where('scratch')}/{LOG}"
    source = session.where(SOURCE_MOUNT)
    call = f"main({log!r}, {source!r})"
    program.write_text(f"{first_line}\n{WITNESS.read_text(encoding='utf-8')}\n\n{call}\n")
    program.chmod(0o755)


def _read(session: Session, programs: frozenset[str]) -> tuple[ProgramRun, ...]:
    try:
        data = session.read(LOG, max_bytes=LOG_BYTES)
    except SandboxError:
        return ()
    found: dict[ProgramRun, None] = {}
    for line in data.split(b"\n"):
        try:
            run = _run_of(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
        if run.program in programs:
            found[run] = None
    return tuple(found)[:MAX_RUNS]


def _run_of(row: dict[str, Any]) -> ProgramRun:
    words = tuple(str(word) for word in row["words"])
    files = ((int(number), _bytes(text)) for number, text in row["files"].items())
    return ProgramRun(
        program=PurePosixPath(row["program"]).as_posix(),
        words=words,
        stdin=_bytes(row["stdin"]),
        files=tuple((n, data) for n, data in files if 0 <= n < len(words)),
    )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
