"""What a patch newly loads from the standard library, and that loading it is no work moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from speedwright.eval.candidate import Candidate
from speedwright.eval.judge import cascade, imports
from speedwright.eval.judge.baseline import prepare_baseline
from speedwright.eval.judge.cascade import Case
from speedwright.eval.judge.guard import Guarded
from speedwright.eval.judge.imports import newly_imported
from speedwright.eval.judge.measure import Mode
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest
from speedwright.eval.verdict import Judgement

pytestmark = pytest.mark.timed

DIFF = "--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-a\n+b\n"
LIB = "def squares(n):\n    return [sum([i] * i) for i in range(n)]\n"
# Loads what takes longer than anything in `SMALL`, and uses nothing of it.
HEAVY = "asyncio"
LOADS = f"import {HEAVY}\n\n\ndef squares(n):\n    return [i * i for i in range(n)]\n"
# The same names, but one of them is the patch's own and holds the answers.
HOLDS = (
    "import re\nimport string\n\n\n"
    "def squares(n):\n    return string.KNOWN[:n] if n < 6000 else [i * i for i in range(n)]\n"
)
OWN = "KNOWN = [sum([i] * i) for i in range(6000)]\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import functools, re\nfrom collections import deque\n", "collections re"),
        ("try:\n    import bisect\nexcept ImportError:\n    import heapq\n", "bisect heapq"),
        ("if True:\n    import copy\nelse:\n    import math\n", "copy math"),
        ("def f():\n    import copy\n", ""),
        ("import numpy, asyncio\nfrom . import copy\nfrom __future__ import annotations\n", ""),
        ("import copy as\n", ""),
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


def test_a_module_of_the_patch_itself_is_not_loaded_first(tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text("import copy, heapq, math, re\n")
    diff = "".join(DIFF.format(f) for f in ("lib.py", "heapq.py", "vendored/copy.py", "re/x.py"))
    assert newly_imported(tmp_path / "none", tmp_path, diff) == ("math",)


@pytest.fixture
def judged(
    repository_maker: Callable[[Path, dict[str, str]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[dict[str, str]], Judgement]:
    """The verdict on texts, with the looks of the code left aside."""
    monkeypatch.setattr(cascade, "run_guards", lambda *_, **__: Guarded(verdict=None, notes=()))
    work = "import lib\n\n\ndef workload():\n    return lib.squares(3000)\n"
    root = repository_maker(tmp_path / "target", {"lib.py": LIB, "workload.py": work})
    request = TargetRequest(path=root, sandbox="process", test="")
    target = resolve_target(request, tmp_path / "scratch", NullProgress())
    found = prepare_baseline(target, tmp_path / "versions", NullProgress())
    # By wall time, as a claim goes; CPU time would see moved work by itself.
    baseline = replace(found, cpu_s=2 * found.wall_s)

    def judge_texts(texts: dict[str, str]) -> Judgement:
        candidate = Candidate(diff=target.snapshot.diff_of(texts), author="test")
        case = Case(candidate=candidate, mode=Mode.SCREEN, seed=3)
        return cascade.judge(case, baseline, NullProgress())

    return judge_texts


def test_loading_modules_is_no_work_moved(
    judged: Callable[[dict[str, str]], Judgement], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "SMALL", imports.SMALL | {HEAVY})
    found = judged({"lib.py": LOADS})
    assert found.word == "faster", found.to_json()
    monkeypatch.setattr(cascade, "newly_imported", lambda *_: ())
    assert judged({"lib.py": LOADS}).word == "rejected", "the modules cost nothing here"


def test_work_moved_into_a_module_with_such_a_name_is_refused(
    judged: Callable[[dict[str, str]], Judgement],
) -> None:
    found = judged({"lib.py": HOLDS, "string.py": OWN})
    assert found.word == "rejected", found.to_json()
    assert any("moved, not saved" in reason for reason in found.verdict.reasons)
