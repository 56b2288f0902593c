"""No text makes the guards fall over, and no path leads them out of the folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speedwright.eval.guards import FolderTexts, GuardReport, check_guards
from speedwright.eval.guards.context import Context
from speedwright.eval.guards.cpp import marks as cpp_marks
from speedwright.eval.guards.cpp_text import read_cpp
from speedwright.eval.guards.texts import Unreadable

Check = Callable[..., GuardReport]

DEEP = {
    "brackets": "x = " + "(" * 5000 + ")" * 5000 + "\n",
    "lists": "x = " + "[" * 150 + "]" * 150 + "\n",
    "minus": "x = " + "-" * 20_000 + "1\n",
    "sum": "x = " + " + ".join(["'a'"] * 20_000) + "\n",
    "attributes": "import time\nx = time" + ".a" * 20_000 + "\n",
    "calls": "x = f" + "()" * 5_000 + "\n",
    "ifs": "".join(" " * i + "if x:\n" for i in range(99)) + " " * 99 + "pass\n",
    "aliases": "import os\n" + "".join(f"a{i} = a{i - 1}.b\n" for i in range(1, 2000)),
    "format": "x = '%999999999s' % 1\ny = '{:>999999999}'.format(1)\nz = 'a' * 10**10\n",
    "self alias": "import os\nx = os\n" + "x = x.x\n" * 500,
    "null": "x = 1\0\n",
    "surrogate": "x = '\\ud800'\n",
    "numbers": "x = " + "9" * 5000 + "\n",
}
PIECES = st.sampled_from(
    ("import os", "\n", "    ", "getattr(", ")", "'a'+'b'", "x = ", "time", ".", "[", "]", "{", "}",
     ":", "def f(", "class A", "lambda", "if ", "==", "return ", "'''", "\\", "#", "é", "\u202e",
     "id(x)", "{x}", 'f"', "match x", "case 1", "1e999", "-1", "None", "global x", "*", "raise",
     "/*", '"', "R\"(", "#pragma GCC optimize(", "asm(", "system(", "static map<int*")
)  # fmt: skip


@pytest.mark.parametrize("name", DEEP)
def test_deep_and_odd_files_get_an_answer(name: str, check: Check) -> None:
    found = check("x = 1\n" + DEEP[name], old="x = 1\n")
    assert isinstance(found, GuardReport)


def test_a_file_that_does_not_parse_any_more_is_broken_and_not_refused(check: Check) -> None:
    found = check("def f(:\n    pass\n", old="def f():\n    pass\n")
    assert [(f.path, f.line) for f in found.broken] == [("lib.py", 1)]
    assert not found.refusals


def test_a_file_that_never_parsed_is_said_to_be_unread(check: Check) -> None:
    found = check("print 'a', 2\n", old="print 'a'\n")
    assert not found.broken
    assert found.unread == ("static guards cannot parse `lib.py`, before the patch either",)


def test_a_megabyte_is_read(tmp_path: Path) -> None:
    prose = f'    """{"Say what it does. " * 10}"""\n'
    text = "".join(f"def f{i}(x):\n{prose}    return g(x, {i})\n" for i in range(5_000))
    assert len(text) > 1_000_000
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, end in ((old, ""), (new, "eval(x)\n")):
        folder.mkdir()
        (folder / "x.py").write_text(text + end)
    diff = "--- a/x.py\n+++ b/x.py\n@@ -15000,0 +15001 @@\n+eval(x)\n"
    found = check_guards(diff, FolderTexts(old), FolderTexts(new))
    assert [(f.rule, f.line) for f in found.refusals] == [("dynamic-code", 15_001)]


@given(st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=20).map("".join))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_an_answer(new: str, old: str) -> None:
    texts = {"a": {"x.py": old, "y.cpp": old}, "b": {"x.py": new, "y.cpp": new}}

    class Texts:
        def __init__(self, files: dict[str, str]) -> None:
            self.text = files.get

    lines = new.count("\n") + 1
    hunk = f"@@ -0,0 +1,{lines} @@\n" + "".join(f"+{line}\n" for line in new.split("\n"))
    diff = "".join(f"--- a/{p}\n+++ b/{p}\n{hunk}" for p in ("x.py", "y.cpp"))
    assert isinstance(check_guards(diff, Texts(texts["a"]), Texts(texts["b"])), GuardReport)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_characters_are_masked_as_cpp(text: str) -> None:
    read = read_cpp(text)
    assert len(read.code) == len(text)
    list(cpp_marks(read, text, Context()))


@pytest.mark.parametrize("kind", ["link", "folder link", "pipe", "large", "outside"])
def test_what_is_no_plain_file_of_the_folder_is_not_read(tmp_path: Path, kind: str) -> None:
    root, path = tmp_path / "root", "a/x.py"
    (root / "a").mkdir(parents=True)
    (tmp_path / "x.py").write_text("secret = 1\n")
    if kind == "link":
        (root / path).symlink_to(tmp_path / "x.py")
    elif kind == "folder link":
        (root / "b").symlink_to(tmp_path)
        path = "b/x.py"
    elif kind == "pipe":
        os.mkfifo(root / path)
    elif kind == "large":
        (root / path).write_bytes(b"#" * 101)
    else:
        path = "../x.py"
    with pytest.raises(Unreadable):
        FolderTexts(root, max_bytes=100).text(path)


def test_a_patched_file_that_cannot_be_read_back_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.py").symlink_to("/etc/hostname")
    diff = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-x\n+y\n"
    found = check_guards(diff, FolderTexts(tmp_path), FolderTexts(tmp_path))
    assert [f.rule for f in found.refusals] == ["unreadable"]


def test_bytes_that_are_no_utf8_are_still_looked_at(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"# caf\xe9\neval(x)\n")
    diff = "--- /dev/null\n+++ b/x.py\n@@ -0,0 +1 @@\n+y\n"
    found = check_guards(diff, FolderTexts(tmp_path / "none"), FolderTexts(tmp_path))
    assert [f.rule for f in found.refusals] == ["dynamic-code"]
    assert FolderTexts(tmp_path).text("missing.py") is None
    assert FolderTexts(tmp_path).text("x.py/y") is None
