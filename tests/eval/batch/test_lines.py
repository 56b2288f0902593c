"""A file of lines that may be cut off anywhere."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.errors import SpeedwrightError
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.batch.lines import Lines
from speedwright.eval.batch.store import Result, Status, Store

ROWS = [{"n": 0, "text": "é\ud800\n"}, {"n": 1, "text": "x" * 200_000}, {"n": 2, "text": ""}]


def written(path: Path) -> bytes:
    lines = Lines(path)
    for row in ROWS:
        lines.append(row)
    return path.read_bytes()


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    written(tmp_path / "x.jsonl")
    found = list(Lines(tmp_path / "x.jsonl").read())
    assert found == [{"schema_version": 1, **row} for row in ROWS]
    assert list(Lines(tmp_path / "none.jsonl").read()) == []


@given(share=st.floats(min_value=0, max_value=1))
def test_a_file_cut_off_anywhere_goes_on(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    path = tmp_path_factory.mktemp("lines") / "x.jsonl"
    whole = written(path)
    cut = whole[: int(share * len(whole))]
    path.write_bytes(cut)
    lines = Lines(path)
    kept = list(lines.read())
    assert len(kept) == cut.count(b"\n")
    lines.append({"n": "new"})
    assert [row["n"] for row in lines.read()] == [row["n"] for row in kept] + ["new"]
    assert lines.damaged == 0


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    good = json.dumps({"schema_version": 1, "n": 1})
    path.write_bytes(b"\xff\xfe\n" + b"[1]\n" + b'{"n": 1}\n' + good.encode() + b"\n")
    lines = Lines(path)
    assert [row["n"] for row in lines.read()] == [1]
    assert lines.damaged == 3


def test_nan_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    lines = Lines(tmp_path / "x.jsonl")
    with pytest.raises(ValueError, match="not JSON compliant"):
        lines.append({"x": float("nan")})
    assert not lines.path.exists()


def test_a_suite_that_makes_nan_is_named(tmp_path: Path) -> None:
    score = TaskScore(task_id="a", official={"eff": float("inf")})
    result = Result(key="k", task_id="a", status=Status.SCORED, score=score)
    with pytest.raises(SpeedwrightError, match="score of task `a` cannot be written down"):
        Store(tmp_path).add_result(result)
