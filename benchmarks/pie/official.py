"""The official data as downloaded: jsonl files and `merged_test_cases/<problem>/input.N.txt`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from speedwright.benchmarks.data import content_hash
from speedwright.benchmarks.pie.data import DOWNLOAD, source_folder
from speedwright.benchmarks.pie.jsonl import stream
from speedwright.benchmarks.pie.row import Row, Test, parse_row
from speedwright.errors import DataMissing, UsageError

CASES = "merged_test_cases"
TRAINING = ("train_hq_only.jsonl", "train.jsonl")
MAX_TEST_BYTES = 64 << 20
_INPUT = re.compile(r"input\.(\d+)\.txt")


class OfficialData:
    """Rows of one jsonl file with the tests beside it.

    Args:
        path: The folder, or the jsonl in it (`test.jsonl` by default).
    """

    def __init__(self, path: Path) -> None:
        self._folder = source_folder(path)
        self._file = path if path.suffix == ".jsonl" else path / "test.jsonl"

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """Origin as named by the user; the licence upstream states; hash of the rows."""
        return {
            "origin": f"PIE data given with --data: {self._file.name}",
            "licence": "Apache-2.0 (LearningOpt/pie); programs from CodeNet",
            "rows": len(self.rows),
            "sha256": content_hash(self._file),
        }

    @cached_property
    def rows(self) -> Sequence[Row]:
        """Every pair of source and target code once, as upstream."""
        if not self._file.is_file():
            raise DataMissing(f"no `{self._file}`", hint=DOWNLOAD)
        if not (self._folder / CASES).is_dir():
            raise DataMissing(f"no folder `{self._folder / CASES}`", hint=DOWNLOAD)
        found: dict[str, Row] = {}
        names: dict[str, str] = {}
        for where, value in stream(self._file):
            row = parse_row(value, where)
            if names.setdefault(row.id, row.key) != row.key:
                raise UsageError(f"{where}: `{row.id}` is there twice with different programs")
            found.setdefault(row.key, row)
        if not found:
            raise DataMissing(f"`{self._file}` holds no row", hint=DOWNLOAD)
        return tuple(found.values())

    def training(self, row: Row) -> Sequence[Row]:
        """The training pairs, if they lie beside the test set."""
        return [other for other in self._training if other.problem_id != row.problem_id]

    @cached_property
    def _training(self) -> Sequence[Row]:
        for name in TRAINING:
            if (self._folder / name).is_file():
                found = stream(self._folder / name)
                return tuple(parse_row(value, where) for where, value in found)
        raise DataMissing(
            f"no `{TRAINING[0]}` in `{self._folder}`: the retrieval prompt needs its examples",
            hint=DOWNLOAD,
        )

    def tests(self, row: Row) -> Sequence[Test]:
        """The tests the row names, or all of its problem."""
        folder = self._folder / CASES / row.problem_id
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        there = sorted(int(m.group(1)) for m in map(_INPUT.fullmatch, names) if m)
        numbers = row.tests or tuple(there)
        if not numbers:
            raise DataMissing(
                f"no tests of problem `{row.problem_id}` in `{folder}`", hint=DOWNLOAD
            )
        return [self._test(folder, number) for number in numbers]

    def hidden(self, row: Row, secret: str) -> Sequence[Test]:
        """None: there is no generator."""
        return ()

    def work(self, row: Row) -> tuple[Test, Test]:
        """The two longest inputs."""
        by_length = sorted(self.tests(row), key=lambda test: -len(test.input))
        return by_length[0], by_length[min(1, len(by_length) - 1)]

    def _test(self, folder: Path, number: int) -> Test:
        return Test(
            number=number,
            input=_read(folder / f"input.{number}.txt"),
            expected=_read(folder / f"output.{number}.txt"),
        )


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_TEST_BYTES:
            raise DataMissing(f"`{path}` has more than {MAX_TEST_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise DataMissing(f"cannot read `{path}`: {error.strerror}", hint=DOWNLOAD) from error
