"""What the suite asks of its data, whoever wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from speedwright.benchmarks.pie.row import Row, Test

DOWNLOAD = (
    "download the C++ test split and `merged_test_cases` (links in the README of "
    "https://github.com/LearningOpt/pie), put them into one folder as `test.jsonl` and "
    "`merged_test_cases/`, and name it with --data FOLDER; without --data our own problems serve"
)


class Data(Protocol):
    """Rows with their tests."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Origin, licence and content hash."""

    @property
    def rows(self) -> Sequence[Row]:
        """The test set, each pair once.

        Raises:
            DataMissing: It is not here.
        """

    def training(self, row: Row) -> Sequence[Row]:
        """Pairs that may be shown as examples for this row: none of the same problem."""

    def tests(self, row: Row) -> Sequence[Test]:
        """The tests of a row.

        Raises:
            DataMissing: One is not here.
        """

    def hidden(self, row: Row, secret: str) -> Sequence[Test]:
        """Fresh tests that were never published; empty where there is no generator."""

    def work(self, row: Row) -> tuple[Test, Test]:
        """What an optimiser is timed on: an input it sees, and one it does not."""


def source_folder(data: Path) -> Path:
    """The folder of a path that names it or the jsonl in it."""
    return data.parent if data.suffix == ".jsonl" else data
