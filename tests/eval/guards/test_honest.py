"""Honest patches pass: everything the catalogue of rules proposes, and experts' own patches."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from speedwright.agent.rules.catalogue import catalogue
from speedwright.agent.situation import HotFile
from speedwright.eval.guards import FolderTexts, GuardReport, check_guards
from speedwright.sandbox.snapshot import apply_diff

Check = Callable[..., GuardReport]

ROOT = Path(__file__).resolve().parents[3]
SUFFIXES = (".py", ".cpp", ".h", ".hpp")
# A spread of the library: text, numbers, containers, files, processes.
MODULES = (
    "textwrap", "statistics", "fractions", "csv", "shlex", "heapq", "tokenize",
    "string", "colorsys", "calendar", "sched", "bisect", "copy", "netrc", "cmd",
)  # fmt: skip


def own_files() -> Iterator[Path]:
    for folder in ("examples", "tests/agent/rules/cpp/programs"):
        yield from (f for f in sorted((ROOT / folder).rglob("*")) if f.suffix in SUFFIXES)


@pytest.mark.parametrize("file", list(own_files()), ids=lambda f: f.name)
def test_no_rewrite_of_the_examples_is_refused(file: Path, check: Check) -> None:
    assert_rewrites_pass(file, check)


@pytest.mark.parametrize("name", MODULES)
def test_no_rewrite_of_the_library_is_refused(name: str, check: Check) -> None:
    assert_rewrites_pass(Path(sysconfig.get_path("stdlib")) / f"{name}.py", check)


def assert_rewrites_pass(file: Path, check: Check) -> None:
    source = file.read_text()
    for rule in catalogue():
        for rewrite in rule.rewrites(HotFile(path=file.name, source=source)):
            found = check(rewrite.source, old=source, path=file.name)
            assert not found.refusals, (rule.id, found.refusals[0].text)
            assert not found.broken, (rule.id, found.broken[0].text)


def sympy_tasks() -> list[dict[str, object]]:
    for parent in ROOT.parents:
        file = parent / "shared" / "data" / "swefficiency" / "tasks_sympy.jsonl"
        if file.is_file():
            return [json.loads(line) for line in file.read_text().splitlines()]
    return []


def test_experts_patches_of_a_large_library_are_not_refused_by_their_added_lines(
    check: Check,
) -> None:
    """Without the library: the added lines of each hunk, where they parse by themselves."""
    tasks = sympy_tasks()
    if not tasks:
        pytest.skip("the data set of experts' patches is not there")
    looked_at = 0
    for task in tasks:
        for text in _added_blocks(str(task["patch"])):
            looked_at += 1
            assert not check(text).refusals, task["instance_id"]
    assert looked_at > 2


@pytest.mark.slow
def test_experts_patches_of_a_large_library_are_not_refused(tmp_path: Path) -> None:
    """With the library, downloaded from the package index."""
    tasks = sympy_tasks()
    if not tasks:
        pytest.skip("the data set of experts' patches is not there")
    for task in tasks:
        folder = tmp_path / str(task["instance_id"])
        old, new = folder / "old", folder / "new"
        words = ["pip", "download", "-q", "--no-deps", f"sympy=={task['version']}", "-d", folder]
        subprocess.run([sys.executable, "-m", *words], check=True)
        for place in (old, new):
            with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
                wheel.extractall(place)
        diff = str(task["patch"])
        apply_diff(new, diff)
        found = check_guards(diff, FolderTexts(old), FolderTexts(new))
        assert not found.refusals, found.refusals[0].text
        assert not found.broken


def _added_blocks(diff: str) -> Iterator[str]:
    block: list[str] = []
    for line in [*diff.splitlines(), ""]:
        if line.startswith("+") and not line.startswith("+++"):
            block.append(line[1:])
            continue
        text = "def added():\n    if True:\n" + "\n".join(f"        {b.lstrip()}" for b in block)
        if block and _parses(text):
            yield text + "\n"
        block = []


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
