"""All samples of one problem: the reference first, on this machine, right before the samples.

A reference that was measured here in full before is calibrated by a few runs (`references.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from speedwright.benchmarks.enamel.boxes import Boxes, Turn
from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.check import judge_outputs
from speedwright.benchmarks.enamel.counting import count_instructions
from speedwright.benchmarks.enamel.guards import refusals
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.problems import Problem
from speedwright.benchmarks.enamel.references import KeptReferences, calibration_plan, scaled
from speedwright.benchmarks.enamel.score import (
    SampleScore,
    Yardstick,
    hardened_score,
    official_score,
    yardstick,
)
from speedwright.benchmarks.enamel.timing import ReferencePlan, Run, Timing, time_programs
from speedwright.benchmarks.enamel.turns import Turns
from speedwright.errors import SandboxError
from speedwright.eval.progress import Progress

CONFIRMATIONS = 2  # of a time-out in level 0, where a busy machine would decide right or wrong
CHEATS = ("left-processes", "left-state", "left-threads", "patched-clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a task's score is made of, plain JSON data."""

    official: Mapping[str, Any]
    hardened: Mapping[str, Any]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    official: SampleScore
    hardened: SampleScore
    flags: tuple[str, ...]
    instructions: list[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """Times and scores.

    Attributes:
        problem: The problem.
        cases: Its tests.
        parameters: Of the protocol.
        boxes: Where programs are timed.
        checker: Where outputs are checked.
        turns: Asked before anything is timed.
        has_counts: Whether instructions are counted too.
        kept: Where the reference's runs are kept; `None`: measure them in full each time.
    """

    problem: Problem
    cases: Sequence[Case]
    parameters: Parameters
    boxes: Boxes
    checker: Boxes
    turns: Turns
    has_counts: bool = False
    kept: KeptReferences | None = None

    def evaluate(self, samples: Sequence[str], progress: Progress) -> Scored:
        """Score every sample; equal ones are measured once.

        Raises:
            SandboxError: The sandbox failed, or the reference did.
        """
        if not samples:
            return _scored((), None)
        stick: Yardstick | None = None
        known: dict[str, _Sample] = {}
        counts: list[int] | None = None
        for place, sample in enumerate(samples):
            if sample not in known:
                stick, found = self._sample(sample, stick, progress)
                if self.has_counts and _is_whole(found.hardened):
                    reference, own = self._counted(
                        sample, stick, progress, has_reference=counts is None
                    )
                    counts = counts or reference
                    found = replace(found, instructions=own)
                known[sample] = found
            progress.update(place + 1, len(samples), "samples")
        return _scored([known[sample] for sample in samples], stick, counts)

    def _sample(
        self, sample: str, stick: Yardstick | None, progress: Progress
    ) -> tuple[Yardstick, _Sample]:
        """One sample; the first one together with the reference."""
        if stick is None:
            stick, timing = self._first(sample, progress)
        else:
            timing = self._timed(sample, stick, progress)
        found = self._judged(sample, timing, stick)
        for _ in range(CONFIRMATIONS):
            if not (_is_gated(found.official) or _is_gated(found.hardened)):
                break
            found = self._judged(sample, self._timed(sample, stick, progress), stick)
        return stick, found

    def _first(self, sample: str, progress: Progress) -> tuple[Yardstick, Timing]:
        """The reference, calibrated if what was kept of it fits and else in full, and a sample."""
        before = self.kept.load() if self.kept else None
        if before is not None:
            plan = calibration_plan(before, self.cases, self.parameters)
            timing = self._timed(sample, None, progress, plan)
            runs = scaled(before, timing.reference)
            if runs is not None:
                return self._yardstick(runs, is_kept=True), timing
        timing = self._timed(sample, None, progress)
        runs = timing.reference
        if timing.fault.startswith("broke"):
            runs = self._timed(None, None, progress).reference
        stick = self._yardstick(runs)
        if self.kept:
            self.kept.store(runs)
        return stick, timing

    def _counted(
        self, sample: str, stick: Yardstick, progress: Progress, *, has_reference: bool
    ) -> tuple[list[int] | None, list[int] | None]:
        return count_instructions(
            self.problem,
            sample,
            self.cases,
            self.parameters,
            self.boxes,
            self._turn(progress),
            limit_s=stick.kill_s(self.parameters),
            has_reference=has_reference,
        )

    def _judged(self, sample: str, timing: Timing, stick: Yardstick) -> _Sample:
        right = judge_outputs(self.problem, self.cases, timing, self.checker)
        seen = {flag for run in timing.runs for flag in run.flags}
        static = refusals(self.problem.prompt, sample)
        refused = (*sorted(seen & set(CHEATS)), *(f"guard:{rule}" for rule in static))
        args = (timing, right, self.cases, stick, self.parameters)
        return _Sample(
            official=official_score(*args),
            hardened=hardened_score(*args, refused=refused),
            flags=(*sorted(seen - set(CHEATS)), *refused),
        )

    def _timed(
        self,
        sample: str | None,
        stick: Yardstick | None,
        progress: Progress,
        reference: ReferencePlan | None = None,
    ) -> Timing:
        limit_s = stick.kill_s(self.parameters) if stick else None
        return time_programs(
            self.problem,
            sample,
            self.cases,
            self.parameters,
            self.boxes,
            self._turn(progress),
            limit_s=limit_s,
            reference=reference,
        )

    def _turn(self, progress: Progress) -> Turn:
        return lambda: self.turns.one(progress, self.boxes.check)

    def _yardstick(self, runs: Sequence[Run], *, is_kept: bool = False) -> Yardstick:
        try:
            return yardstick(runs, self.cases, self.parameters, is_kept=is_kept)
        except ValueError as error:
            message = f"the reference of `{self.problem.task_id}` did not run: {error}"
            raise SandboxError(message) from error


def _is_gated(score: SampleScore) -> bool:
    """Whether a time-out in level 0 failed it."""
    return not score.passed and score.why == "timed-out"


def _is_whole(score: SampleScore) -> bool:
    """Right, and timed to the end."""
    return score.passed and not score.why


def _scored(
    samples: Sequence[_Sample], stick: Yardstick | None, counts: list[int] | None = None
) -> Scored:
    official = [sample.official for sample in samples]
    hardened = [sample.hardened for sample in samples]
    flags = sorted({flag for sample in samples for flag in sample.flags})
    return Scored(
        official=_side(official, stick.official.levels_s if stick else {}, stick),
        hardened={
            **_side(hardened, stick.hardened.levels_s if stick else {}, stick),
            "instructions": [sample.instructions for sample in samples],
            "reference_instructions": counts,
        },
        flags=tuple(flags),
    )


def _side(
    samples: Sequence[SampleScore], references_s: Mapping[int, float], stick: Yardstick | None
) -> dict[str, Any]:
    """One of the two metrics: the scalars of a table first, then all that they come from."""
    count = len(samples)
    return {
        "pass": sum(s.passed for s in samples) / count if count else 0.0,
        "eff": sum(s.efficiency for s in samples) / count if count else 0.0,
        "passes": [s.passed for s in samples],
        "efficiencies": [s.efficiency for s in samples],
        "levels": [list(s.levels) for s in samples],
        "elapsed_s": [[[_finite(t) for t in level] for level in s.elapsed_s] for s in samples],
        "why": [s.why for s in samples],
        "references_s": {str(level): seconds for level, seconds in references_s.items()},
        "references": "kept" if stick and stick.is_kept else "measured",
        "overhead_s": max(stick.overhead_s.values()) if stick and stick.overhead_s else 0.0,
    }


def _finite(seconds: float) -> float | None:
    return seconds if abs(seconds) < 1e9 else None
