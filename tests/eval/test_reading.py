"""Patches written otherwise than git writes them, read as they were meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.errors import PatchUnreadable
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.policy import check_policy
from speedwright.eval.reading import as_meant
from speedwright.sandbox.snapshot import Snapshot, snapshot_folder, take_snapshot

GOOD = """\
diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
 x = 1
-y = 2
+y = 3
"""


@pytest.fixture
def copy(tmp_path: Path) -> Snapshot:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.py").write_text("x = 1\ny = 2\n")
    return snapshot_folder(tmp_path / "plain", tmp_path / "copy")


@pytest.mark.parametrize(
    ("written", "note"),
    [
        (GOOD, ""),
        (GOOD.replace("\n", "\r\n"), "carriage returns"),
        (GOOD.replace("a/a.py", "a.py").replace("b/a.py", "a.py"), "without `a/` and `b/`"),
        (GOOD.replace("a/a.py", "i/a.py").replace("b/a.py", "w/a.py"), ""),
        ("From x\nSubject: faster\n\n---\n\n" + GOOD + "-- \n2.39\n", ""),
    ],
    ids=["git", "crlf", "no-prefix", "mnemonic-prefix", "mail"],
)
def test_the_same_change_however_it_is_written(
    copy: Snapshot, tmp_path: Path, written: str, note: str
) -> None:
    found = as_meant(written, copy, tmp_path / "plain")
    assert found.diff == as_meant(GOOD, copy, tmp_path / "plain").diff
    assert "+++ b/a.py" in found.diff
    assert note in found.note and bool(note) == bool(found.note)


def test_paths_from_the_top_of_the_repository(
    tmp_path: Path, repository_maker: Callable[[Path, dict[str, str]], Path]
) -> None:
    files = {"libs/one/a.py": "x = 1\ny = 2\n", "libs/two/a.py": "x = 1\ny = 2\n"}
    top = repository_maker(tmp_path / "top", files)
    target = top / "libs" / "one"
    copy = take_snapshot(target, tmp_path / "copy")
    found = as_meant(GOOD.replace("a.py", "libs/one/a.py"), copy, target)
    assert "+++ b/a.py" in found.diff and "libs/one/" in found.note
    elsewhere = GOOD.replace("a.py", "libs/two/a.py")
    assert as_meant(elsewhere, copy, target).diff == elsewhere, "another folder is not meant"


def test_a_patch_without_effect_and_one_that_is_there_already(
    copy: Snapshot, tmp_path: Path
) -> None:
    nothing = GOOD.replace("+y = 3", "+y = 2")
    with pytest.raises(PatchUnreadable, match="changes nothing"):
        as_meant(nothing, copy, tmp_path)
    there = GOOD.replace("-y = 2\n+y = 3", "-y = 9\n+y = 2")
    with pytest.raises(PatchUnreadable, match="already"):
        as_meant(there, copy, tmp_path)


def test_a_change_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    for name, text in (("old", "# caf\xe9\nx = 1\n"), ("new", "# caf\xe9\nx = 2\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "latin.py").write_bytes(text.encode("latin-1"))
    base = snapshot_folder(tmp_path / "old", tmp_path / "copy")
    with pytest.raises(PatchUnreadable, match=r"`latin\.py` are not UTF-8"):
        base.diff_to(tmp_path / "new")


def test_attributes_of_the_target_do_not_hide_a_change(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.py").write_text("x = 1\ny = 2\n")
    (tmp_path / "plain" / ".gitattributes").write_text("*.py -diff\n")
    copy = snapshot_folder(tmp_path / "plain", tmp_path / "copy")
    assert "+y = 3" in as_meant(GOOD, copy, tmp_path).diff


def test_policy_reads_what_git_makes_of_headers(
    baseline: Baseline, diff_of: Callable[..., str]
) -> None:
    honest = diff_of(old="found = []", new="found = list()")
    assert check_policy(honest, baseline.target) == ()
    assert check_policy(honest.replace("\n", "\r\n"), baseline.target) == ()
    other = honest.replace("a/slow.py", "x/slow.py").replace("b/slow.py", "x/slow.py")
    assert "not named as git names it" in check_policy(other, baseline.target)[0]
    renamed = (
        "diff --git a/slow.py b/slow.py\nsimilarity index 100%\n"
        "rename from slow.py\nrename to conftest.py\n"
    )
    assert "`conftest.py` is one of tests" in check_policy(renamed, baseline.target)[0]
