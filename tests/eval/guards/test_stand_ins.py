"""New files that would be found in place of a program or of one of Python's modules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.guards import GuardReport
from speedwright.eval.guards.context import Context

CheckMany = Callable[..., GuardReport]
WORKLOAD = Context(workload=("scripts/bench.py",))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("json.py", "`json`"),
        ("src/json.py", "`json`"),
        ("statistics/__init__.py", "`statistics`"),
        ("scripts/heapq.py", "`heapq`"),
        ("python", "`python`"),
        ("tools/g++", "`g++`"),
        ("bin/git.exe", "`git`"),
    ],
)
def test_a_file_that_is_found_first_is_refused(check_many: CheckMany, path: str, said: str) -> None:
    found = check_many({}, {path: "x = 1\n"}, WORKLOAD)
    assert [(f.rule, f.path) for f in found.refusals] == [("stand-in", path)]
    assert said in found.refusals[0].sentence


@pytest.mark.parametrize(
    "path", ["shop/json.py", "shop/queue/__init__.py", "fast.py", "docs/git.md", "src/shop/ast.py"]
)
def test_a_module_of_a_package_may_have_any_name(check_many: CheckMany, path: str) -> None:
    assert check_many({}, {path: "x = 1\n"}, WORKLOAD).refusals == ()


def test_a_file_that_was_there_may_change(check_many: CheckMany) -> None:
    assert check_many({"json.py": "x = 1\n"}, {"json.py": "x = 2\n"}, WORKLOAD).refusals == ()
