"""Faster but wrong where the target's own tests do not notice: all of them are found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.differential import DifferentialReport

Check = Callable[..., DifferentialReport]

COUNT = "        key = word.casefold()\n"
UNIQUE = """\
    kept = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept
"""
RANKED = "    return sorted(pairs, key=lambda pair: pair[1])\n"
CHECKED = '    if size < 1:\n        raise ValueError("size must be positive")\n'
CHUNKS = "    return [items[i : i + size] for i in range(0, len(items), size)]\n"
DIGITS = """\
    if number < 0:
        number = -number
    found = 0
    while number:
        found += number % 10
        number //= 10
    return found
"""
SMALLEST = """\
    values = list(values)
    found = []
    for _ in range(min(count, len(values))):
        best = min(values)
        values.remove(best)
        found.append(best)
    return found
"""
MEAN = "    return sum(values) / len(values)\n"
MEAN_CHECK = '    if not values:\n        raise ValueError("mean of nothing")\n'
TOTAL = "    result = 0.0\n    for value in values:\n        result += value\n    return result\n"
LOOKUP = """\
    for name, value in table:
        if name == key:
            return value
    raise KeyError(key)
"""

WRONG = {
    "unicode": ("texts.py", COUNT, "        key = word.lower()\n"),
    "order of first sight": ("texts.py", UNIQUE, "    return sorted(set(items), reverse=True)\n"),
    "sort stability": (
        "texts.py",
        RANKED,
        "    return sorted(pairs, key=lambda pair: (pair[1], pair[0]))\n",
    ),
    "error check dropped": ("texts.py", CHECKED, ""),
    "the last part cut": (
        "texts.py",
        CHUNKS,
        "    return [items[i : i + size] for i in range(0, len(items) - size + 1, size)]\n",
    ),
    "tuples for lists": (
        "texts.py",
        CHUNKS,
        "    return [tuple(items[i : i + size]) for i in range(0, len(items), size)]\n",
    ),
    "negative numbers": (
        "numbers_.py",
        DIGITS,
        "    return sum(map(int, str(number).replace('-', '9')))\n",
    ),
    "a hang": ("numbers_.py", "    if number < 0:\n        number = -number\n", ""),
    "argument changed": ("numbers_.py", SMALLEST, "    values.sort()\n    return values[:count]\n"),
    "negative counts": ("numbers_.py", SMALLEST, "    return sorted(values)[:count]\n"),
    "empty input": ("numbers_.py", MEAN_CHECK, "    if not values:\n        return 0.0\n"),
    "int for float": ("numbers_.py", MEAN, "    return sum(values) // len(values)\n"),
    "start of a sum": ("numbers_.py", TOTAL, "    return sum(values)\n"),
    "minus zero": ("numbers_.py", "    return [-value for value in values]\n",
                   "    return [0 - value for value in values]\n"),
    "last of equals": ("numbers_.py", LOOKUP, "    return dict(table)[key]\n"),
    "another exception": (
        "numbers_.py",
        LOOKUP,
        "    return next(value for name, value in table if name == key)\n",
    ),
    "a list for a generator": (
        "texts.py",
        '    for number, line in enumerate(lines):\n        yield f"{number}: {line}"\n',
        '    return [f"{number}: {line}" for number, line in enumerate(lines)]\n',
    ),
    "helper's value": (
        "texts.py",
        '        if part:\n            parts.append(part)\n',
        '        parts.append(part)\n',
    ),
    "state of an object": (
        "numbers_.py",
        "        self.steps.append(amount)\n",
        "        self.steps = [amount]\n",
    ),
    "prints": ("numbers_.py", "        return low\n", "        print('low')\n        return low\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rewrite_is_found(name: str, check: Check) -> None:
    file, old, new = WRONG[name]
    report = check({file: [(old, new)]})
    assert report.verdict is not None, report
    assert file in report.verdict.reasons[0]
