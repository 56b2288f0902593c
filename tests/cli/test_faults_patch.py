"""Patches that are none, that are written otherwise, or that say other than they do."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

RENAME = """\
diff --git a/mod.py b/mod.py
similarity index 100%
rename from mod.py
rename to .github/workflows/run.yml
"""
OTHER_PREFIX = """\
--- x/secret/key.py
+++ x/secret/key.py
@@ -1 +1 @@
-KEY = 1
+KEY = 2
"""
SETTINGS = "deny = ['secret/*']\n"


def judged(console: ModuleType, target: Path, patch: Path, *more: str) -> Any:
    """`judge` in a plain process, its workload cut short so that nothing is measured for long."""
    words = ("--workload", "work.py", "--test", "", "--sandbox", "process", "--json", *more)
    before = console.everything_in(target)
    ended = console.run_script("judge", target, "--patch", patch, *words)
    assert console.everything_in(target) == before
    return ended


def written(folder: Path, data: str | bytes) -> Path:
    file = folder / "a.diff"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "is empty"),
        ("please make it faster\n", "no unified diff"),
        (bytes(range(256)), "is not UTF-8"),
        ("diff --git a/mod.py b/mod.py\n--- a/mod.py\n+++ b/mod.py\n", "no valid unified diff"),
        ("--- a/mod.py\n+++ b/mod.py\n@@ nonsense @@\n-x\n+y\n", "no valid unified diff"),
        ("--- a/mod.py\n+++ b/mod.py\n@@ -1,9 +1,2 @@\n-x\n+y\n", "no valid unified diff"),
        ("+x\n" * 1_700_000, "more than 5 MB"),
    ],
    ids=["empty", "prose", "binary", "no-hunks", "bad-hunk", "short-hunk", "huge"],
)
def test_what_is_no_patch_is_told_and_nothing_runs(
    console: ModuleType, tmp_path: Path, data: str | bytes, said: str
) -> None:
    target = console.make_target(tmp_path / "target")
    ended = judged(console, target, written(tmp_path, data))
    assert (ended.code, said in ended.error) == (2, True), ended.error
    assert "git diff" in ended.error
    assert ended.document["error"]["kind"] == "PatchUnreadable"


def test_a_missing_patch_and_one_that_is_there_already(console: ModuleType, tmp_path: Path) -> None:
    target = console.make_target(tmp_path / "target")
    missing = judged(console, target, tmp_path / "none.diff")
    assert (missing.code, "cannot read the patch" in missing.error) == (2, True)
    (target / "mod.py").write_text("def squares():\n    return [i * i for i in range(3000)]\n")
    ended = judged(console, target, written(tmp_path, console.QUICKER))
    assert (ended.code, "in the target already" in ended.error) == (2, True), ended.err


@pytest.mark.parametrize(
    ("patch", "touched"),
    [(RENAME, ".github/workflows/run.yml"), (OTHER_PREFIX, "secret/key.py")],
    ids=["rename", "prefix"],
)
def test_headers_cannot_hide_what_a_patch_touches(
    console: ModuleType, tmp_path: Path, patch: str, touched: str
) -> None:
    more = {"secret/key.py": "KEY = 1\n", "speedwright.toml": SETTINGS}
    target = console.make_target(tmp_path / "target", {**console.FILES, **more})
    ended = judged(console, target, written(tmp_path, patch))
    assert ended.code == 0, ended.err
    assert ended.document["verdict"] == "rejected"
    assert touched in ended.document["reasons"][0]
