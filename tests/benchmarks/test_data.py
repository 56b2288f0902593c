"""Where data come from: the packaged ones, Hugging Face, and what is said without them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from speedwright.benchmarks.data import content_hash, packaged
from speedwright.errors import DataMissing

ROOT = Path(__file__).resolve().parent.parent.parent


def test_packaged_data_lie_in_datasets(tmp_path: Path) -> None:
    assert packaged(".").resolve() == ROOT / "datasets"
    with pytest.raises(DataMissing, match="`datasets/nosuch` are not here") as caught:
        packaged("nosuch")
    assert caught.value.exit_code == 3


def test_a_folder_called_datasets_is_not_hugging_face(tmp_path: Path) -> None:
    """Python takes a folder of that name for an empty package, where there is no other."""
    (tmp_path / "datasets").mkdir()
    code = (
        "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p or 'x' == p]\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
        "from speedwright.benchmarks.data import hugging_face\n"
        "from speedwright.errors import ExtraMissing\n"
        "try:\n    hugging_face('a/b', split='test', instead='')\n"
        "except ExtraMissing as error:\n    print(error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert "speedwright[suites]" in done.stdout, done.stderr


def test_offline_says_what_to_download(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the `datasets` package is not installed")
    code = (
        "from speedwright.benchmarks.data import hugging_face\n"
        "from speedwright.errors import DataMissing\n"
        "try:\n    hugging_face('no/such', split='test', instead='save x.csv to /y')\n"
        "except DataMissing as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
    )
    assert "`no/such` cannot be had from Hugging Face" in done.stdout, done.stderr
    assert "save x.csv to /y" in done.stdout


def test_content_is_hashed_with_its_names(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_text("1")
    first = content_hash(tmp_path / "d")
    assert content_hash(tmp_path / "d") == first
    (tmp_path / "d" / "a").rename(tmp_path / "d" / "b")
    assert content_hash(tmp_path / "d") != first
    (tmp_path / "d" / "b").rename(tmp_path / "d" / "a")
    (tmp_path / "d" / "a").write_text("2")
    assert content_hash(tmp_path / "d") != first
    with pytest.raises(DataMissing, match="cannot read"):
        content_hash(tmp_path / "nosuch")
