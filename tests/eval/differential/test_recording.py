"""Calls are seen wherever they come from: packages, methods, decorated functions, scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.differential.changed import find_changes, module_name
from speedwright.eval.differential.recording import RecordedFunction, recorded
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.patch import touched_files
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

CORE = """\
import functools


@functools.lru_cache
def cached(n):
    return n + 1


class Shape:
    kind = "shape"

    def __init__(self, sides):
        self.sides = sides

    def area(self):
        return self.sides * 2

    @property
    def double(self):
        return self.sides * 2 + 0

    @staticmethod
    def plain(n):
        return n * 2

    @classmethod
    def named(cls, n):
        return cls(n * 2)


def lazy(items):
    return [i * 2 for i in items]


async def later(n):
    return n * 2


def _inner(n):
    return n * 2


def outer(n):
    return _inner(n)
"""
BENCH = """\
import asyncio

from pack.core import Shape, cached, later, lazy, outer


def setup():
    pass


def workload():
    shape = Shape.named(3)
    asyncio.run(later(1))
    return [cached(1), cached(2), shape.area(), shape.double, Shape.plain(4), outer(5),
            lazy(i for i in range(3)), lazy([1])]
"""


@pytest.fixture(scope="module")
def pack(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Callable[[Path, dict[str, str]], Path],
) -> Baseline:
    files = {"src/pack/__init__.py": "", "src/pack/core.py": CORE, "bench.py": BENCH}
    root = repository_maker(tmp_path_factory.mktemp("pack"), files)
    scratch = tmp_path_factory.mktemp("scratch")
    request = TargetRequest(path=root, sandbox="process", workload="bench.py", test="")
    target = resolve_target(request, scratch / "target", NullProgress())
    return prepare_baseline(target, scratch / "versions", NullProgress())


def seen(baseline: Baseline, text: str) -> dict[str, RecordedFunction]:
    diff = baseline.target.snapshot.diff_of({"src/pack/core.py": text})
    folder = baseline.versions.fresh(diff)
    changes = find_changes(baseline.folder, folder, touched_files(diff))
    found = recorded(baseline, changes.functions, wall_s=30)
    assert recorded(baseline, changes.functions, wall_s=30) is found
    baseline.versions.forget(folder)
    return {f.function.name: f for f in found.functions}


def test_calls_of_all_kinds_are_recorded(pack: Baseline) -> None:
    found = seen(pack, CORE.replace("* 2", "+ 7").replace("n + 1", "1 + n"))
    counts = {name: len(f.calls) for name, f in found.items()}
    assert counts == {
        "cached": 2,
        "Shape.area": 1,
        "Shape.double": 1,
        "Shape.plain": 1,
        "Shape.named": 1,
        "lazy": 1,
        "later": 0,
        "_inner": 1,
        "outer": 1,
    }
    assert found["lazy"].refused == {"a generator": 1}
    assert found["later"].refused == {"an async function": 1}
    assert {f.module for f in found.values()} == {"pack.core"}
    assert found["outer"].function.is_caller
    assert found["_inner"].function.has_public_caller


def test_modules_are_named_as_they_are_imported(pack: Baseline) -> None:
    assert module_name(pack.folder, "src/pack/core.py") == ("src", "pack.core")
    assert module_name(pack.folder, "src/pack/__init__.py") == ("src", "pack")
    assert module_name(pack.folder, "bench.py") == (".", "bench")


def changes_between(tmp_path: Path, before: str, after: str) -> dict[str, object]:
    for name, text in (("base", before), ("new", after)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "m.py").write_text(text)
    diff = "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x\n+y\n"
    found = find_changes(tmp_path / "base", tmp_path / "new", touched_files(diff))
    return {f.name: f for f in found.functions} | {"classes": found.reshaped}


def test_a_changed_constant_changes_its_readers(tmp_path: Path) -> None:
    code = "K = 1\n\n\ndef f():\n    return K\n\n\ndef g():\n    return 2\n"
    found = changes_between(tmp_path, code, code.replace("K = 1", "K = 2"))
    assert set(found) == {"f", "classes"}


def test_docstrings_and_comments_change_nothing(tmp_path: Path) -> None:
    code = "def f():\n    return 1\n"
    after = 'def f():\n    """One."""\n    # one\n    return 1\n'
    assert set(changes_between(tmp_path, code, after)) == {"classes"}


def test_a_class_with_other_attributes_is_known(tmp_path: Path) -> None:
    code = "class A:\n    def __init__(self):\n        self.a = 1\n\n\nclass B(A):\n    pass\n"
    found = changes_between(tmp_path, code, code.replace("self.a", "self.b"))
    assert found["classes"] == {"A", "B"}
