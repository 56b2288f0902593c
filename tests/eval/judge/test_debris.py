"""What is debris in a patch and what is not, on texts; nothing is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.judge.debris import Tidied, tidied
from speedwright.sandbox.snapshot import Snapshot, take_snapshot

Maker = Callable[[Path, dict[str, str]], Path]

LIB = """\
import sys


def total(n):
    found = 0
    for i in range(n):
        found += i
    return found


def label(n):
    print("label", n)
    return str(n)


def far(n):
    a = n + 1
    b = a + 1
    c = b + 1
    d = c + 1
    return d
"""
CPP = "#include <iostream>\n\nint twice(int n) {\n    return n + n;\n}\n"
FAST = LIB.replace(
    "    found = 0\n    for i in range(n):\n        found += i\n    return found\n",
    "    return n * (n - 1) // 2\n",
)


@pytest.fixture(scope="module")
def snapshot(repository_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    place = tmp_path_factory.mktemp("tidy")
    root = repository_maker(place / "target", {"lib.py": LIB, "twice.cpp": CPP})
    return take_snapshot(root, place / "copy")


def cleaned(snapshot: Snapshot, **texts: str | None) -> Tidied:
    changes = {name.replace("__", "."): text for name, text in texts.items()}
    return tidied(snapshot.diff_of(changes), snapshot)


def kinds(found: Tidied) -> list[tuple[str, int]]:
    return [(part.path, part.line) for part in found.removed]


def test_odd_line_ends_do_not_move_the_knife(snapshot: Snapshot) -> None:
    text = LIB + 'TEXT = """\x0c\u2028\n\x1c"""\nprint(1)\nLAST = 2\n'
    found = cleaned(snapshot, lib__py=text)
    assert found.diff == snapshot.diff_of({"lib.py": text.replace("print(1)\n", "")})


def test_a_clean_patch_comes_back_as_it_is(snapshot: Snapshot) -> None:
    diff = snapshot.diff_of({"lib.py": FAST})
    assert tidied(diff, snapshot) == Tidied(diff=diff)


def test_prints_go_and_the_code_beside_them_stays(snapshot: Snapshot) -> None:
    noisy = FAST.replace(
        "    return n * (n", "    print('n is', n)  # look\n    return n * (n"
    ).replace("    a = n + 1\n", "    a = n + 1\n    print(\n        a,\n    )\n    breakpoint()\n")
    found = cleaned(snapshot, lib__py=noisy)
    assert found.diff == snapshot.diff_of({"lib.py": FAST})
    assert kinds(found) == [("lib.py", 5), ("lib.py", 16), ("lib.py", 19)]
    assert "a print for debugging at lib.py:5 was removed" in found.removed[0].sentence


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # The base prints there: moving or keeping that is no debris.
        ('    print("label", n)\n', '    n = int(n)\n    print("label", n)\n    n = n + 0\n'),
        # The only statement of its block, or part of one.
        ("    return d\n", "    if d:\n        print(d)\n    return d\n"),
        ("    return d\n", "    x = print(d)\n    return d\n"),
        ("    return d\n", "    print(d); return d\n"),
        ("    return d\n", "    return print(d) or d\n"),
        # Written where somebody reads it.
        ("    return d\n", "    sys.stdout.write(str(d))\n    return d\n"),
    ],
)  # fmt: skip
def test_what_may_be_meant_stays(snapshot: Snapshot, old: str, new: str) -> None:
    assert not cleaned(snapshot, lib__py=LIB.replace(old, new)).removed


def test_a_hunk_of_comments_goes_and_comments_beside_code_stay(snapshot: Snapshot) -> None:
    explained = FAST.replace("    return n * (n", "    # Gauss\n    return n * (n")
    far = explained.replace("    d = c + 1\n", "    # d is next\n\n    d = c + 1\n")
    found = cleaned(snapshot, lib__py=far)
    assert found.diff == snapshot.diff_of({"lib.py": explained})
    assert [p.what for p in found.removed] == ["a change of comments alone"]


def test_a_docstring_is_code(snapshot: Snapshot) -> None:
    text = LIB.replace("def far(n):\n", 'def far(n):\n    """Far."""\n')
    assert not cleaned(snapshot, lib__py=text).removed


def test_c_plus_plus(snapshot: Snapshot) -> None:
    fast = CPP.replace("n + n", "n << 1")
    noisy = fast.replace("    return", '    std::cerr << "n" << n << "\\n";\n    return')
    assert cleaned(snapshot, twice__cpp=noisy).diff == snapshot.diff_of({"twice.cpp": fast})
    only = cleaned(snapshot, twice__cpp=CPP.replace("    return", "    // twice\n    return"))
    assert only.diff == "" and len(only.removed) == 1
    out = fast.replace("    return", "    std::cout << n;\n    return")
    assert not cleaned(snapshot, twice__cpp=out).removed


def test_a_new_file_that_nothing_names_goes(snapshot: Snapshot) -> None:
    found = cleaned(snapshot, lib__py=FAST, notes__md="what I tried\n", scratch__py="x = 1\n")
    assert found.diff == snapshot.diff_of({"lib.py": FAST})
    assert sorted(kinds(found)) == [("notes.md", 0), ("scratch.py", 0)]


def test_a_new_file_that_is_used_stays(snapshot: Snapshot) -> None:
    uses = "from quick import total\n" + FAST
    found = cleaned(snapshot, lib__py=uses, quick__py="def total(n):\n    return 0\n")
    assert not found.removed


def test_a_patch_that_is_all_debris_has_nothing_left(snapshot: Snapshot) -> None:
    assert cleaned(snapshot, notes__md="x\n").diff == ""


@pytest.mark.parametrize(
    "text", ["def broken(:\n", "x = 1\0\n", LIB + "\r\nprint('x')\r\n", "", LIB.rstrip("\n")]
)
def test_odd_files_break_nothing(snapshot: Snapshot, text: str) -> None:
    diff = snapshot.diff_of({"lib.py": text})
    found = tidied(diff, snapshot)
    assert found.diff == diff or found.removed


def test_what_does_not_apply_comes_back(snapshot: Snapshot) -> None:
    diff = snapshot.diff_of({"lib.py": FAST}).replace("found = 0", "found = 1")
    assert tidied(diff, snapshot) == Tidied(diff=diff)
