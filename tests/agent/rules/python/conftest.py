"""How every Python rule is tried: apply it, run both texts, apply it again."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from speedwright.agent.rules.catalogue import catalogue
from speedwright.agent.rules.rewrite import Rewrite
from speedwright.agent.situation import HotFile

Check = Callable[..., str]


def _rewrites(rule_id: str, source: str) -> list[Rewrite]:
    rule = next(rule for rule in catalogue() if rule.id == rule_id)
    return list(rule.rewrites(HotFile(path="target.py", source=source)))


def _outcome(source: str, call: str) -> Any:
    space: dict[str, Any] = {"__name__": "target"}
    exec(compile(source, "target.py", "exec"), space)
    return deepcopy(eval(call, space))


def _comments(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return sorted(t.string for t in tokens if t.type == tokenize.COMMENT)


@pytest.fixture
def fires() -> Check:
    """`fires(rule, source, expected text, *calls)` -> the new text of the first rewrite.

    `left` is the most rewrites that may be found in what the first one made, plus one.
    """

    def check(rule_id: str, source: str, expected: str, *calls: str, left: int = 0) -> str:
        first, *rest = _rewrites(rule_id, source)
        assert expected in first.source, first.source
        assert first.source != source
        assert first.rule_id == rule_id
        assert first.summary
        assert 0 < (first.prospect or 0) <= 1
        assert _comments(first.source) == _comments(source)
        assert calls
        for call in calls:
            before, after = _outcome(source, call), _outcome(first.source, call)
            assert before == after, call
            assert type(before) is type(after), call
        again = _rewrites(rule_id, first.source)
        assert len(again) <= max(len(rest), left - 1), again[0].source
        return first.source

    return check


@pytest.fixture
def silent() -> Callable[[str, str], None]:
    """`silent(rule, source)`: the source parses and the rule proposes nothing."""

    def check(rule_id: str, source: str) -> None:
        compile(source, "target.py", "exec")
        found = _rewrites(rule_id, source)
        assert not found, found[0].source

    return check
