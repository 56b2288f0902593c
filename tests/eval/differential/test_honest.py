"""Rewrites that change nothing a caller may rely on: none of them is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.differential import DifferentialReport

Check = Callable[..., DifferentialReport]

UNIQUE = """\
    kept = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept
"""
TOTAL = "    result = 0.0\n    for value in values:\n        result += value\n    return result\n"
LETTERS = """\
    found = set()
    for letter in text:
        if letter.isalpha():
            found.add(letter)
    return found
"""
COUNT = """\
    found = {}
    for word in words:
        key = word.casefold()
        found[key] = found.get(key, 0) + 1
    return found
"""
SQUEEZE = """\
    parts = []
    for part in text.split(" "):
        if part:
            parts.append(part)
    return parts
"""
SMALLEST = """\
    found = []
    for _ in range(min(count, len(values))):
        best = min(values)
        values.remove(best)
        found.append(best)
    return found
"""
DIGITS = """\
    found = 0
    while number:
        found += number % 10
        number //= 10
    return found
"""
LOOKUP = """\
    for name, value in table:
        if name == key:
            return value
"""

HONEST = {
    "rounding of a sum": ("numbers_.py", TOTAL, "    return 0.0 + sum(sorted(values))\n"),
    "another message": (
        "numbers_.py",
        'raise ValueError("mean of nothing")',
        'raise ValueError("no values")',
    ),
    "a comprehension": (
        "texts.py",
        LETTERS,
        "    return {letter for letter in text if letter.isalpha()}\n",
    ),
    "another order of insertion": (
        "texts.py",
        COUNT,
        "    words = [w.casefold() for w in words]\n"
        "    found = {}\n"
        "    for word in reversed(words):\n"
        "        found[word] = found.get(word, 0) + 1\n"
        "    return found\n",
    ),
    "a seen set beside the list": (
        "texts.py",
        UNIQUE,
        "    try:\n        return list(dict.fromkeys(items))\n"
        "    except TypeError:\n        pass\n" + UNIQUE,
    ),
    "a tuple inside": (
        "texts.py",
        SQUEEZE,
        '    return tuple(p for p in text.split(" ") if p)\n',
    ),
    "a generator inside": (
        "texts.py",
        SQUEEZE,
        '    return (p for p in text.split(" ") if p)\n',
    ),
    "helper inlined": ("texts.py", 'return "-".join(_squeeze(text))',
                       'return "-".join([p for p in text.split(" ") if p])'),
    "a generator expression": (
        "texts.py",
        '    for number, line in enumerate(lines):\n        yield f"{number}: {line}"\n',
        '    return (f"{number}: {line}" for number, line in enumerate(lines))\n',
    ),
    "a sort": (
        "numbers_.py",
        SMALLEST,
        "    return sorted(values)[: max(0, count)]\n",
    ),
    "text digits": ("numbers_.py", DIGITS, "    return sum(map(int, str(number)))\n"),
    "a cache": (
        "numbers_.py",
        "    found = 0\n    while number:\n",
        "    if number in _KNOWN:\n        return _KNOWN[number]\n"
        "    found = 0\n    while number:\n",
    ),
    "a private field more": (
        "numbers_.py",
        "        self.steps = []\n",
        "        self.steps = []\n        self._last = None\n",
    ),
    "min and max": (
        "numbers_.py",
        "    if value < low:\n        return low\n    if value > high:\n        return high\n"
        "    return value\n",
        "    return low if value < low else high if value > high else value\n",
    ),
    "a local name": ("numbers_.py", LOOKUP,
                     "    wanted = key\n" + LOOKUP.replace("name == key", "name == wanted")),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_rewrite_passes(name: str, check: Check) -> None:
    file, old, new = HONEST[name]
    edits = [(old, new)]
    if name == "a cache":
        edits.append(('"""Numbers."""\n', '"""Numbers."""\n\n_KNOWN = {}\n'))
    report = check({file: edits})
    assert report.verdict is None, report.verdict
    assert report.calls_replayed > 0, report
