"""A target whose tests notice little; candidates are checked against it in a plain process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from speedwright.eval.differential import DifferentialReport, check_differential
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest

TEXTS = '''\
"""Words."""


def count(words):
    found = {}
    for word in words:
        key = word.casefold()
        found[key] = found.get(key, 0) + 1
    return found


def unique(items):
    kept = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept


def ranked(pairs):
    return sorted(pairs, key=lambda pair: pair[1])


def chunks(items, size):
    if size < 1:
        raise ValueError("size must be positive")
    return [items[i : i + size] for i in range(0, len(items), size)]


def letters(text):
    found = set()
    for letter in text:
        if letter.isalpha():
            found.add(letter)
    return found


def numbered(lines):
    for number, line in enumerate(lines):
        yield f"{number}: {line}"


def _squeeze(text):
    parts = []
    for part in text.split(" "):
        if part:
            parts.append(part)
    return parts


def slug(text):
    return "-".join(_squeeze(text))
'''
NUMBERS = '''\
"""Numbers."""


def total(values):
    result = 0.0
    for value in values:
        result += value
    return result


def mean(values):
    if not values:
        raise ValueError("mean of nothing")
    return sum(values) / len(values)


def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value


def digits(number):
    if number < 0:
        number = -number
    found = 0
    while number:
        found += number % 10
        number //= 10
    return found


def smallest(values, count):
    values = list(values)
    found = []
    for _ in range(min(count, len(values))):
        best = min(values)
        values.remove(best)
        found.append(best)
    return found


def negated(values):
    return [-value for value in values]


def lookup(table, key):
    for name, value in table:
        if name == key:
            return value
    raise KeyError(key)


class Counter:
    """Counts."""

    def __init__(self, start=0):
        self.value = start
        self.steps = []

    def add(self, amount):
        self.value += amount
        self.steps.append(amount)
        return self.value
'''
TESTS = """\
import pytest

from numbers_ import Counter, clamp, digits, lookup, mean, negated, smallest, total
from texts import chunks, count, letters, numbered, ranked, slug, unique


def test_texts():
    assert count(["a", "b", "a"]) == {"a": 2, "b": 1}
    assert unique([3, 1, 2]) == [3, 1, 2]
    assert ranked([("a", 2), ("b", 1)]) == [("b", 1), ("a", 2)]
    assert chunks([1, 2, 3, 4], 2) == [[1, 2], [3, 4]]
    assert letters("ab1") == {"a", "b"}
    assert list(numbered(["x", "y"])) == ["0: x", "1: y"]
    assert slug("a b") == "a-b"


def test_numbers():
    assert total([0.1, 0.2, 1.5]) == pytest.approx(1.8)
    assert mean([1, 2, 3]) == 2
    assert [clamp(n, 0, 9) for n in (-1, 5, 12)] == [0, 5, 9]
    assert digits(123) == 6
    assert smallest([5, 1, 4, 2], 2) == [1, 2]
    assert negated([1.5, 2.5]) == [-1.5, -2.5]
    assert lookup([("a", 1), ("b", 2)], "b") == 2
    counter = Counter(3)
    assert [counter.add(2), counter.add(1)] == [5, 6]
"""
BENCH = """\
from numbers_ import digits
from texts import unique

print(len(unique([i % 50 for i in range(2000)])), sum(map(digits, range(500))))
"""
FILES = {"texts.py": TEXTS, "numbers_.py": NUMBERS, "test_all.py": TESTS, "bench.py": BENCH}

Check = Callable[..., DifferentialReport]


@pytest.fixture(scope="session")
def words(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Callable[[Path, dict[str, str]], Path],
) -> Iterator[Baseline]:
    root = repository_maker(tmp_path_factory.mktemp("words"), FILES)
    scratch = tmp_path_factory.mktemp("scratch")
    request = TargetRequest(path=root, sandbox="process")
    target = resolve_target(request, scratch / "target", NullProgress())
    yield prepare_baseline(target, scratch / "versions", NullProgress())


@pytest.fixture(scope="session")
def check(words: Baseline) -> Check:
    """`check({file: [(old, new), …]})`: what the differential test says of these edits."""

    def run(edits: dict[str, list[tuple[str, str]]], **options: object) -> DifferentialReport:
        texts: dict[str, str | None] = {}
        for file, changes in edits.items():
            text = FILES[file]
            for old, new in changes:
                assert text.count(old) == 1, old
                text = text.replace(old, new)
            texts[file] = text
        diff = words.target.snapshot.diff_of(texts)
        folder = words.versions.fresh(diff)
        try:
            return check_differential(
                words, folder, diff, seed=7, progress=NullProgress(), **options
            )
        finally:
            words.versions.forget(folder)

    return run
