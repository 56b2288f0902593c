"""A target of a few milliseconds for the benches: one C++ or Python program and a change to it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import TargetRequest

PYTHON = """\
def work(n):
    seen = []
    for i in range(n):
        if i % 101 not in seen:
            seen.append(i % 101)
    return len(seen)
"""
PYTHON_FAST = PYTHON.replace("seen = []", "seen = set()").replace("append", "add")
WORKLOAD = "from lib import work\n\n\ndef workload():\n    return work(12_000)\n"
CPP = """\
#include <cstdio>
int main() {
    unsigned x = 1, sum = 0;
    for (int i = 0; i < 7000000; ++i) { x = x * 1664525u + 1013904223u; sum += x >> 16; }
    std::printf("%u\\n", sum);
}
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A base that was built and run, and a diff against it."""

    baseline: Baseline
    diff: str


@contextmanager
def python_function(sandbox: str) -> Iterator[Prepared]:
    """A function workload of about 10 ms; the diff makes it a few times faster."""
    files = {"lib.py": PYTHON, "workload.py": WORKLOAD}
    with _prepared(files, sandbox, None) as baseline:
        yield Prepared(baseline, baseline.target.snapshot.diff_of({"lib.py": PYTHON_FAST}))


@contextmanager
def cpp_program(sandbox: str) -> Iterator[Prepared]:
    """A C++ program of about 10 ms; the diff changes a comment."""
    with _prepared({"main.cpp": CPP}, sandbox, "g++ -O2 -o prog main.cpp") as baseline:
        changed = {"main.cpp": CPP.replace("int main", "// no change\nint main")}
        yield Prepared(baseline, baseline.target.snapshot.diff_of(changed))


@contextmanager
def _prepared(files: dict[str, str], sandbox: str, build: str | None) -> Iterator[Baseline]:
    with scratch_folder() as scratch:
        root = scratch / "repository"
        root.mkdir()
        for name, text in files.items():
            (root / name).write_text(text)
        _commit(root)
        workload = "./prog" if build else "workload.py"
        request = TargetRequest(path=root, workload=workload, test="", build=build, sandbox=sandbox)
        target = resolve_target(request, scratch / "target", NullProgress())
        yield prepare_baseline(target, scratch / "versions", NullProgress())


def _commit(root: Path) -> None:
    options = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "base")):
        subprocess.run(["git", *options, *words], cwd=root, check=True)
