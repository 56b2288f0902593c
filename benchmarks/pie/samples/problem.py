"""One problem of our own: how its inputs are drawn."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


class Draw:
    """Random numbers that are the same on every Python: only `random()` is promised to be.

    Args:
        seed: Any whole number.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def many(self, count: int, low: int, high: int) -> list[int]:
        """As many of them."""
        draw, span = self._random, high - low + 1
        return [low + int(draw() * span) for _ in range(count)]

    def letters(self, count: int, alphabet: str = "abcdefghijklmnopqrstuvwxyz") -> str:
        """A word of that length."""
        return "".join([alphabet[n] for n in self.many(count, 0, len(alphabet) - 1)])

    def words(self, count: int, shortest: int, longest: int) -> list[str]:
        """That many words."""
        return [self.letters(self.whole(shortest, longest)) for _ in range(count)]


Generator = Callable[[Draw, int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem of `datasets/pie/programs`, by the name of its files.

    Attributes:
        id: Name of its files there, and of the task.
        number: Problem id in the official form, e.g. `p90001`.
        edit: What kind of edit makes it fast.
        generate: An input of about that size.
        small: Size of inputs that test the answer; they vary from 1 up to it.
        large: Size at which the slow program takes between 0.05 and 3 seconds.
    """

    id: str
    number: str
    edit: str
    generate: Generator
    small: int
    large: int


def lines(*rows: object) -> str:
    """Text of rows; a row of several words is a list."""
    return "".join(
        (" ".join(map(str, row)) if isinstance(row, list | tuple) else str(row)) + "\n"
        for row in rows
    )
