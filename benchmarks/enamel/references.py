"""The references' runs kept with the tests, and how this hour's machine compares with that one's.

The official evaluator does the same: it keeps the references' times with the tests, and each
evaluation times the slowest case again and scales by it. Ours looks at every other level too, with
one run, and measures all anew where what was kept does not fit.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.cases import Case
from speedwright.benchmarks.enamel.parameters import Parameters
from speedwright.benchmarks.enamel.timing import ReferencePlan, Run, opening_of
from speedwright.eval.metrics.hodges_lehmann import hodges_lehmann
from speedwright.sandbox.machine import machine_facts

VERSION = 4
PLAUSIBLE_FACTOR = 4.0  # more than that between two hours is another machine
# A single run of a level against what was kept: much slower happens to a single run by chance.
FASTEST, SLOWEST = 0.67, 2.0
SLACK_S = 200e-6
FACTS = ("architecture", "cores", "cpu_model", "usable_cores")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReferences:
    """Where the runs of one problem's reference are kept.

    Attributes:
        cache: The folder.
        key: Of tests, machine and sandbox.
    """

    cache: TestCache
    key: str

    def load(self) -> tuple[Run, ...] | None:
        """The runs, `None` if there are none that can be used."""
        data = self.cache.read(f"{self.key}.times")
        try:
            found = None if data is None else tuple(map(_run, json.loads(data)))
        except (ValueError, KeyError, TypeError):
            return None
        return found or None

    def store(self, runs: Sequence[Run]) -> None:
        """Keep the runs of a reference that was measured in full."""
        names = ("case", "call_s", "wall_s", "gap_s", "opens")
        rows = [{name: getattr(run, name) for name in names} for run in runs]
        self.cache.write(f"{self.key}.times", json.dumps(rows).encode())


def key_of_times(tests: str, sandbox: str) -> str:
    """Hash of the tests' key, the sandbox, and what of the machine does not change by the hour."""
    facts = machine_facts()
    parts = (VERSION, tests, sandbox, [str(facts.get(name)) for name in FACTS])
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def calibration_plan(
    kept: Sequence[Run], cases: Sequence[Case], parameters: Parameters
) -> ReferencePlan:
    """The slowest case in full, two calls a process, and once the slowest of every other level."""
    times = _times(kept)
    slowest = max(times, key=lambda case: times[case])
    twice = [slowest] * 2
    chosen = list(twice)
    for level in parameters.weighted:
        members = [case for case in times if cases[case].draw.level == level]
        if members and level != cases[slowest].draw.level:
            chosen.append(max(members, key=lambda case: times[case]))
    opening = opening_of(cases, parameters)
    again = [(opening, twice)] * (parameters.repetitions // 2 - 1)
    return ReferencePlan(rounds=[(opening, chosen), *again])


def scaled(kept: Sequence[Run], fresh: Sequence[Run]) -> tuple[Run, ...] | None:
    """What was kept, at this hour's speed; `None` where the fresh runs do not agree with it.

    Args:
        kept: Of a reference that was measured in full.
        fresh: By `calibration_plan`.
    """
    if any(run.status != "ok" or not run.call_s for run in fresh):
        return None
    before, now = _times(kept), _times(fresh)
    if not now:
        return None
    slowest = next(iter(now))
    factor = now[slowest] / before[slowest] if before.get(slowest) else math.inf
    if not 1 / PLAUSIBLE_FACTOR <= factor <= PLAUSIBLE_FACTOR:
        return None
    for case, seconds in now.items():
        expected_s = factor * before.get(case, 0.0)
        is_too_fast = seconds < FASTEST * expected_s - SLACK_S
        if is_too_fast or seconds > SLOWEST * expected_s + SLACK_S:
            return None
    return tuple(
        replace(
            run,
            call_s=factor * (run.call_s or 0.0),
            wall_s=factor * run.wall_s,
            gap_s=factor * run.gap_s,
        )
        for run in kept
    )


def _times(runs: Sequence[Run]) -> dict[int, float]:
    """Time of each case on the program's own clock."""
    by_case: dict[int, list[float]] = {}
    for run in runs:
        if run.opens is None:
            by_case.setdefault(run.case, []).append(run.call_s or 0.0)
    return {case: hodges_lehmann(times) for case, times in by_case.items()}


def _run(row: Mapping[str, Any]) -> Run:
    call_s, wall_s, gap_s = float(row["call_s"]), float(row["wall_s"]), float(row["gap_s"])
    if not (0 < call_s < math.inf and 0 < wall_s < math.inf and 0 <= gap_s < math.inf):
        raise ValueError("no times")
    opens = None if row["opens"] is None else int(row["opens"])
    case = int(row["case"])
    return Run(case=case, status="ok", call_s=call_s, wall_s=wall_s, gap_s=gap_s, opens=opens)
