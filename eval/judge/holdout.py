"""Step 8, hold out: is the gain there on inputs that the search never saw?

A hold-out is a command or a file of the target that the user named, or another size or other seeds
of the workload where its file declares them (`speedwright.eval.inputs`). Named files are hidden
from the proposer, no patch may touch them, and the workload's file is shown without the other sizes
and seeds. What the results mean for the claim is settled in `generality.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from speedwright.errors import UsageError
from speedwright.eval.discover import named_workload
from speedwright.eval.inputs import HeldInputs, HoldoutKind, as_shown, read_inputs
from speedwright.eval.judge.baseline import Baseline, fail_if_broken, sample_base
from speedwright.eval.judge.effort import least_s
from speedwright.eval.judge.rounds import BASE, Rounds
from speedwright.eval.stats import Comparison, Word
from speedwright.eval.target import Target
from speedwright.eval.verdict import Measured, Unstable, Verdict, word_of
from speedwright.profiler import FunctionWorkload, Workload

SMALL_SIZE_PAIRS = 20
LARGE_SIZE_PAIRS = 40
"""Most pairs at a hold-out size, of which there are several; larger ones can decide, see there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """One hold-out workload on the base.

    Attributes:
        kind: How it differs from the workload of the search.
        how: For people.
        baseline: The base with this workload in the place of the one that is searched on.
        is_larger: Its size is above the measured one.
    """

    kind: HoldoutKind
    how: str
    baseline: Baseline
    is_larger: bool = False

    @property
    def size(self) -> int | None:
        """Size of its input, where it has one."""
        workload = self.baseline.target.workload
        return workload.inputs.size if isinstance(workload, FunctionWorkload) else None

    @property
    def most_pairs(self) -> int | None:
        """Most pairs that are measured; `None` for the usual."""
        if self.kind is not HoldoutKind.SIZE:
            return None
        return LARGE_SIZE_PAIRS if self.is_larger else SMALL_SIZE_PAIRS

    def fits(self, deadline_s: float | None) -> bool:
        """Whether there is time for the first look."""
        left_s = None if deadline_s is None else deadline_s - time.monotonic()
        return left_s is None or least_s(self.baseline.wall_s) <= left_s


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutResult:
    """What one hold-out workload said.

    Attributes:
        kind: How it differs from the workload of the search.
        how: Which workload.
        size: Size of its input, where it has one.
        verdict: Of its own measurement.
        rounds: Its timed runs.
    """

    kind: HoldoutKind = HoldoutKind.NAMED
    how: str
    size: int | None = None
    verdict: Verdict
    rounds: Rounds | None = None

    @property
    def comparison(self) -> Comparison | None:
        """The numbers, if there are any."""
        is_timed = isinstance(self.verdict, Measured | Unstable)
        return self.verdict.comparison if is_timed else None  # type: ignore[union-attr]

    @property
    def base_wall_s(self) -> float | None:
        """Median of the base there, if it was timed."""
        if isinstance(self.verdict, Measured):
            return self.verdict.base_wall_s
        is_timed = self.comparison is not None and self.rounds is not None and self.rounds.kept
        return median(self.rounds.walls(BASE)) if is_timed and self.rounds else None

    def to_json(self) -> dict[str, Any]:
        """The workload with its word and gain."""
        found = self.comparison
        measured = self.verdict if isinstance(self.verdict, Measured) else None
        return {
            "workload": self.how,
            "kind": self.kind.value,
            "size": self.size,
            "verdict": word_of(self.verdict),
            "speedup": found.speedup if found else None,
            "ci_low": found.ci_low if found else None,
            "ci_high": found.ci_high if found else None,
            "base_wall_s": measured.base_wall_s if measured else None,
            "candidate_wall_s": measured.candidate_wall_s if measured else None,
        }

    @property
    def sentence(self) -> str:
        """For people."""
        found = self.to_json()
        if not isinstance(self.verdict, Measured):
            return f"hold-out {self.how}: {found['verdict']}"
        gain = f"{found['speedup']:.3g}x ({found['ci_low']:.3g}-{found['ci_high']:.3g})"
        said = {
            Word.FASTER: "",
            Word.SLOWER: ", slower there",
            Word.EQUIVALENT: ", no gain there",
            Word.INCONCLUSIVE: ", no gain was shown there",
        }[self.verdict.comparison.word]
        return f"hold-out {self.how}: {gain}{said}"


def with_hidden(target: Target, texts: tuple[str, ...]) -> Target:
    """The target with its hold-outs kept from the proposer.

    Files of named workloads are protected and hidden; the workload's own file is shown without the
    sizes and seeds that are held out.

    Raises:
        UsageError: A hold-out workload is not part of the target.
    """
    files: list[str] = []
    for text in texts:
        found = named_workload(text, target.snapshot, target.root)
        if found.extra_files:
            raise UsageError(
                f"the hold-out workload `{text}` is not part of the target",
                hint="put the file into the repository",
            )
        files += [f for f in found.protected if f not in target.protected]
    return replace(
        target,
        protected=(*target.protected, *files),
        hidden=(*target.hidden, *files),
        shown={**target.shown, **dict(_shown(target))},
    )


def prepare_holdout(baseline: Baseline, texts: tuple[str, ...]) -> tuple[HeldOut, ...]:
    """Run every hold-out workload on the base: the named ones, then other sizes and seeds.

    Raises:
        TargetBroken: One fails on the unpatched target.
        BudgetExhausted: The time limit ended a run.
        SandboxError: The sandbox failed.
    """
    named = [_named(baseline, text) for text in texts]
    return (*named, *(_declared(baseline, held) for held in _held_inputs(baseline)))


def _named(baseline: Baseline, text: str) -> HeldOut:
    found = named_workload(text, baseline.target.snapshot, baseline.target.root)
    return _prepared(baseline, HoldoutKind.NAMED, found.workload, found.how)


def _held_inputs(baseline: Baseline) -> tuple[HeldInputs, ...]:
    workload = baseline.target.workload
    if not isinstance(workload, FunctionWorkload):
        return ()
    text = (baseline.versions.trusted / workload.file).read_text("utf-8", "replace")
    return read_inputs(text, workload.file).held_out


def _declared(baseline: Baseline, held: HeldInputs) -> HeldOut:
    workload = baseline.target.workload
    assert isinstance(workload, FunctionWorkload)
    is_size = held.kind is HoldoutKind.SIZE
    how = f"size {held.inputs.size}" if is_size else f"seeds {held.inputs.seeds}"
    found = _prepared(baseline, held.kind, replace(workload, inputs=held.inputs), how)
    is_larger = (held.inputs.size or 0) > (workload.inputs.size or 0)
    return replace(found, is_larger=is_larger)


def _prepared(baseline: Baseline, kind: HoldoutKind, workload: Workload, how: str) -> HeldOut:
    target = replace(baseline.target, workload=workload, workload_how=how)
    samples = sample_base(
        target, baseline.folder, baseline.versions, is_writable=baseline.needs_write
    )
    for sample in samples:
        fail_if_broken(target, sample)
    changed = replace(
        baseline,
        target=target,
        wall_s=min(s.wall_s for s in samples),
        cpu_s=min(s.cpu_s for s in samples),
        is_repeatable=len({s.output_sha256 for s in samples}) == 1,
        holdout=(),
    )
    return HeldOut(kind=kind, how=how, baseline=changed)


def _shown(target: Target) -> Iterator[tuple[str, str]]:
    workload = target.workload
    if not isinstance(workload, FunctionWorkload):
        return
    data = target.extra_files.get(workload.file)
    text = target.snapshot.text(workload.file) if data is None else data.decode("utf-8", "replace")
    if text is not None and (other := as_shown(text, workload.file)) != text:
        yield workload.file, other
