"""CPU time of just the timed part, where the supervisor knows it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from speedwright.eval.judge.cpu_clock import cpu_comparison, cpu_witness, timed_cpu_s
from speedwright.eval.judge.rounds import Rounds
from speedwright.profiler import FunctionWorkload, Sample
from speedwright.profiler.timer import FunctionTimer, runner_mounts
from speedwright.sandbox import Box, Limits, Mount
from speedwright.sandbox.process import ProcessSandbox
from speedwright.sandbox.toolchain import choose_toolchain

WORK = """\
import time


def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


spin(0.3)


def workload():
    spin(0.2)
"""


def sample(
    *, cpu_s: float, setup_s: float | None, before_s: float | None = None, wall_s: float = 0.01
) -> Sample:
    result = SimpleNamespace(
        setup_cpu_s=before_s, teardown_cpu_s=None if before_s is None else 0.002
    )
    return cast(Sample, SimpleNamespace(wall_s=wall_s, cpu_s=cpu_s, setup_s=setup_s, result=result))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (sample(cpu_s=0.04, setup_s=None), 0.04),  # a program, start included
        (sample(cpu_s=0.04, setup_s=0.03, before_s=0.029), 0.009),
        (sample(cpu_s=0.03, setup_s=0.03, before_s=0.029), 0.0),
        (sample(cpu_s=0.04, setup_s=0.03), None),  # nobody counts, and the set-up is long
        (sample(cpu_s=1.04, setup_s=0.03, wall_s=1.0), 1.04),
    ],
)
def test_what_is_known_of_the_timed_part(given: Sample, expected: float | None) -> None:
    assert timed_cpu_s(given) == (expected if expected is None else pytest.approx(expected))


def rounds(base: list[Sample], candidate: list[Sample], *, has_copy: bool = True) -> Rounds:
    """Rounds of which the copy ran as the base did."""
    kept: list[Any] = [
        SimpleNamespace(samples={"base": b, "candidate": c} | ({"copy": b} if has_copy else {}))
        for b, c in zip(base, candidate, strict=True)
    ]

    def walls(arm: str) -> list[float]:
        return [r.samples[arm].wall_s for r in kept]

    return cast(Rounds, SimpleNamespace(kept=kept, walls=walls))


def test_a_short_call_behind_a_long_start_has_a_second_clock() -> None:
    base = [sample(cpu_s=0.041, setup_s=0.03, before_s=0.029 + i / 9e4) for i in range(10)]
    half = [sample(cpu_s=0.036, setup_s=0.03, before_s=0.029, wall_s=0.0052) for _ in range(10)]
    found = cpu_witness(rounds(base, half), margin=0.01, confidence=0.989)
    assert found is not None
    assert found.comparison.word.value == "faster"
    assert found.comparison.speedup == pytest.approx(1.99, abs=0.05)
    assert found.gate.is_sound
    alone = rounds(base, half, has_copy=False)
    assert cpu_witness(alone, margin=0.01, confidence=0.989) is None, "nothing to check it by"
    unknown = [sample(cpu_s=0.04, setup_s=0.03)] * 10
    for arms in (rounds(base, unknown), rounds(unknown, base)):
        assert cpu_comparison(arms, margin=0.01, confidence=0.989) is None
        assert cpu_witness(arms, margin=0.01, confidence=0.989) is None


def test_rounds_that_are_too_few_for_a_word_have_none() -> None:
    """A run that its time limit ends after one round has an interval of no confidence at all."""
    short = [sample(cpu_s=0.041, setup_s=0.03, before_s=0.029)]
    for count, is_known in ((1, False), (5, False), (6, True)):
        arms = rounds(short * count, short * count)
        assert (cpu_comparison(arms, margin=0.01, confidence=0.989) is not None) is is_known
    assert cpu_comparison(rounds(short, short), margin=0.01, confidence=0.0) is None


def test_a_real_call_is_told_from_its_imports(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(WORK)
    workload = FunctionWorkload(file="work.py")
    mounts = (Mount(name="src", source=tmp_path), *runner_mounts(workload, tmp_path))
    box = Box(
        mounts=mounts, toolchain=choose_toolchain(tmp_path).toolchain, limits=Limits(wall_s=60)
    )
    with ProcessSandbox().open(box) as session:
        found = FunctionTimer(workload=workload).sample(session, seed=1)
    assert found.cpu_s >= 0.5
    timed_s = timed_cpu_s(found)
    assert timed_s is not None and 0.2 <= timed_s < 0.3
