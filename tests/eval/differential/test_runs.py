"""Calls three times: a version that lived on is not blamed for where the base had to start anew."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from speedwright.eval.differential import runs
from speedwright.eval.differential.bench import Bench
from speedwright.eval.differential.driving import (
    Batch,
    ReplayCall,
    Replayed,
    open_driver,
    replay,
)
from speedwright.eval.differential.recording import Recording
from speedwright.eval.differential.runs import Runs, run_calls
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.progress import NullProgress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.target import TargetRequest
from speedwright.sandbox import Session
from speedwright.sandbox.side_by_side import open_side_by_side

STEPS = """\
import os

made = 0


def step(x):
    global made
    made += 1
    if x == 7:
        os._exit(1)
    while x == 8:
        made += 1
    return made
"""
FILES = {
    "steps.py": STEPS,
    "bench.py": "from steps import step\n\nprint(sum(map(step, range(5))))\n",
}


@pytest.fixture(scope="module")
def steps(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Callable[[Path, dict[str, str]], Path],
) -> Baseline:
    root = repository_maker(tmp_path_factory.mktemp("steps"), FILES)
    scratch = tmp_path_factory.mktemp("scratch")
    request = TargetRequest(path=root, sandbox="process")
    target = resolve_target(request, scratch / "target", NullProgress())
    return prepare_baseline(target, scratch / "versions", NullProgress())


def runs_of(baseline: Baseline, *numbers: int, call_s: float = 5.0, total_s: float = 20.0) -> Runs:
    """The base against itself, as the candidate too."""
    calls = tuple(ReplayCall(function=0, text=f"[[{n}], []]") for n in numbers)
    batch = Batch(functions=(("steps", "step"),), paths=(".",), calls=calls)
    with ExitStack() as stack:
        opener = functools.partial(open_driver, baseline, baseline.folder)
        sessions = open_side_by_side(stack, [opener] * 3)
        nothing = Recording(functions=(), paths=batch.paths, notes=())
        bench = Bench(*sessions, nothing, end_s=0.0)
        found, said = run_calls(
            bench, batch, call_s=call_s, total_s=total_s, meanwhile=lambda: "beside"
        )
    assert said == "beside"
    return found


def test_all_calls_are_made_everywhere(steps: Baseline) -> None:
    found = runs_of(steps, 1, 2, 3)
    assert found.able == (0, 1, 2)
    for outcomes in (found.base, found.again, found.candidate):
        assert [o["value"] for o in outcomes] == [1, 2, 3]


def test_a_base_that_died_is_asked_again_for_what_the_candidate_is_asked(steps: Baseline) -> None:
    found = runs_of(steps, 1, 7, 2)
    assert found.able == (0, 2)
    assert [o["kind"] for o in found.base] == ["returned", "died", "returned"]
    assert [found.base[i]["value"] for i in found.able] == [1, 1]
    assert [o["value"] for o in found.candidate] == [1, 2]
    assert [o["value"] for o in found.again] == [1, 2]


def test_a_base_that_died_after_all_it_could_do_is_not_asked_again(
    steps: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Batch] = []

    def replayed(session: Session, batch: Batch, **limits: float) -> Replayed:
        asked.append(batch)
        return replay(session, batch, **limits)

    monkeypatch.setattr(runs, "replay", replayed)
    found = runs_of(steps, 1, 2, 7)
    assert found.able == (0, 1)
    assert [o["value"] for o in found.again] == [1, 2]
    assert len(asked) == 3, "base, twin, candidate"


def test_calls_that_hang_use_up_the_time_of_all(steps: Baseline) -> None:
    """A fresh process after each of them is no fresh budget."""
    found = runs_of(steps, 1, 8, 8, 8, 2, call_s=0.3, total_s=0.65)
    assert [o["kind"] for o in found.base] == ["returned", "hung", "hung", "skipped", "skipped"]
    assert found.able == (0,)
    found = runs_of(steps, 1, 8, 8, 8, 2, call_s=0.3, total_s=5.0)
    assert found.able == (0, 4)
