"""Predictions as people hand them in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from speedwright.benchmarks.enamel.predictions import read_samples
from speedwright.errors import UsageError


def written(folder: Path, value: Any) -> Path:
    path = folder / "samples.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def zipped(folder: Path, members: dict[str, str | bytes]) -> Path:
    path = folder / "samples.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_lists_and_objects_are_the_same(tmp_path: Path) -> None:
    expected = {"HumanEval/0": ("a", "b"), "HumanEval/1": ()}
    assert read_samples(written(tmp_path, [["a", "b"], []])) == expected
    assert read_samples(written(tmp_path, {"0": ["a", "b"], "1": []})) == expected
    assert read_samples(written(tmp_path, {"HumanEval/1": [], "0": ["a", "b"]})) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "samples.json"),
        ('{"0": [], "0": []}', "0"),
        ({"0": [], "HumanEval/0": []}, "problem 0 is given twice"),
        ({"164": []}, "`164` is no problem number"),
        ({"-1": []}, "`-1` is no problem number"),
        ({"x" * 500: []}, "is no problem number"),
        ({"5": "def f(): pass"}, "key `5`"),
        ([[], [], [1]], "problem 2, sample 0"),
        ([[], [None]], "problem 1, sample 0"),
        ([[]] * 165, "165 entries"),
        (7, "found int"),
        ([["x" * (5 << 20)]], "problem 0, sample 0"),
    ],
)
def test_a_malformed_file_is_told_with_its_place(tmp_path: Path, value: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_samples(written(tmp_path, value))
    assert said in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_samples(tmp_path / "none.json")


def test_zip_files_are_cleaned_and_ordered(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {f"m/HumanEval_3/{n}.py": f"x = {n}\n" for n in range(11)}
    members["m/HumanEval_4/0.py"] = "python\ndef f(): pass\n# Test cases\nf()\n"
    members["m/HumanEval_5/0.py"] = "def f():\n    # Examples inside stay\n    pass"
    members["m/README.md"] = "text"
    found = read_samples(zipped(tmp_path, members))
    assert found["HumanEval/3"][10] == "x = 10\n"
    assert found["HumanEval/4"] == ("def f(): pass",)
    assert "stay" in found["HumanEval/5"][0]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.py": "x"}, "no member"),
        ({"HumanEval_999/0.py": "x"}, "HumanEval_999/0.py"),
        ({"HumanEval_1/0.py": b"\xff\xfe"}, "not UTF-8"),
        ({"HumanEval_1/1.py": "x"}, "sample 0 of `HumanEval/1` is missing"),
        ({"HumanEval_1/0.py": "x" * (5 << 20)}, "more than 4 MiB"),
        ({"a/HumanEval_1/0.py": "x", "b/HumanEval_1/0.py": "y"}, "given twice"),
    ],
)
def test_a_malformed_zip_is_told(tmp_path: Path, members: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_samples(zipped(tmp_path, members))
    assert said in str(caught.value)


def test_a_cut_off_zip_is_told(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"HumanEval_1/0.py": "x" * 1000})
    path.write_bytes(path.read_bytes()[:-30] + b"PK\x05\x06" + bytes(18))
    with pytest.raises(UsageError):
        read_samples(path)
