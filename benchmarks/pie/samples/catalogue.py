"""All problems of our own, in the order of their numbers."""

from __future__ import annotations

from speedwright.benchmarks.pie.samples import algorithms, layouts, loops, streams, structures
from speedwright.benchmarks.pie.samples.problem import Problem

PROBLEMS: tuple[Problem, ...] = (
    *algorithms.PROBLEMS,
    *structures.PROBLEMS,
    *streams.PROBLEMS,
    *layouts.PROBLEMS,
    *loops.PROBLEMS,
)

_BY_NUMBER = {problem.number: problem for problem in PROBLEMS}


def problem_of(number: str) -> Problem | None:
    """The problem of that official-style id; `None` if it is not ours."""
    return _BY_NUMBER.get(number)
