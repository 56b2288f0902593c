"""The official file of predictions: a row of the test set a line, with `generated_answers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from speedwright.benchmarks.pie.jsonl import stream
from speedwright.benchmarks.pie.row import Row
from speedwright.errors import UsageError
from speedwright.eval.batch.selection import check_known

ANSWERS = "generated_answers"


def read_predictions(path: Path, rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Programs by task id; of rows that are there twice the first counts, as upstream.

    A line is matched by source and target code, as upstream does, or by its ids where it has none.

    Raises:
        UsageError: The file is malformed or speaks of rows that the data do not have.
    """
    by_code = {row.key: row.id for row in rows}
    by_ids = {(row.src_id, row.tgt_id): row.id for row in rows}
    known = [row.id for row in rows]
    names = set(known)
    found: dict[str, tuple[str, ...]] = {}
    for where, value in stream(path):
        if not isinstance(value, Mapping):
            raise UsageError(f"{where}: expected an object, found {type(value).__name__}")
        task_id = _task_of(value, by_code, by_ids)
        if task_id not in names:
            check_known([task_id], known, where=where.strip("`"))
        if task_id not in found:
            found[task_id] = _programs(value, where)
    return found


def _task_of(
    value: Mapping[str, Any], by_code: Mapping[str, str], by_ids: Mapping[tuple[str, str], str]
) -> str:
    """The task a line is about; something unknown for a line about none."""
    codes = value.get("src_code"), value.get("tgt_code")
    if isinstance(codes[0], str) and isinstance(codes[1], str):
        by_text = by_code.get(codes[0] + codes[1])
        if by_text is not None:
            return by_text
    elif "id" in value and "src_id" not in value:
        return str(value["id"])
    else:
        named = by_ids.get((str(value.get("src_id")), str(value.get("tgt_id"))))
        if named is not None:
            return named
    return f"{value.get('src_id', '?')}_{value.get('tgt_id', '?')}"


def _programs(value: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """The generated programs; `null` stands for a generation that failed and keeps its place."""
    listed = value.get(ANSWERS)
    listed = [listed] if isinstance(listed, str) else listed
    if not isinstance(listed, list):
        raise UsageError(f"{where}: `{ANSWERS}` is missing or no list of programs")
    for place, text in enumerate(listed):
        if text is not None and not isinstance(text, str):
            kind = type(text).__name__
            raise UsageError(f"{where}: sample {place} of `{ANSWERS}` is no text but {kind}")
    return tuple(text or "" for text in listed)
