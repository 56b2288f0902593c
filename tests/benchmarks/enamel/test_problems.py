"""The data file: the scored set, and files that are something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.parameters import SKIPPED, Parameters
from speedwright.benchmarks.enamel.problems import load_data_set
from speedwright.errors import DataMissing, UsageError


def test_the_scored_set_is_all_but_22(made_data: Path) -> None:
    found = load_data_set(made_data)
    assert len(found.problems) == 142
    assert not {f"HumanEval/{n}" for n in SKIPPED} & set(found.problems)
    assert found.problems["HumanEval/163"].sizes == (10, 10000, 20000, 40000)
    assert load_data_set(made_data / "enamel.csv").sha256 == found.sha256


@pytest.mark.parametrize("place", [None, Path("/nowhere/enamel")])
def test_absent_data_say_what_to_download(place: Path | None) -> None:
    with pytest.raises(DataMissing) as caught:
        load_data_set(place)
    assert "github.com/q-rz/enamel" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("entry_point", "entry", "no column `entry_point`"),
        ("HumanEval/7,", "HumanEval/8,", "problem 7: task_id is `HumanEval/8`"),
        ("10 10000 20000 40000", "10 x 20000 40000", "problem 0: input_levels"),
        (",mix\r\nHumanEval/1,", ",\r\nHumanEval/1,", "problem 0: `entry_point` is empty"),
        ("HumanEval/163,", '"HumanEval/163,', "no CSV file"),
    ],
)
def test_another_schema_is_told_with_its_row(
    made_data: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = (made_data / "enamel.csv").read_bytes().decode()
    assert old in text
    path = tmp_path / "enamel.csv"
    path.write_bytes(text.replace(old, new, 1).encode())
    with pytest.raises(UsageError) as caught:
        load_data_set(path)
    assert said in str(caught.value)


def test_a_file_with_fewer_rows_or_no_text_is_refused(made_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "enamel.csv"
    data = (made_data / "enamel.csv").read_bytes()
    path.write_bytes(data[: data.index(b"HumanEval/163")])
    with pytest.raises(UsageError, match="163 problems instead of 164"):
        load_data_set(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="no CSV file"):
        load_data_set(path)


def test_the_official_repetitions() -> None:
    official = Parameters()
    assert [official.repetitions_at(level) for level in range(4)] == [1, 6, 6, 6]
    assert official.weighted == (1, 2, 3)
