"""What a patch newly loads from the standard library, and that loading it is no work moved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.candidate import Candidate
from speedwright.eval.judge.baseline import prepare_baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.imports import newly_imported
from speedwright.eval.judge.measure import Mode
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

DIFF = "--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-a\n+b\n"
LIB = "def squares(n):\n    return [sum([i] * i) for i in range(n)]\n"
# Loads several milliseconds' worth, of which it uses a little.
LOADS = (
    "import email.message\nimport json\nimport logging\nimport pathlib\n\n\n"
    "def squares(n):\n    return [i * i for i in range(n)]\n"
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import functools, re\nfrom concurrent.futures import wait\n", "concurrent.futures re"),
        ("try:\n    import bisect\nexcept ImportError:\n    import heapq\n", "bisect heapq"),
        ("if True:\n    import json\nelse:\n    import csv\n", "csv json"),
        ("def f():\n    import json\n", ""),
        ("import numpy\nfrom . import json\nfrom __future__ import annotations\n", ""),
        ("import json as\n", ""),
        ("(" * 100_000, ""),
    ],
)
def test_new_module_level_imports_of_the_standard_library(
    tmp_path: Path, text: str, names: str
) -> None:
    for folder, content in (("base", "import functools\n"), ("patched", text)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lib.py").write_text(content)
    found = newly_imported(tmp_path / "base", tmp_path / "patched", DIFF.format("lib.py"))
    assert found == tuple(names.split())


def test_loading_modules_is_no_work_moved(
    repository_maker: Callable[[Path, dict[str, str]], Path], tmp_path: Path
) -> None:
    work = "import lib\n\n\ndef workload():\n    return lib.squares(1200)\n"
    root = repository_maker(tmp_path / "target", {"lib.py": LIB, "workload.py": work})
    request = TargetRequest(path=root, sandbox="process", test="")
    target = resolve_target(request, tmp_path / "scratch", NullProgress())
    baseline = prepare_baseline(target, tmp_path / "versions", NullProgress())
    diff = target.snapshot.diff_of({"lib.py": LOADS})
    case = Case(candidate=Candidate(diff=diff, author="test"), mode=Mode.SCREEN, seed=3)
    found = judge(case, baseline, NullProgress())
    assert found.word == "faster", found.to_json()
