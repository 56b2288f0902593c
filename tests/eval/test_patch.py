"""Patches as hostile text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.errors import PatchUnreadable
from speedwright.eval.patch import read_patch, touched_files

GOOD = """\
diff --git a/pkg/a.py b/pkg/a.py
index 111..222 100644
--- a/pkg/a.py
+++ b/pkg/a.py
@@ -1,2 +1,2 @@
-x = 1
+x = 2
 y = 1
diff --git a/new.py b/new.py
new file mode 100644
--- /dev/null
+++ b/new.py
@@ -0,0 +1 @@
+z = 1
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-w = 1
"""


def test_files_lines_and_kinds() -> None:
    changed, new, old = touched_files(GOOD)
    assert (changed.path, changed.added, changed.removed) == (
        "pkg/a.py", ((1, "x = 2\n"),), ((1, "x = 1\n"),),
    )  # fmt: skip
    assert (new.path, new.is_new, old.path, old.is_deleted) == ("new.py", True, "old.py", True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"\xff\xfe\x00binary", "not UTF-8"),
        (b"hello\nthere\n", "no unified diff"),
        (b"--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-x\n", "no valid unified diff"),
        (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\0\n+y\n", "NUL"),
    ],
)
def test_unreadable_patches_say_why(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "p.diff"
    file.write_bytes(data)
    with pytest.raises(PatchUnreadable, match=said):
        read_patch(file)


def test_a_missing_patch_says_so(tmp_path: Path) -> None:
    with pytest.raises(PatchUnreadable, match="No such file"):
        read_patch(tmp_path / "missing.diff")


@given(st.text(max_size=400))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    try:
        touched_files(text)
    except PatchUnreadable:
        pass


@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.text(max_size=20))
def test_no_damage_makes_the_reader_fall_over(first: int, last: int, text: str) -> None:
    try:
        touched_files(GOOD[:first] + text + GOOD[last:])
    except PatchUnreadable:
        pass
