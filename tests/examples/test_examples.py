"""Each example passes its own tests and prints the same each time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = ("gridsum", "logstats", "wordfreq-cpp")
BUILT = {"build", "data", "wordfreq"}
CALL_WORKLOAD = (
    "import json, workload; workload.setup(); first = workload.workload();"
    "assert workload.workload() == first; print(json.dumps(first))"
)

Copy = Callable[[str], Path]


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of an example, built if it needs to be."""
    copies: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in copies:
            folder = tmp_path_factory.mktemp("examples") / name
            ignored = shutil.ignore_patterns("__pycache__", ".speedwright", *BUILT)
            shutil.copytree(EXAMPLES / name, folder, ignore=ignored)
            build = settings(name).get("build")
            if build is not None:
                if shutil.which("g++") is None or shutil.which("make") is None:
                    pytest.skip("g++ or make is not installed")
                run(folder, str(build).split())
            copies[name] = folder
        return copies[name]

    return make


def settings(name: str) -> dict[str, object]:
    return tomllib.loads((EXAMPLES / name / "speedwright.toml").read_text())


def run(folder: Path, argv: list[str], *, hash_seed: int = 0) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    argv = [sys.executable if argv[0] == "python" else argv[0], *argv[1:]]
    done = subprocess.run(
        argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def workload_of(name: str, value: object) -> list[str]:
    text = str(value)
    return ["python", "-c", CALL_WORKLOAD] if text == "workload.py" else text.split()


def tree(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*")}


@pytest.mark.parametrize("name", NAMES)
def test_tests_pass_and_leave_nothing_behind(copy: Copy, name: str) -> None:
    folder = copy(name)
    before = tree(folder)
    out = run(folder, str(settings(name)["test"]).split())
    passed = re.search(r"(\d+) passed", out)
    assert passed is not None
    assert int(passed[1]) >= 10
    assert "skipped" not in out
    assert tree(folder) == before


@pytest.mark.parametrize("name", NAMES)
def test_workload_prints_the_same_for_every_hash_seed(copy: Copy, name: str) -> None:
    folder = copy(name)
    before = tree(folder)
    argv = workload_of(name, settings(name)["workload"])
    outputs = {run(folder, argv, hash_seed=seed) for seed in (1, 2)}
    assert len(outputs) == 1
    assert len(outputs.pop()) > 100
    assert tree(folder) == before


@pytest.mark.parametrize("name", NAMES)
def test_held_out_workloads_are_other_workloads(copy: Copy, name: str) -> None:
    holdout = settings(name).get("holdout", [])
    assert isinstance(holdout, list)
    main = run(copy(name), workload_of(name, settings(name)["workload"]))
    for other in holdout:
        assert run(copy(name), workload_of(name, other)) != main


@pytest.mark.parametrize("name", NAMES)
def test_example_stands_alone(name: str) -> None:
    files = [p for p in (EXAMPLES / name).rglob("*") if p.suffix in {".py", ".cpp", ".hpp"}]
    assert files
    for file in files:
        assert "speedwright" not in file.read_text(), file


def test_every_example_is_covered() -> None:
    assert {p.name for p in EXAMPLES.iterdir() if p.is_dir()} == set(NAMES)
