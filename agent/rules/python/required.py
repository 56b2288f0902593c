"""Characters that a text must hold for a regular expression to match it at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as ops  # type: ignore[attr-defined]  # no public way to a parsed pattern
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any


def required_characters(pattern: str, flags: int = 0) -> frozenset[str]:
    """Characters without which no text matches; empty if none is sure or the pattern is wrong.

    Letters are left out where case is ignored.

    >>> sorted(required_characters(r"<[^>]*>"))
    ['<', '>']
    >>> required_characters("a|b")
    frozenset()
    """
    try:
        parsed = parser.parse(pattern, flags)
    except (re.error, OverflowError, RecursionError, ValueError):
        return frozenset()
    found = _required(parsed)
    if parsed.state.flags & re.IGNORECASE:
        found = frozenset(c for c in found if not c.isalpha() and c.lower() == c.upper())
    return found


def _required(items: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for op, value in items:
        found |= _of_item(op, value)
    return found


def _of_item(op: Any, value: Any) -> frozenset[str]:
    if op is ops.LITERAL:
        return frozenset(chr(value))
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        least, _, inner = value
        return _required(inner) if least > 0 else frozenset()
    if op is ops.SUBPATTERN:
        _, added, _, inner = value
        return frozenset() if added & re.IGNORECASE else _required(inner)
    if op is ops.ATOMIC_GROUP:
        return _required(value)
    if op is ops.BRANCH:
        branches = [_required(branch) for branch in value[1]]
        return frozenset.intersection(*branches) if branches else frozenset()
    return frozenset()
