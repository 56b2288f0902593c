"""A small slow repository, and what one could propose for it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import Target, TargetRequest

LOOP = """\
    found = []
    for i in range(n):
        if i % 300 not in found:
            found.append(i % 300)
    return len(found)
"""
SLOW = f'''\
"""Counts."""


def total(n):
{LOOP}

def label(n):
    return f"{{n}} distinct"
'''
BENCH = "from slow import label, total\n\nprint(label(total(20_000)))\n"
TESTS = """\
from slow import label, total


def test_total():
    assert [total(n) for n in (0, 1, 5, 900)] == [0, 1, 5, 300]


def test_label():
    assert label(3).startswith("3")
"""


@dataclass(frozen=True)
class Tiny:
    """The repository's texts, and edits of `slow.py` by what they come to."""

    loop: str = LOOP
    slow: str = SLOW
    good: str = "    return len({i % 300 for i in range(n)})\n"
    broken: str = "    return len({i % 299 for i in range(n)})\n"
    slower: str = "    sum(range(3_000_000))\n" + LOOP

    def make(self, folder: Path, files: dict[str, str] | None = None) -> Path:
        """A git repository with `slow.py`, its benchmark and its tests, or with other files."""
        texts = files or {"slow.py": SLOW, "bench.py": BENCH, "test_slow.py": TESTS}
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        self.git(folder, "init", "-q", "-b", "main")
        self.git(folder, "add", "-A")
        self.git(folder, "commit", "-qm", "base")
        return folder

    def git(self, folder: Path, *words: str) -> str:
        options = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")
        done = subprocess.run(
            ["git", *options, *words], cwd=folder, check=True, capture_output=True, text=True
        )
        return done.stdout

    def submission(self, new: str, summary: str, old: str = LOOP) -> dict[str, Any]:
        """A reply that edits `slow.py` and submits it."""
        edit = {"path": "slow.py", "old": old, "new": new}
        return {
            "text": f"I try: {summary}",
            "tool_calls": [
                {"name": "edit_file", "arguments": edit},
                {"name": "submit", "arguments": {"summary": summary}},
            ],
        }

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """A reply with one tool call."""
        return {"tool_calls": [{"name": name, "arguments": arguments}]}


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    return Tiny()


@pytest.fixture(scope="session")
def target(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The small repository as a target, nothing of it run."""
    root = tiny.make(tmp_path_factory.mktemp("target") / "tiny")
    (root / "data.bin").write_bytes(b"\xff\xfe\0")
    (root / "pkg").mkdir()
    (root / "pkg" / "empty.py").write_text("")
    (root / "pkg" / "odd.py").write_text('A = "\x0cpage"\nB = 2\r\nC = 3\n')
    (root / "link.py").symlink_to("slow.py")
    request = TargetRequest(path=root, sandbox="process")
    yield resolve_target(request, tmp_path_factory.mktemp("scratch"), NullProgress())
