"""Tests of a problem: inputs and answers as bytes that only trusted code reads."""

from __future__ import annotations

from dataclasses import dataclass

from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What an input is drawn from.

    Attributes:
        level: Level, from 0.
        number: Case in the level, from 0.
        size: Passed to the generator.
        seed: Seeds `random` after the definitions have run.
    """

    level: int
    number: int
    size: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input with its answer.

    Attributes:
        draw: Where the input comes from.
        given: Tuple of arguments, marshal version 4 (keeps what is one object one object).
        answer: Output of the reference, marshal version 2 (equal plain data, equal bytes, but for
            the order of dictionaries).
        is_self_equal: Whether the checker accepts the answer itself, so equal bytes are right.
        hint_s: Seconds that the reference took while tests were made; tells slow cases from fast
            ones, and is no measurement.
    """

    draw: Draw
    given: bytes
    answer: bytes
    is_self_equal: bool
    hint_s: float


def draws(problem: Problem, parameters: Parameters, *, shift: int = 0) -> tuple[Draw, ...]:
    """All draws of a problem in the official order.

    Args:
        problem: The problem.
        parameters: Seed and numbers of cases.
        shift: Another stream of inputs than the scored one, if not 0.
    """
    found, start = [], 0
    for level, cases in enumerate(parameters.cases):
        for number in range(cases):
            seed = (parameters.seed + shift) ^ problem.number ^ (start + number)
            draw = Draw(level=level, number=number, size=problem.sizes[level], seed=seed)
            found.append(draw)
        start += cases
    return tuple(found)
