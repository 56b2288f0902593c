"""Targets, workloads and tests that do not work: what is told, and with which exit code."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FAILING = "def test_squares():\n    assert False\n"
INI = "[pytest]\naddopts = --cov=mod\n"


def judged(console: ModuleType, target: Path, *more: str, env: Any = None) -> Any:
    """`judge --json` in a plain process; the tree must be as it was."""
    patch = target.parent / "quicker.diff"
    patch.write_text(console.QUICKER)
    before = console.everything_in(target)
    words = ("--patch", patch, "--sandbox", "process", "--json", *more)
    ended = console.run_script("judge", target, *words, env=env)
    assert console.everything_in(target) == before
    return ended


def refused(ended: Any, code: int, *said: str) -> None:
    """It ended with this code, and told so on stderr and in one document."""
    assert ended.code == code, ended.err
    error = ended.document["error"]
    assert error["exit_code"] == code
    assert error["hint"], "what to do next"
    for words in said:
        assert words in ended.error


def test_targets_without_anything_to_work_on(console: ModuleType, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    refused(judged(console, plain), 2, "in no git repository", "git init")
    empty = console.make_target(tmp_path / "empty", {})
    refused(judged(console, empty), 2, "holds no files")
    bare = tmp_path / "bare.git"
    console.git(tmp_path, "init", "-q", "--bare", str(bare))
    refused(judged(console, bare), 2, "git's own folder", "git clone")
    lonely = console.make_target(tmp_path / "lonely", {"mod.py": console.SQUARES})
    refused(judged(console, lonely), 2, "no workload was found", "--workload")
    refused(judged(console, lonely, "--workload", "none.py"), 2, "no workload file `none.py`")


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ("def workload():\n    raise ValueError('boom')\n", ("ValueError: boom",)),
        ("def workload():\n    return input()\n", ("standard input, which is empty",)),
        ("import ctypes\ndef workload():\n    ctypes.string_at(0)\n", ("killed by SIGSEGV",)),
        ("import sys\ndef workload():\n    sys.exit(3)\n", ("exit status 3",)),
        ("import os\ndef workload():\n    os._exit(0)\n", ("ended before it had answered",)),
        ("import absent\ndef workload():\n    pass\n", ("No module named 'absent'", "by hand")),
    ],
    ids=["raises", "reads-stdin", "segfault", "exits", "leaves", "import"],
)
def test_a_workload_that_fails_on_the_base(
    console: ModuleType, tmp_path: Path, work: str, said: tuple[str, ...]
) -> None:
    target = console.make_target(tmp_path / "target", {**console.FILES, "work.py": work})
    ended = judged(console, target, "--workload", "work.py", "--test", "")
    refused(ended, 5, "fails on the unpatched target", *said)


def test_commands_that_are_not_there(console: ModuleType, tmp_path: Path) -> None:
    files = {**console.FILES, ".gitignore": "made.py\n"}
    target = console.make_target(tmp_path / "target", files)
    (target / "made.py").write_text("print(1)\n")
    none = ("--test", "")
    refused(judged(console, target, "--workload", "nosuchprogram", *none), 5, "not found in PATH")
    ignored = judged(console, target, "--workload", "python made.py", *none)
    refused(ignored, 5, "`made.py` is not in the copy", "git ignores it")
    shell = judged(console, target, "--workload", "python work.py && echo", *none)
    refused_config = shell.document["error"]
    assert (shell.code, refused_config["kind"]) == (2, "ConfigError")
    assert "no shell reads it" in shell.error


@pytest.mark.parametrize(
    ("test", "files", "said"),
    [
        ("python -m pytest -q", {"test_a.py": FAILING}, ("fail: test_a.py::test_squares",)),
        ("python -m pytest -q -k none", {}, ("ran no test",)),
        ("nosuchrunner", {}, ("`nosuchrunner` cannot be started", "--test")),
        ("python -m pytest", {"pytest.ini": INI}, ("arguments: --cov=mod", "a plug-in is missing")),
        ("python -m pytest", {"conftest.py": "import absent\n"}, ("No module named 'absent'",)),
        ("python -c 'raise SystemExit(3)'", {}, ("exit status 3",)),
    ],
    ids=["fail", "none", "not-found", "plug-in", "conftest", "command"],
)
def test_tests_that_do_not_pass_on_the_base(
    console: ModuleType, tmp_path: Path, test: str, files: dict[str, str], said: tuple[str, ...]
) -> None:
    target = console.make_target(tmp_path / "target", {**console.FILES, **files})
    ended = judged(console, target, "--workload", "work.py", "--test", test)
    refused(ended, 5, *said)


def test_hours_are_told_before_they_are_spent(console: ModuleType, tmp_path: Path) -> None:
    slow = "import time\ndef workload():\n    time.sleep(2.1)\n"
    target = console.make_target(tmp_path / "target", {**console.FILES, "work.py": slow})
    limit = {"SPEEDWRIGHT_TIME_LIMIT_MIN": "0.5"}
    ended = judged(console, target, "--workload", "work.py", "--test", "", env=limit)
    refused(ended, 4, "a verdict needs at least", "are left of the time limit", "smaller")
    told = r"one run takes (2\.\d) s: a verdict needs 8 to 80 rounds of 3 runs, (\d+) s to "
    found = re.search(told + r"(9|1\d) min", ended.err)
    assert found is not None, ended.err
    a_run_s = float(found[1])
    assert 2.1 <= a_run_s < 3.0
    assert float(found[2]) == pytest.approx(27 * a_run_s, abs=27 * 0.05 + 0.5)  # both are rounded
    assert f"a verdict needs at least {found[2]} s (" in ended.error


def test_what_hangs_ends_with_the_time_limit(console: ModuleType, tmp_path: Path) -> None:
    hangs = "import time\ntime.sleep(1000)\n"
    files = {**console.FILES, "work.py": hangs, "test_hangs.py": hangs}
    target = console.make_target(tmp_path / "target", files)
    limit = {"SPEEDWRIGHT_TIME_LIMIT_MIN": "0.02"}
    for more in (("--test", ""), ()):
        ended = judged(console, target, "--workload", "work.py", *more, env=limit)
        refused(ended, 4, "did not end within the time limit")


def test_content_that_is_not_there_is_told(console: ModuleType, tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
    inner = console.make_target(tmp_path / "inner")
    target = console.make_target(tmp_path / "target", {**console.FILES, "data.bin": pointer})
    add = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    console.git(target, *add)
    words = ("--workload", "work.py", "--test", "", "--dry-run", "--json")
    ended = console.run_script("optimize", target, "--sandbox", "process", *words)
    assert ended.code == 0, ended.err
    said = " ".join(ended.document["warnings"])
    assert "git-lfs pointers, not their content: `data.bin`" in said
    assert "sub: a submodule or nested repository" in said
