"""Private functions: what others make of them counts, wherever those others are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from speedwright.eval.differential import DifferentialReport, check_differential
from speedwright.eval.judge.baseline import prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

SHAPES = """\
class Shape:
    def __init__(self, sides):
        self.sides = sides

    def _eval_is_round(self):
        if self.sides > 100:
            return True
        return None


def _weight(number):
    return number * 3
"""
FRAMEWORK = """\
from shapes import _weight


def is_round(shape):
    return bool(getattr(shape, "_eval_is_" + "round")())


def heaviest(numbers):
    return max(_weight(n) for n in numbers)
"""
BENCH = """\
from framework import heaviest, is_round
from shapes import Shape

print(sum(is_round(Shape(n % 200)) for n in range(2000)), heaviest(range(50)))
"""
FILES = {"shapes.py": SHAPES, "framework.py": FRAMEWORK, "bench.py": BENCH}
Check = Callable[[str, str], DifferentialReport]


@pytest.fixture(scope="module")
def check(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Callable[[Path, dict[str, str]], Path],
) -> Iterator[Check]:
    root = repository_maker(tmp_path_factory.mktemp("hooks"), FILES)
    scratch = tmp_path_factory.mktemp("scratch")
    request = TargetRequest(path=root, sandbox="process", test="")
    target = resolve_target(request, scratch / "target", NullProgress())
    baseline = prepare_baseline(target, scratch / "versions", NullProgress())

    def run(old: str, new: str) -> DifferentialReport:
        assert SHAPES.count(old) == 1
        diff = baseline.target.snapshot.diff_of({"shapes.py": SHAPES.replace(old, new)})
        folder = baseline.versions.fresh(diff)
        return check_differential(baseline, folder, diff, seed=7, progress=NullProgress())

    yield run


def test_a_hook_that_knows_more_is_said_and_passes(check: Check) -> None:
    found = check("return None", "return False")
    assert found.verdict is None
    assert found.calls_replayed
    assert any("differs, not counted" in n and "_eval_is_round" in n for n in found.notes)


def test_a_hook_that_fails_is_no_hook(check: Check) -> None:
    found = check("return None", 'raise ValueError("no")')
    assert found.verdict is not None
    assert "_eval_is_round" in found.verdict.reasons[0]


def test_a_private_function_is_compared_through_its_callers_elsewhere(check: Check) -> None:
    found = check("number * 3", "number * 3 + (number > 48)")
    assert found.verdict is not None
    assert "framework.py:heaviest" in found.functions
