"""Paired native timing: all programs of a task in the same rounds, the clock in the supervisor.

Covers: drift and bursts of the machine, order effects; a fresh process a run, a box a program.
Does not cover: comparing with run times of another machine or of the simulator: the slow program
    is always timed here, and its recorded run time is not used.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from speedwright.benchmarks.pie.boxes import open_all, run_program
from speedwright.benchmarks.pie.clock import SOURCE, ArmClaim, ArmTime, SourceFailed
from speedwright.benchmarks.pie.functional import accuracy_of, describe, is_exactly, limits_for
from speedwright.benchmarks.pie.row import Test
from speedwright.eval.judge.boxes import timing_cpus
from speedwright.eval.judge.rounds import COPY, Rounds, SampleFailed, off_the_timed_cores
from speedwright.eval.metrics.pie import OPT_THRESHOLD, THRESHOLD_ACCURACY
from speedwright.eval.progress import Progress
from speedwright.eval.stats import LOOKS, Look, SequentialDesign, control
from speedwright.profiler import Sample
from speedwright.profiler.timing_lock import timing_lock
from speedwright.sandbox import Limits, ProcessResult, Sandbox, Session

ROUNDS = 5
MOST_PAIRS = 20
LEAST_WALL_S = 1e-6

Right = Callable[[ProcessResult, Test], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsTimer:
    """Times a program as the sum over tests, each a fresh process.

    Attributes:
        tests: Inputs with answers.
        is_right: Whether a run's output lets it count.
    """

    tests: Sequence[Test]
    is_right: Right

    def sample(self, session: Session, *, seed: int, limits: Limits | None = None) -> Sample:
        """Run all tests once; a wrong output ends the sample as a failure."""
        wall_s = cpu_s = 0.0
        peak = 0
        assert limits is not None and self.tests
        for test in self.tests:
            done = run_program(session, test.input, limits)
            wall_s, cpu_s = wall_s + done.wall_s, cpu_s + done.cpu_s
            peak = max(peak, done.peak_rss_bytes)
            if not self.is_right(done, test):
                detail = f"timed run of test {test.number}: {describe(done)}"
                done = replace(done, exit_code=done.exit_code or 1, detail=detail)
                break
        return Sample(
            wall_s=max(wall_s, LEAST_WALL_S),
            cpu_s=cpu_s,
            peak_rss_bytes=peak,
            setup_s=None,
            output_sha256="",
            seed=seed,
            result=replace(done, stdout=b"", stderr=b""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeClock:
    """Wall time on this machine.

    Attributes:
        rounds: Rounds for totals, of which the median counts.
        looks: Pairs at which a claim is looked at.
        worth: A program whose speedup is below this for certain is measured no further; its word
            stays what it is, and never becomes `faster` by it.
    """

    rounds: int = ROUNDS
    looks: tuple[int, ...] = tuple(n for n in LOOKS if n <= MOST_PAIRS)
    worth: float = OPT_THRESHOLD

    @property
    def name(self) -> str:
        """As in the record."""
        return "native-paired"

    @property
    def unit(self) -> str:
        """Of totals."""
        return "s"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What a time depends on."""
        return {"rounds": self.rounds, "looks": list(self.looks), "worth": self.worth}

    @property
    def image(self) -> None:
        """Any will do."""

    def check(self, sandbox: Callable[[], Sandbox]) -> None:
        """It works everywhere."""

    def totals(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmTime]:
        """Median over rounds of the sum over the tests."""
        timer = TestsTimer(tests=tests, is_right=_is_accurate)
        faults: dict[str, ArmTime] = {}
        left = dict(arms)
        while True:
            with _rounds(sandbox, left, timer, progress) as rounds:
                try:
                    rounds.warm_up()
                    while len(rounds.kept) < self.rounds:
                        rounds.run_one()
                        progress.update(len(rounds.kept), self.rounds, "rounds")
                except SampleFailed as failed:
                    faults[failed.arm] = ArmTime(total=None, fault=_drop(left, failed))
                    continue
                medians = {arm: statistics.median(rounds.walls(arm)) for arm in left}
                return {**faults, **{arm: ArmTime(total=wall) for arm, wall in medians.items()}}

    def claims(
        self, sandbox: Sandbox, arms: Mapping[str, Path], tests: Sequence[Test], progress: Progress
    ) -> dict[str, ArmClaim]:
        """Every arm against the slow program, with a copy of that as the control."""
        timer = TestsTimer(tests=tests, is_right=is_exactly)
        failed_arms: dict[str, ArmClaim] = {}
        left = {**arms, COPY: arms[SOURCE]}
        while len(left) > 2:
            with _rounds(sandbox, left, timer, progress) as rounds:
                try:
                    found = self._looked(rounds, progress)
                except SampleFailed as failed:
                    failed_arms[failed.arm] = ArmClaim(word="failed", fault=_drop(left, failed))
                    continue
                return {**failed_arms, **found}
        return failed_arms

    def _looked(self, rounds: Rounds, progress: Progress) -> dict[str, ArmClaim]:
        """Rounds up to each look, until every arm has its word."""
        design = SequentialDesign(looks=self.looks)
        candidates = [arm for arm in rounds.warm_up() if arm not in (SOURCE, COPY)]
        done: dict[str, ArmClaim] = {}
        for goal in self.looks:
            while len(rounds.kept) < goal:
                rounds.run_one()
                progress.update(len(rounds.kept), self.looks[-1], "pairs")
            source, copy = rounds.walls(SOURCE), rounds.walls(COPY)
            gate = control(source, copy)
            for arm in candidates:
                if arm in done:
                    continue
                look = design.conclude(source, rounds.walls(arm), copy=copy, gate=gate)
                if look.is_final or look.comparison.ci_high < self.worth:
                    done[arm] = _claim(look)
            if len(done) == len(candidates):
                break
        return done


@contextmanager
def _rounds(
    sandbox: Sandbox, arms: Mapping[str, Path], timer: TestsTimer, progress: Progress
) -> Iterator[Rounds]:
    """Rounds over sessions pinned to the timed core, under the machine's timing lock."""
    cpus = timing_cpus(is_parallel=False)
    limits = limits_for(timer.tests, cpus=cpus)
    with (
        timing_lock(lambda: progress.note("waiting: another speedwright is measuring")),
        open_all(sandbox, arms, limits) as sessions,
        off_the_timed_cores(cpus),
    ):
        seed = int.from_bytes(os.urandom(6), "big")
        yield Rounds(sessions, timer, limits, seed=seed)


def _is_accurate(done: ProcessResult, test: Test) -> bool:
    return accuracy_of(done, test) >= THRESHOLD_ACCURACY


def _drop(left: dict[str, Path], failed: SampleFailed) -> str:
    """Take a failed arm out; the rest is measured anew.

    Raises:
        SourceFailed: It was the slow program.
    """
    fault = failed.sample.result.detail or describe(failed.sample.result)
    if failed.arm in (SOURCE, COPY):
        raise SourceFailed(fault) from failed
    del left[failed.arm]
    return fault


def _claim(look: Look) -> ArmClaim:
    found = look.comparison
    return ArmClaim(
        word=found.word.value if look.is_sound else "unstable",
        speedup=found.speedup,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        pairs=found.pairs,
    )
