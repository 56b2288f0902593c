"""Samples of a model: the official JSON forms, and the zip files of EvalPlus.

JSON: a list indexed by problem, or an object keyed by the problem's number (or task id); each entry
is a list of programs. Zip: members `…/HumanEval_<i>/<j>.py`.

Source: section 1.6 of the reference description of the official library (`enam` 0.0.2).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from speedwright.benchmarks.enamel.parameters import PROBLEMS
from speedwright.errors import UsageError
from speedwright.eval.batch.reading import programs, read_json, shown

MAX_MEMBERS = 100_000
MAX_PROGRAM_BYTES = 4 << 20
MAX_ZIP_BYTES = 512 << 20
FORMS = (
    "expected a list of 164 lists of programs, an object from problem numbers to such lists, or "
    "a zip file of EvalPlus"
)
_MEMBER = re.compile(r"(?:.*/)?HumanEval_(\d{1,4})/(\d{1,6})\.py")
_CUT = ("# Examples", "# Example usage:", "# Test cases")


def read_samples(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Samples by task id, problems that are not scored included.

    Raises:
        UsageError: The file is of no known form; says where.
    """
    if path.is_file() and zipfile.is_zipfile(path):
        return _from_zip(path)
    value = read_json(path)
    found: dict[str, tuple[str, ...]] = {}
    for number, entry, where in _entries(path, value):
        task = f"HumanEval/{number}"
        if task in found:
            raise UsageError(f"{where}: problem {number} is given twice")
        found[task] = programs(entry, where)
        for position, text in enumerate(found[task]):
            if len(text) > MAX_PROGRAM_BYTES:
                size = f"{len(text):,} characters"
                raise UsageError(f"{where}, sample {position}: a program of {size}")
    return found


def _entries(path: Path, value: Any) -> Iterator[tuple[int, Any, str]]:
    if isinstance(value, list):
        if len(value) > PROBLEMS:
            message = f"`{path}`: {len(value)} entries, but there are {PROBLEMS} problems"
            raise UsageError(message, hint=FORMS)
        for number, entry in enumerate(value):
            yield number, entry, f"`{path}`, problem {number}"
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield _number(path, key), entry, f"`{path}`, key `{key}`"
    else:
        raise UsageError(f"`{path}`: found {shown(value)}", hint=FORMS)


def _number(path: Path, key: str) -> int:
    word = key.removeprefix("HumanEval/")
    if not (word.isascii() and word.isdigit() and len(word) < 5 and int(word) < PROBLEMS):
        message = f"`{path}`: `{key[:80]}` is no problem number from 0 to {PROBLEMS - 1}"
        raise UsageError(message, hint=FORMS)
    return int(word)


def _from_zip(path: Path) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[int, str]] = {}
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise UsageError(f"`{path}` has {len(members):,} members", hint=FORMS)
            for member in members:
                match = _MEMBER.fullmatch(member.filename)
                if match is None:
                    continue
                where = f"`{path}`, member `{member.filename}`"
                number, position = int(match[1]), int(match[2])
                if number >= PROBLEMS:
                    raise UsageError(f"{where}: there are {PROBLEMS} problems")
                samples = found.setdefault(f"HumanEval/{number}", {})
                if position in samples:
                    raise UsageError(f"{where}: this sample is given twice")
                samples[position] = _cleaned(_text(archive, member, where))
                total += member.file_size
                if total > MAX_ZIP_BYTES:
                    raise UsageError(f"`{path}` unpacks to more than {MAX_ZIP_BYTES >> 20} MiB")
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UsageError(f"`{path}` is no readable zip file: {error}", hint=FORMS) from error
    if not found:
        raise UsageError(f"`{path}` has no member `HumanEval_<i>/<j>.py`", hint=FORMS)
    return {task: _in_order(path, task, samples) for task, samples in found.items()}


def _text(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> str:
    with archive.open(member) as stream:  # the size in the directory is only a claim
        data = stream.read(MAX_PROGRAM_BYTES + 1)
    if len(data) > MAX_PROGRAM_BYTES:
        raise UsageError(f"{where}: more than {MAX_PROGRAM_BYTES >> 20} MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8 ({error.reason} at {error.start})") from error


def _in_order(path: Path, task: str, samples: Mapping[int, str]) -> tuple[str, ...]:
    missing = sorted(set(range(len(samples))) - set(samples))
    if missing:
        raise UsageError(f"`{path}`: sample {missing[0]} of `{task}` is missing")
    return tuple(samples[position] for position in range(len(samples)))


def _cleaned(text: str) -> str:
    """Without a leading line `python` and without what follows a heading of examples."""
    lines = text.split("\n")
    if lines and lines[0].strip() == "python":
        del lines[0]
    return "\n".join(lines[: _end(lines)])


def _end(lines: Sequence[str]) -> int:
    return next((n for n, line in enumerate(lines) if line.startswith(_CUT)), len(lines))
