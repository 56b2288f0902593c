"""The files as a proposer sees and changes them."""

from __future__ import annotations

from typing import Any

import pytest

from speedwright.agent.workbench import MAX_FILE_CHARS, Workbench
from speedwright.errors import UsageError
from speedwright.eval.target import Target


@pytest.fixture
def bench(target: Target) -> Workbench:
    return Workbench(target)


def test_edits_are_seen_at_once_and_make_a_diff(bench: Workbench, tiny: Any) -> None:
    bench.replace("slow.py", tiny.loop, tiny.good)
    bench.write("fast/new.py", "X = 1\n")
    assert tiny.good in bench.read("./slow.py")
    assert "fast/new.py" in bench.paths()
    assert "--- a/slow.py" in bench.diff() and "+++ b/fast/new.py" in bench.diff()
    assert bench.best_diff() == ""
    bench.accept()
    assert bench.best_diff() == bench.diff() != ""
    assert not bench.has_edits


def test_dropped_edits_leave_the_best_version(bench: Workbench, tiny: Any) -> None:
    bench.replace("slow.py", tiny.loop, tiny.good)
    bench.accept()
    kept = bench.diff()
    bench.write("slow.py", "broken(\n")
    assert bench.has_edits
    bench.reset()
    assert bench.diff() == kept


def test_text_put_back_is_no_edit(bench: Workbench, tiny: Any) -> None:
    bench.replace("slow.py", tiny.loop, tiny.good)
    bench.write("slow.py", tiny.slow)
    assert not bench.has_edits
    assert bench.diff() == ""


@pytest.mark.parametrize(
    "path",
    ["../x.py", "/etc/passwd", "a/../../x", "", "   ", ".", "x\0y", "a\nb.py", "x" * 300, "..",
     "\x1b[31m.py", "/".join(["d"] * 300)],
)  # fmt: skip
def test_paths_outside_or_odd_are_refused(bench: Workbench, path: str) -> None:
    for act in (lambda: bench.read(path), lambda: bench.write(path, "x = 1\n")):
        with pytest.raises(UsageError):
            act()
    assert bench.diff() == ""


@pytest.mark.parametrize(
    "path",
    ["test_slow.py", "tests/new.py", "conftest.py", "bench.py", ".git/config", ".GIT/config",
     "sitecustomize.py", "evil.pth", "pyproject.toml", ".github/workflows/x.yml",
     "slow.py/x.py", "pkg", "link.py", "data.bin", "a\\b.py", "requirements.txt"],
)  # fmt: skip
def test_files_that_may_not_be_written_are_refused(bench: Workbench, path: str) -> None:
    with pytest.raises(UsageError):
        bench.write(path, "x = 1\n")
    assert bench.diff() == ""


def test_texts_that_are_too_long_or_not_text_are_refused(bench: Workbench) -> None:
    for text in ("x" * (MAX_FILE_CHARS + 1), "a\0b"):
        with pytest.raises(UsageError):
            bench.write("slow.py", text)


def test_a_passage_must_occur_once(bench: Workbench) -> None:
    for old in ("n", "nowhere", ""):
        with pytest.raises(UsageError, match="not once"):
            bench.replace("slow.py", old, "x")


def test_links_and_binaries_are_not_read(bench: Workbench) -> None:
    for path in ("link.py", "data.bin", "pkg", "missing.py"):
        with pytest.raises(UsageError, match="no text file"):
            bench.read(path)


def test_search_finds_pending_text_and_not_what_it_replaced(bench: Workbench) -> None:
    bench.write("slow.py", "")
    assert list(bench.search("found")) == []
    bench.write("slow.py", "\nneedle = 1\n")
    assert list(bench.search("needle")) == [("slow.py", 2, "needle = 1")]
    assert list(bench.search("needle", "pkg/*")) == []


def test_lines_are_counted_as_editors_count_them(bench: Workbench) -> None:
    assert [number for _, number, _ in bench.search("C = 3", "pkg/*")] == [3]


def test_changes_can_be_limited_to_files(target: Target) -> None:
    bench = Workbench(target, None, frozenset({"pkg/empty.py"}))
    bench.write("pkg/empty.py", "X = 1\n")
    with pytest.raises(UsageError, match=r"only in `pkg/empty\.py`"):
        bench.write("slow.py", "X = 1\n")
