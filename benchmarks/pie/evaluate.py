"""All samples of one task: tried, timed together, put into a record.

Covers: official and hardened figures from one session; candidates in a box each; what a sample
    does never ends the evaluation.
Differs: upstream simulates every program with a mean accuracy of at least 0.95; here only those
    are timed that count (accuracy 1), which changes no figure.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

from speedwright.benchmarks.pie.attempt import Attempt, attempt
from speedwright.benchmarks.pie.clock import SOURCE, ArmClaim, ArmTime, Clock, SourceFailed
from speedwright.benchmarks.pie.data import Data
from speedwright.benchmarks.pie.row import Row
from speedwright.benchmarks.pie.rules import Rules
from speedwright.benchmarks.pie.stage import DataAtFault, Stage, open_stage
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.metrics.pie import Generation, Scored, is_correct_at_k, speedup_at_k
from speedwright.eval.progress import Progress
from speedwright.sandbox import Sandbox

MOST_ARMS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """How samples are scored.

    Attributes:
        data: Rows and tests.
        sandbox: Where programs run.
        clock: What times them.
        rules: Thresholds and caps.
    """

    data: Data
    sandbox: Sandbox
    clock: Clock
    rules: Rules

    def score(
        self, row: Row, samples: Sequence[str], *, secret: str, progress: Progress
    ) -> TaskScore:
        """Score the samples of one row.

        Raises:
            SandboxError: The sandbox failed.
            EnvironmentMissing: A tool is missing.
        """
        start_s = time.monotonic()
        if not any(sample.strip() for sample in samples):
            return missing(row, samples, wall_s=time.monotonic() - start_s)
        try:
            with open_stage(
                self.data, row, sandbox=self.sandbox, rules=self.rules, secret=secret
            ) as stage:
                found = self._tried(stage, samples, progress)
                totals, source_total = self._totals(stage, found.values(), progress)
                claims = self._claims(stage, found.values(), progress)
                return TaskScore(
                    task_id=row.id,
                    official=self._official(stage, samples, found, totals, source_total),
                    hardened=self._hardened(stage, samples, found, claims, secret),
                    flags=_flags(stage, found.values(), claims),
                    wall_s=time.monotonic() - start_s,
                )
        except (DataAtFault, SourceFailed) as error:
            wall_s = time.monotonic() - start_s
            return TaskScore(task_id=row.id, infra=str(error), wall_s=wall_s)

    def _tried(
        self, stage: Stage, samples: Sequence[str], progress: Progress
    ) -> dict[str, Attempt]:
        """An attempt for every different sample, by its text."""
        found: dict[str, Attempt] = {}
        for place, code in enumerate(samples):
            progress.update(place, len(samples), "samples tried")
            if code not in found:
                found[code] = attempt(stage, code, f"s{len(found):03d}", self.rules)
        return found

    def _totals(
        self, stage: Stage, attempts: Iterable[Attempt], progress: Progress
    ) -> tuple[dict[str, ArmTime], float]:
        """Sums over the tests, on the scale of the slow program's first one."""
        folders: dict[str, Path] = {}
        totals: dict[str, ArmTime] = {}
        source_s = stage.source_run.wall_s
        for one in attempts:
            if one.fault or one.run is None or one.folder is None:
                continue
            if self.rules.is_slower(one.run.wall_s, source_s):
                totals[one.name] = ArmTime(total=None, fault="slower beyond doubt: not timed")
            else:
                folders[one.name] = one.folder
        first: float | None = None
        for arms in _groups(folders, {SOURCE: stage.source}):
            times = self.clock.totals(stage.sandbox, arms, stage.tests, progress)
            source = times.pop(SOURCE)
            if source.total is None:
                raise SourceFailed(source.fault)
            first = first or source.total
            scale = first / source.total
            for name, found in times.items():
                total = None if found.total is None else found.total * scale
                totals[name] = ArmTime(total=total, fault=found.fault)
        return totals, source_s if first is None else first

    def _claims(
        self, stage: Stage, attempts: Iterable[Attempt], progress: Progress
    ) -> dict[str, ArmClaim]:
        """What may be claimed of those that are right in every respect."""
        folders: dict[str, Path] = {}
        claims: dict[str, ArmClaim] = {}
        for one in attempts:
            if one.hardened_folder is None or one.run is None:
                continue
            if self.rules.is_slower(one.run.wall_s, stage.source_run.wall_s):
                claims[one.name] = ArmClaim(word="slower", fault="beyond doubt: not timed")
            elif not stage.claim_tests:
                claims[one.name] = ArmClaim(word="inconclusive", fault="no test to time it on")
            else:
                folders[one.name] = one.hardened_folder
        for arms in _groups(folders, {SOURCE: stage.source}):
            claims |= self.clock.claims(stage.sandbox, arms, stage.claim_tests, progress)
        return claims

    def _official(
        self,
        stage: Stage,
        samples: Sequence[str],
        found: Mapping[str, Attempt],
        totals: Mapping[str, ArmTime],
        source_total: float,
    ) -> dict[str, Any]:
        generations = [_generation(found[code], totals) for code in samples]
        row = scored_row({"src_agg_runtime": source_total, "generations": generations})
        most = len(samples)
        return {
            "speedup": speedup_at_k(row, most, threshold=self.rules.threshold),
            "is_correct": is_correct_at_k(row, most, threshold=self.rules.threshold),
            "src_agg_runtime": source_total,
            "clock": self.clock.name,
            "unit": self.clock.unit,
            "compiler": stage.compiler_version,
            "generations": generations,
        }

    def _hardened(
        self,
        stage: Stage,
        samples: Sequence[str],
        found: Mapping[str, Attempt],
        claims: Mapping[str, ArmClaim],
        secret: str,
    ) -> dict[str, Any]:
        generations = [_hardened_generation(found[code], claims) for code in samples]
        return {
            "speedup": max(one["speedup"] for one in generations),
            "is_correct": any(one["is_correct"] for one in generations),
            "hidden_tests": len(stage.hidden) if stage.hidden else "not available: no generator",
            "hidden_seed": secret if stage.hidden else None,
            "generations": generations,
        }


def missing(row: Row, samples: Sequence[str], *, wall_s: float = 0.0) -> TaskScore:
    """The score of a row without any program: a failure that counts in N."""
    empty = [{"accuracy": 0.0, "agg_runtime": None, "fault": "empty", "message": ""}]
    refused = [{"is_correct": False, "speedup": 1.0, "fault": "empty", "claim": None}]
    return TaskScore(
        task_id=row.id,
        official={"speedup": 1.0, "is_correct": False, "generations": empty * len(samples)},
        hardened={"speedup": 1.0, "is_correct": False, "generations": refused * len(samples)},
        flags=("no-program",),
        wall_s=wall_s,
    )


def scored_row(official: Mapping[str, Any]) -> Scored:
    """The metric's input from a task's record; a task without one is a failure."""
    return Scored(
        src_agg_runtime=float(official.get("src_agg_runtime") or inf),
        generations=tuple(
            Generation(
                accuracy=float(one["accuracy"]),
                agg_runtime=inf if one["agg_runtime"] is None else float(one["agg_runtime"]),
            )
            for one in official.get("generations", ())
        ),
    )


def _groups(folders: Mapping[str, Path], always: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """Arms to be measured together: all, or so many that the machine can hold them."""
    names = list(folders)
    for at in range(0, len(names), MOST_ARMS):
        yield {**always, **{name: folders[name] for name in names[at : at + MOST_ARMS]}}


def _generation(found: Attempt, totals: Mapping[str, ArmTime]) -> dict[str, Any]:
    timed = totals.get(found.name)
    total = timed.total if timed is not None else None
    return {
        "accuracy": found.run.accuracy if found.run else 0.0,
        "agg_runtime": total if total is not None and isfinite(total) else None,
        "fault": found.fault or (timed.fault if timed else ""),
        "message": found.message,
    }


def _hardened_generation(found: Attempt, claims: Mapping[str, ArmClaim]) -> dict[str, Any]:
    claim = claims.get(found.name)
    is_correct = claim is not None and claim.word != "failed"
    return {
        "is_correct": is_correct,
        "speedup": claim.counted if claim is not None else 1.0,
        "fault": found.hardened_fault or (claim.fault if claim else ""),
        "claim": claim.to_json() if claim else None,
    }


def _flags(
    stage: Stage, attempts: Iterable[Attempt], claims: Mapping[str, ArmClaim]
) -> tuple[str, ...]:
    flags = [flag for one in attempts for flag in one.flags]
    if not stage.hidden:
        flags.append("no-hidden-inputs")
    if len(stage.source_run.exact) < len(stage.tests):
        flags.append("source-inexact")
    if any(claim.word == "unstable" for claim in claims.values()):
        flags.append("unstable-machine")
    return tuple(dict.fromkeys(flags))
