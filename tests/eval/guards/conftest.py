"""Small patches as texts before and after."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

import pytest

from speedwright.eval.guards import GuardReport, check_guards
from speedwright.eval.guards.context import Context

Check = Callable[..., GuardReport]


class DictTexts:
    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def text(self, path: str) -> str | None:
        return self._files.get(path)


def diff_of(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    pieces = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        lines = difflib.unified_diff(
            (old or "").split("\n"),
            (new or "").split("\n"),
            "/dev/null" if old is None else f"a/{path}",
            "/dev/null" if new is None else f"b/{path}",
            lineterm="",
        )
        pieces.append("\n".join(lines) + "\n")
    return "".join(pieces)


def check_files(
    before: Mapping[str, str], after: Mapping[str, str], context: Context | None = None
) -> GuardReport:
    diff = diff_of(before, after)
    return check_guards(diff, DictTexts(before), DictTexts(after), context)


@pytest.fixture
def check() -> Check:
    """`check(new, old="", path="lib.py", context=None)` -> the report."""

    def run(
        new: str, old: str = "", path: str = "lib.py", context: Context | None = None
    ) -> GuardReport:
        return check_files({path: old}, {path: new}, context)

    return run


@pytest.fixture
def check_many() -> Check:
    return check_files
