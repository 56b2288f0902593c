"""Which inputs a problem is tested and timed with.

Public ones are numbered as in the official data. Hidden ones come from other seeds, drawn anew
from a secret of the run, so that no program can know them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from speedwright.benchmarks.pie.samples.problem import Draw, Problem

SMALL_TESTS = 16
MIDDLE_SHARES = (0.08, 0.15, 0.25)
LARGE_SHARES = (0.7, 0.85, 1.0)
HIDDEN_SMALL = 8
HIDDEN_SHARES = (0.2, 0.75, 1.0)
WORKLOAD_SHARE = 0.8
HOLDOUT_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input that can be made again.

    Attributes:
        number: In the official form, from 0.
        seed: Of the draw.
        size: Asked of the generator.
        is_small: Whether it is there to test the answer, not to take time.
    """

    number: int
    seed: int
    size: int
    is_small: bool

    def text(self, problem: Problem) -> str:
        """The input."""
        return problem.generate(Draw(self.seed), self.size)


def public_cases(problem: Problem) -> tuple[Case, ...]:
    """The tests of a row: 16 small ones, three of middle size, three large ones."""
    return tuple(_cases(problem, "public", SMALL_TESTS, (*MIDDLE_SHARES, *LARGE_SHARES)))


def hidden_cases(problem: Problem, secret: str) -> tuple[Case, ...]:
    """Tests that no published file holds; the ones that are not small are timed."""
    return tuple(_cases(problem, f"hidden:{secret}", HIDDEN_SMALL, HIDDEN_SHARES))


def workload_case(problem: Problem) -> Case:
    """What an optimiser may look at and is timed on."""
    return _one(problem, "workload", 0, max(1, int(WORKLOAD_SHARE * problem.large)))


def holdout_case(problem: Problem) -> Case:
    """What it is timed on without having seen it."""
    return _one(problem, "holdout", 0, max(1, int(HOLDOUT_SHARE * problem.large)))


def _cases(problem: Problem, what: str, small: int, shares: tuple[float, ...]) -> Iterator[Case]:
    for number in range(small):
        size = 1 + (problem.small - 1) * number // max(1, small - 1)
        yield _one(problem, what, number, size, is_small=True)
    for number, share in enumerate(shares, start=small):
        yield _one(problem, what, number, max(1, int(share * problem.large)))


def _one(problem: Problem, what: str, number: int, size: int, *, is_small: bool = False) -> Case:
    name = f"{problem.number}:{what}:{number}".encode()
    seed = int.from_bytes(hashlib.sha256(name).digest()[:8], "big")
    return Case(number=number, seed=seed, size=size, is_small=is_small)
