"""Tests of a problem, from the cache or made in the trusted box: one run of the reference each."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import asdict

from speedwright.benchmarks.enamel.boxes import Boxes
from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.cases import Case, Draw, draws
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.problems import Problem
from speedwright.errors import SandboxError

MAKE_S = 300.0
VERSION = 2


def cases_of(
    problem: Problem,
    parameters: Parameters,
    boxes: Boxes,
    cache: TestCache | None,
    *,
    shift: int = 0,
    levels: Sequence[int] | None = None,
) -> tuple[Case, ...]:
    """Inputs and answers of a problem.

    Args:
        problem: The problem.
        parameters: Seed and numbers of cases.
        boxes: The trusted one makes them.
        cache: Where they are kept, `None` for nowhere.
        shift: Another stream of inputs than the scored one, if not 0.
        levels: Only these levels.

    Raises:
        SandboxError: They could not be made.
    """
    chosen = draws(problem, parameters, shift=shift)
    if levels is not None:
        chosen = tuple(draw for draw in chosen if draw.level in levels)
    key = key_of(problem, chosen)
    found = cache.load(key) if cache else None
    if found is None or tuple(case.draw for case in found) != chosen:
        found = make_cases(problem, chosen, boxes)
        if cache:
            cache.store(key, found)
    return found


def make_cases(problem: Problem, chosen: Sequence[Draw], boxes: Boxes) -> tuple[Case, ...]:
    """Draw inputs and run the reference once on each.

    Raises:
        SandboxError: The generator or the reference failed; says how.
    """
    request = {
        "op": "make",
        "problem": problem.for_box(),
        "cases": [asdict(draw) for draw in chosen],
    }
    try:
        answered = boxes.trusted(request, wall_s=MAKE_S)
    except SandboxError as error:
        message = f"tests of `{problem.task_id}` cannot be made: {error.message}"
        raise SandboxError(message, hint=error.hint) from error
    head, parts = answered.head, answered.parts
    return tuple(
        Case(
            draw=draw,
            given=parts[2 * place],
            answer=parts[2 * place + 1],
            is_self_equal=head["accepted"][place],
            hint_s=head["seconds"][place],
        )
        for place, draw in enumerate(chosen)
    )


def key_of(problem: Problem, chosen: Sequence[Draw]) -> str:
    """Hash of all that tests depend on; `random` may differ between Python versions."""
    facts = (VERSION, tuple(sys.version_info[:2]), problem.digest, [asdict(d) for d in chosen])
    return hashlib.sha256(repr(facts).encode()).hexdigest()
