"""The data set: 164 rows, of which 142 are scored."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from speedwright.benchmarks.enamel.parameters import PROBLEMS, SKIPPED
from speedwright.errors import DataMissing, UsageError

ORIGIN = "q-rz/enamel, dataset/enamel.csv"
LICENCE = "Apache-2.0; prompts and canonical solutions: OpenAI HumanEval, MIT"
FILE = "enamel.csv"
MAX_BYTES = 64 << 20
LEVELS = 4
COLUMNS = (
    "task_id",
    "prompt",
    "input_generator",
    "input_levels",
    "reference_solution",
    "checker",
    "entry_point",
)
HOW_TO_GET = (
    "download dataset/enamel.csv of https://github.com/q-rz/enamel (Apache-2.0) and name the file, "
    "or the folder that it is in, with --data PATH"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One row.

    Attributes:
        number: Row number from 0, part of the inputs' seeds.
        task_id: `HumanEval/<number>`.
        prompt: Imports, `def` and docstring; valid Python by itself.
        input_generator: Source of `generate_input(size, lid, cid)`.
        sizes: Input size of each level.
        reference_solution: Expert body that continues the prompt.
        checker: Source of `__check(input, answer, output)`.
        entry_point: Name of the function.
    """

    number: int
    task_id: str
    prompt: str
    input_generator: str
    sizes: tuple[int, ...]
    reference_solution: str
    checker: str
    entry_point: str

    @property
    def digest(self) -> str:
        """Hash of all that tests are made from."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()

    def for_box(self) -> dict[str, str]:
        """What the programs in the trusted box need."""
        names = ("prompt", "input_generator", "reference_solution", "checker", "entry_point")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """The scored problems and where they come from.

    Attributes:
        problems: By task id, in the data set's order.
        path: The file.
        sha256: Of the file.
    """

    problems: Mapping[str, Problem]
    path: Path
    sha256: str


def load_data_set(place: Path | None) -> DataSet:
    """Read the official CSV file.

    Args:
        place: The file, or the folder it is in.

    Raises:
        DataMissing: It is not here.
        UsageError: It is not of the official schema; says which row.
    """
    if place is None:
        raise DataMissing("ENAMEL's problems are not part of speedwright", hint=HOW_TO_GET)
    path = place / FILE if place.is_dir() else place
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"`{path}` has more than {MAX_BYTES >> 20} MiB", hint=HOW_TO_GET)
        data = path.read_bytes()
    except OSError as error:
        raise DataMissing(f"cannot read `{path}`: {error.strerror}", hint=HOW_TO_GET) from error
    rows = _rows(path, data)
    problems = [_problem(path, number, row) for number, row in enumerate(rows)]
    scored = {p.task_id: p for p in problems if p.number not in SKIPPED}
    return DataSet(problems=scored, path=path, sha256=hashlib.sha256(data).hexdigest())


def _rows(path: Path, data: bytes) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UsageError(f"`{path}` has no column `{missing[0]}`", hint=HOW_TO_GET)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"`{path}` is no CSV file: {error}", hint=HOW_TO_GET) from error
    if len(rows) != PROBLEMS:
        message = f"`{path}` has {len(rows)} problems instead of {PROBLEMS}"
        raise UsageError(message, hint=HOW_TO_GET)
    return rows


def _problem(path: Path, number: int, row: Mapping[str, str | None]) -> Problem:
    where = f"`{path}`, problem {number}"
    texts = {name: row[name] or "" for name in COLUMNS}
    if texts["task_id"] != f"HumanEval/{number}":
        raise UsageError(f"{where}: task_id is `{texts['task_id']}`, not `HumanEval/{number}`")
    empty = [name for name in COLUMNS if not texts[name].strip()]
    if empty:
        raise UsageError(f"{where}: `{empty[0]}` is empty")
    words = texts.pop("input_levels").split()
    if len(words) != LEVELS or not all(word.isascii() and word.isdigit() for word in words):
        raise UsageError(f"{where}: input_levels must be {LEVELS} sizes, not `{' '.join(words)}`")
    return Problem(number=number, sizes=tuple(map(int, words)), **texts)
