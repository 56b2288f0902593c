"""Do the fast programs of the data still win here, by speedwright's own paired timing?"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from speedwright.benchmarks.pie.attempt import attempt
from speedwright.benchmarks.pie.clock import SOURCE, ArmClaim, Clock, SourceFailed
from speedwright.benchmarks.pie.data import Data
from speedwright.benchmarks.pie.row import Row
from speedwright.benchmarks.pie.rules import Rules
from speedwright.benchmarks.pie.stage import DataAtFault, open_stage
from speedwright.eval.batch.replay import ReplayRow
from speedwright.eval.progress import Progress
from speedwright.sandbox import Sandbox

GOLD = "gold"
UNSTABLE = "unstable"
TRIES = 3  # what a busy machine left open is measured anew, as a search does with what it found


def replay(
    data: Data,
    rows: Sequence[Row],
    *,
    sandbox: Sandbox,
    clock: Clock,
    rules: Rules,
    secret: str,
    progress: Progress,
) -> list[ReplayRow]:
    """One row for each pair; the word is that of the hardened measurement."""
    found: list[ReplayRow] = []
    for number, row in enumerate(rows, start=1):
        progress.step("replay", f"{row.id} ({number} of {len(rows)})")
        one = _replayed(
            data, row, sandbox=sandbox, clock=clock, rules=rules, secret=secret, progress=progress
        )
        gain = f"{one.speedup:.3g}x" if one.speedup else one.note
        progress.attempt(number, row.id, one.verdict, gain)
        found.append(one)
    return found


def _replayed(
    data: Data,
    row: Row,
    *,
    sandbox: Sandbox,
    clock: Clock,
    rules: Rules,
    secret: str,
    progress: Progress,
) -> ReplayRow:
    try:
        with open_stage(data, row, sandbox=sandbox, rules=rules, secret=secret) as stage:
            tried = attempt(stage, row.tgt_code, GOLD, rules)
            if tried.hardened_folder is None or not stage.claim_tests:
                why = tried.fault or tried.hardened_fault or "no test to time it on"
                return ReplayRow(task_id=row.id, verdict="incorrect", note=why)
            arms = {SOURCE: stage.source, GOLD: tried.hardened_folder}
            measured = functools.partial(clock.claims, sandbox, arms, stage.claim_tests, progress)
            claim, tries = _claimed(measured)
    except (DataAtFault, SourceFailed) as error:
        return ReplayRow(task_id=row.id, verdict="infra_error", note=str(error))
    return ReplayRow(
        task_id=row.id,
        verdict="incorrect" if claim.word == "failed" else claim.word,
        speedup=claim.speedup,
        ci_low=claim.ci_low,
        ci_high=claim.ci_high,
        note=claim.fault or (f"measurement {tries}; before: {UNSTABLE}" if tries > 1 else ""),
    )


def _claimed(measured: Callable[[], Mapping[str, ArmClaim]]) -> tuple[ArmClaim, int]:
    """The claim for the fast program, and the measurements that it took."""
    tries = 1
    while (claim := measured()[GOLD]).word == UNSTABLE and tries < TRIES:
        tries += 1
    return claim, tries
