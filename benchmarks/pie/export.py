"""Rows and tests written in the official layout, for other tools or for a look."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from speedwright.benchmarks.pie.official import CASES
from speedwright.benchmarks.pie.row import Row, Test


def write_official(folder: Path, pairs: Iterable[tuple[Row, Sequence[Test]]]) -> None:
    """Write `test.jsonl` and `merged_test_cases/<problem>/{input,output}.N.txt`.

    Args:
        folder: Made if it is not there.
        pairs: Rows with their tests, answers filled in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "test.jsonl").open("w", encoding="utf-8") as out:
        for row, tests in pairs:
            out.write(json.dumps(official_row(row, tests)) + "\n")
            place = folder / CASES / row.problem_id
            place.mkdir(parents=True, exist_ok=True)
            for test in tests:
                (place / f"input.{test.number}.txt").write_bytes(test.input)
                (place / f"output.{test.number}.txt").write_bytes(test.expected or b"")


def official_row(row: Row, tests: Sequence[Test]) -> dict[str, object]:
    """A row in the official schema."""
    source, target = row.src_agg_runtime, row.tgt_agg_runtime
    return {
        "src_id": row.src_id,
        "tgt_id": row.tgt_id,
        "problem_id": row.problem_id,
        "src_agg_runtime": source,
        "tgt_agg_runtime": target,
        "fastest_agg_runtime": target,
        "speedup": round(source / target, 3) if source and target else None,
        "tests": [test.number for test in tests],
        "n_tests": len(tests),
        "src_code": row.src_code,
        "tgt_code": row.tgt_code,
    }
