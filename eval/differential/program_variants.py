"""Other inputs for a program: numbers of its command, contents of its files, its standard input."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from speedwright.eval.differential.program_runs import ProgramRun

MAX_VARIANTS = 24
MAX_OF_RUNS = 60
MAX_FILE_BYTES = 1_000_000
LONGER = 7
WORD = re.compile(rb"[A-Za-z]{2,40}")
DIGITS = re.compile(rb"(?<![\d.])\d{1,9}(?![\d.])")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
CODE = (".py", ".sh", ".pl", ".rb", ".js", ".c", ".cc", ".cpp", ".so", ".o")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One varied run.

    Attributes:
        argv: The command.
        files: Contents that stand in for the file of an argument, by its index in `argv`.
        stdin: Standard input.
        said: For people.
    """

    argv: tuple[str, ...]
    files: tuple[tuple[int, bytes], ...] = ()
    stdin: bytes = b""
    said: str


def variants(argv: tuple[str, ...], folder: Path, *, seed: int) -> tuple[Variant, ...]:
    """The command with other numbers and other contents of the files it names."""
    found = [*_numbers(argv), *_files(argv, folder, random.Random(seed))]
    return tuple(found[:MAX_VARIANTS])


def variants_of_runs(runs: Sequence[ProgramRun], *, seed: int) -> tuple[Variant, ...]:
    """Recorded runs as they were, then with other inputs, in turn so that each gets its share."""
    rows = [list(_of_run(run, random.Random(seed))) for run in runs]
    longest = max(map(len, rows), default=0)
    found = [row[i] for i in range(longest) for row in rows if i < len(row)]
    return tuple(dict.fromkeys(found))[:MAX_OF_RUNS]


def _of_run(run: ProgramRun, draw: random.Random) -> Iterable[Variant]:
    argv = (f"./{run.program}", *run.words)
    files = tuple((number + 1, data) for number, data in run.files)
    name = " ".join(argv)
    said = f"{name}` as the tests start it, `"
    yield Variant(argv=argv, files=files, stdin=run.stdin, said=said)
    if run.stdin:
        for what, other in _other_data(run.stdin, draw):
            said = f"{name}` with its standard input {what}, `"
            yield Variant(argv=argv, files=files, stdin=other, said=said)
    for number, data in files:
        rest = tuple(f for f in files if f[0] != number)
        for what, other in _other_data(data, draw):
            said = f"{name}` with {argv[number]} {what}, `"
            yield Variant(argv=argv, files=(*rest, (number, other)), stdin=run.stdin, said=said)
    for varied in _numbers(argv):
        yield Variant(argv=varied.argv, files=files, stdin=run.stdin, said=varied.said)


def _numbers(argv: tuple[str, ...]) -> Iterable[Variant]:
    for index, word in enumerate(argv):
        name, equals, value = word.rpartition("=")
        if index == 0 or not NUMBER.fullmatch(value) or (equals and not name.startswith("-")):
            continue
        for other in _other_numbers(value):
            words = (*argv[:index], f"{name}{equals}{other}", *argv[index + 1 :])
            yield Variant(argv=words, said=" ".join(words))


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
        for what, other in _other_data(file.read_bytes(), draw):
            said = f"{' '.join(argv)}` with {word} {what}, `"
            yield Variant(argv=argv, files=((index, other),), said=said)


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
    yield "with longer words", WORD.sub(lambda found: found[0] * LONGER, data)
    yield "with other numbers", DIGITS.sub(lambda found: b"%d" % (3 * int(found[0]) + 7), data)
    yield "in upper case", data.upper()
