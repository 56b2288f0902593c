"""A small target, its base built and run once for all tests of the judge."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

TRIES = 3
SLOW = """\
def total(n):
    found = []
    for i in range(n):
        if i % 300 not in found:
            found.append(i % 300)
    return len(found)


def label(n):
    return f"{n} distinct"
"""
BENCH = "from slow import label, total\n\nprint(label(total(20_000)))\n"
TESTS = """\
from slow import label, total


def test_total():
    assert [total(n) for n in (0, 1, 5, 900)] == [0, 1, 5, 300]


def test_label():
    assert label(3).startswith("3")
"""


def make_repository(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    options = ("-c", "user.name=dev", "-c", "user.email=dev@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "base")):
        subprocess.run(["git", *options, *words], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def repository_maker() -> Callable[[Path, dict[str, str]], Path]:
    return make_repository


def make_baseline(root: Path, scratch: Path, **request: Any) -> Baseline:
    target = resolve_target(TargetRequest(path=root, **request), scratch / "target", NullProgress())
    return prepare_baseline(target, scratch / "versions", NullProgress())


@pytest.fixture(scope="session")
def baseline_maker() -> Callable[..., Baseline]:
    """`baseline_maker(root, scratch, sandbox=…)`: a repository's base, built and run."""
    return make_baseline


@pytest.fixture(scope="session")
def settled() -> Callable[[Callable[[], Any]], Any]:
    """Judges again what ended `unstable`: the machine's fault is nobody's verdict."""

    def judged(judge: Callable[[], Any]) -> Any:
        for _ in range(TRIES):
            found = judge()
            report = getattr(found, "report", found)
            if getattr(report, "judgement", report).word != "unstable":
                break
        return found

    return judged


@pytest.fixture(scope="session")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baseline]:
    """The small target, ready to judge candidates in a plain process."""
    files = {"slow.py": SLOW, "bench.py": BENCH, "test_slow.py": TESTS}
    root = make_repository(tmp_path_factory.mktemp("target"), files)
    yield make_baseline(root, tmp_path_factory.mktemp("scratch"), sandbox="process")


@pytest.fixture(scope="session")
def diff_of(baseline: Baseline) -> Callable[..., str]:
    """A diff of the small target: `diff_of(old="…", new="…")` in slow.py, or whole files."""

    def make(old: str = "", new: str = "", **files: str) -> str:
        texts: dict[str, str | None] = {k.replace("__", "."): v for k, v in files.items()}
        if old:
            assert SLOW.count(old) == 1
            texts["slow.py"] = SLOW.replace(old, new)
        return baseline.target.snapshot.diff_of(texts)

    return make
