"""Kept times of references: scaled to this hour, and measured anew where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.cases import Case, Draw
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.references import (
    KeptReferences,
    calibration_plan,
    key_of_times,
    scaled,
)
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.benchmarks.enamel.timing import Run
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.progress import NullProgress

pytestmark = pytest.mark.timed

PARAMETERS = Parameters(cases=(1, 2, 2, 2))
LEVEL_S = {1: 0.010, 2: 0.020, 3: 0.040}
CASES = tuple(
    Case(
        draw=Draw(level=level, number=number, size=1, seed=0),
        given=b"",
        answer=b"",
        is_self_equal=True,
        hint_s=0.0,
    )
    for level, count in enumerate(PARAMETERS.cases)
    for number in range(count)
)
SLOWEST = len(CASES) - 1
TASK = "HumanEval/0"


def kept() -> tuple[Run, ...]:
    """An opening and six runs of every case with a weight; a level's second case takes longer."""
    opening = Run(case=0, status="ok", call_s=0.001, wall_s=0.002, opens=1)
    return opening, *(
        Run(case=n, status="ok", call_s=seconds, wall_s=seconds + 0.001, gap_s=0.003)
        for n, case in enumerate(CASES)
        if case.draw.level
        for seconds in [LEVEL_S[case.draw.level] * (1 + 0.1 * case.draw.number)] * 6
    )


def fresh(factor: float, **changed: float) -> tuple[Run, ...]:
    """What the calibration finds on a machine slower by a factor, single levels by more."""
    by_case = {run.case: run.call_s or 0.0 for run in kept()}
    runs = []
    for opening, chosen in calibration_plan(kept(), CASES, PARAMETERS).rounds:
        assert opening is not None
        first = Run(case=opening, status="ok", call_s=9.0, wall_s=9.0, opens=chosen[0])
        runs.append(first)
        for case in chosen:
            seconds = by_case[case] * changed.get(f"level{CASES[case].draw.level}", factor)
            runs.append(Run(case=case, status="ok", call_s=seconds, wall_s=seconds))
    return tuple(runs)


def test_the_slowest_case_is_timed_in_full_and_each_other_level_once() -> None:
    plan = calibration_plan(kept(), CASES, PARAMETERS)
    assert plan.rounds == [(0, [SLOWEST, SLOWEST, 2, 4]), *[(0, [SLOWEST, SLOWEST])] * 2]
    assert plan.again == []


@pytest.mark.parametrize("factor", [0.3, 1.0, 2.5])
def test_both_clocks_of_every_run_are_scaled(factor: float) -> None:
    found = scaled(kept(), fresh(factor))
    assert found is not None
    for before, now in zip(kept(), found, strict=True):
        assert now.call_s == pytest.approx(factor * (before.call_s or 0.0))
        assert now.wall_s == pytest.approx(factor * before.wall_s)
        assert now.gap_s == pytest.approx(factor * before.gap_s)
        assert (now.case, now.opens) == (before.case, before.opens)


@pytest.mark.parametrize(
    "runs",
    [
        fresh(5.0),
        fresh(0.2),
        fresh(1.0, level1=2.5),
        fresh(1.0, level2=0.5),
        (),
        (replace(fresh(1.0)[0], status="timed-out"), *fresh(1.0)[1:]),
        (replace(fresh(1.0)[0], call_s=None), *fresh(1.0)[1:]),
        fresh(1.0)[:1],
    ],
    ids=[
        "5x",
        "a fifth",
        "a level slower",
        "a level faster",
        "none",
        "failed",
        "no number",
        "an opening alone",
    ],
)
def test_what_does_not_fit_is_not_used(runs: Sequence[Run]) -> None:
    assert scaled(kept(), runs) is None


def test_runs_come_back_from_the_folder(tmp_path: Path) -> None:
    there = KeptReferences(cache=TestCache(tmp_path / "cache"), key="key")
    assert there.load() is None
    there.store(kept())
    assert there.load() == kept()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "[1]", '[{"case": 1}]',
     '[{"case": 1, "call_s": 0, "wall_s": 1, "gap_s": 0, "opens": null}]',
     '[{"case": 1, "call_s": NaN, "wall_s": 1, "gap_s": 0, "opens": null}]',
     '[{"case": 1, "call_s": Infinity, "wall_s": 1, "gap_s": 0, "opens": null}]',
     '[{"case": 1, "call_s": 1, "wall_s": 1, "gap_s": -1, "opens": null}]',
     '[{"case": 1, "call_s": 1, "wall_s": 1, "gap_s": 0, "opens": "x"}]'],
)  # fmt: skip
def test_a_file_that_is_no_record_is_none(tmp_path: Path, text: str) -> None:
    cache = TestCache(tmp_path / "cache")
    assert cache.write("key.times", text.encode())
    assert KeptReferences(cache=cache, key="key").load() is None


def test_the_key_changes_with_tests_and_sandbox() -> None:
    keys = {key_of_times(*parts) for parts in (("a", "docker"), ("b", "docker"), ("a", "process"))}
    assert len(keys) == 3


def test_the_second_run_calibrates_the_first_ones_reference_and_says_so(
    made_data: Path, honest: str, tmp_path: Path
) -> None:
    found = []
    for references in ("kept", "kept", "measured"):
        options = SuiteOptions(
            data=made_data, sandbox="process", special={"references": references}
        )
        suite = EnamelSuite(options, cache=TestCache(tmp_path / "cache"))
        task = next(task for task in suite.tasks() if task.id == TASK)
        try:
            score = suite.evaluate(task, [honest], NullProgress())
        finally:
            suite.close()
        found.append(score.official["references"])
        assert score.hardened["references"] == score.official["references"]
        assert score.official["passes"] == [True]
        assert score.official["efficiencies"][0] == pytest.approx(1.0, abs=0.5)
        assert set(score.official["references_s"]) == {"1", "2", "3"}
    # Where the machine is so busy that the hours do not agree it is measured anew, which is right.
    assert found[0] == found[2] == "measured"
    assert found[1] in ("kept", "measured")


def test_what_was_kept_of_another_program_is_measured_anew(
    made_data: Path, honest: str, tmp_path: Path
) -> None:
    """A record that this machine cannot have made: a thousand times too fast."""
    cache = TestCache(tmp_path / "cache")
    for times in (1.0, 1e-3):
        suite = EnamelSuite(SuiteOptions(data=made_data, sandbox="process"), cache=cache)
        task = next(task for task in suite.tasks() if task.id == TASK)
        try:
            score = suite.evaluate(task, [honest], NullProgress())
        finally:
            suite.close()
        assert score.official["references"] == "measured"
        (path,) = (tmp_path / "cache").glob("*.times")
        there = KeptReferences(cache=cache, key=path.stem)
        runs = there.load()
        assert runs is not None
        there.store([replace(r, call_s=1e-3 * times * (r.call_s or 0.0)) for r in runs])
