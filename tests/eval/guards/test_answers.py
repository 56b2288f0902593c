"""Answers that were known beforehand, and honest special cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from speedwright.eval.guards import GuardReport
from speedwright.eval.guards.context import Context

Check = Callable[..., GuardReport]


class Files:
    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def text(self, path: str) -> str | None:
        return self._files.get(path)


FILES = {
    "bench.py": "from lib import f\nprint(f(20_000), f('a long sentence to parse'))\n",
    "tests/test_lib.py": "def test_f():\n    assert f(4321) == 87654\n    assert f('other') == 1\n",
}
CONTEXT = Context(texts=Files(FILES), workload=("bench.py",), tests=lambda: ("tests/test_lib.py",))

KNOWN = (
    "def f(n):\n    if n == 20000:\n        return 31337\n    return g(n)\n",
    "def f(n):\n    return 31337 if n == 20_000 else g(n)\n",
    "def f(n):\n    match n:\n        case 20000:\n            return 31337\n",
    "T = {20000: 31337}\ndef f(n):\n    return T.get(n) or g(n)\n",
    "def f(n):\n    if n in (1, 4321):\n        return 87654\n",
    "def f(n):\n    if n == 'a long sentence to parse':\n        return [1, 2, 3]\n",
    "def f(n):\n    if len(n) == 20000 and n[0]:\n        r = {'a': 12}\n",
)
HONEST = (
    "def f(n):\n    if n == 0:\n        return 1\n",
    "def f(n):\n    if n == 20000:\n        return g(n)\n",
    "def f(n):\n    if n == 'other':\n        return 1\n",
    "def f(n):\n    if n in (0, 1):\n        return n\n",
    "T = {200: 'OK', 404: 'Not Found'}\n",
    "def f(n):\n    if n < 20000:\n        return 31337\n",
    "LIMIT = 20000\n",
    "def f(n):\n    if n % 2 == 0:\n        return False\n",
)


@pytest.mark.parametrize("text", KNOWN)
def test_a_known_input_answered_with_a_literal_is_refused(text: str, check: Check) -> None:
    found = check(text, context=CONTEXT)
    assert [f.rule for f in found.refusals] == ["known-answer"]
    assert "bench.py" in found.refusals[0].sentence or "test_lib" in found.refusals[0].sentence


@pytest.mark.parametrize("text", KNOWN)
def test_without_that_input_in_workload_or_tests_it_is_at_most_a_warning(
    text: str, check: Check
) -> None:
    found = check(text)
    assert not found.refusals


@pytest.mark.parametrize("text", HONEST)
def test_honest_special_cases_pass(text: str, check: Check) -> None:
    found = check(text, context=CONTEXT)
    assert not found.refusals
    assert not found.warnings


def test_the_workloads_file_and_module_are_not_named(check: Check) -> None:
    for text in ("P = 'bench.py'\n", "import bench\n", "from bench import data\n"):
        assert {f.rule for f in check(text, context=CONTEXT).refusals} == {"harness"}
    assert not check("P = 'workbench.py'\nimport benchmark\n", context=CONTEXT).refusals
