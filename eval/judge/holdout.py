"""Step 8, hold out: is the gain there on workloads that the search never saw?

A hold-out workload is a command or a file of the target, named by the user. Its files are hidden
from the proposer and no patch may touch them. A gain that is not there, or a loss, is said in the
verdict's reasons; an output that differs ends the cascade as `incorrect`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from speedwright.errors import UsageError
from speedwright.eval.discover import named_workload
from speedwright.eval.judge.baseline import Baseline, fail_if_broken, sample_base
from speedwright.eval.stats import Word
from speedwright.eval.target import Target
from speedwright.eval.verdict import Measured, Verdict, word_of


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """One hold-out workload on the base.

    Attributes:
        text: As the user named it.
        how: For people.
        baseline: The base with this workload in the place of the one that is searched on.
    """

    text: str
    how: str
    baseline: Baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutResult:
    """What one hold-out workload said.

    Attributes:
        how: Which workload.
        verdict: Of its own measurement.
    """

    how: str
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """The workload with its word and gain."""
        found = getattr(self.verdict, "comparison", None)
        return {
            "workload": self.how,
            "verdict": word_of(self.verdict),
            "speedup": found.speedup if found else None,
            "ci_low": found.ci_low if found else None,
            "ci_high": found.ci_high if found else None,
        }

    @property
    def sentence(self) -> str:
        """For people."""
        found = self.to_json()
        if not isinstance(self.verdict, Measured):
            return f"hold-out {self.how}: {found['verdict']}"
        gain = f"{found['speedup']:.3g}x ({found['ci_low']:.3g}-{found['ci_high']:.3g})"
        bad = self.verdict.comparison.word is Word.SLOWER
        return f"hold-out {self.how}: {gain}{', slower there' if bad else ''}"


def with_hidden(target: Target, texts: tuple[str, ...]) -> Target:
    """The target with the files of its hold-out workloads protected and hidden.

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
    )


def prepare_holdout(baseline: Baseline, texts: tuple[str, ...]) -> tuple[HeldOut, ...]:
    """Run every hold-out workload on the base.

    Raises:
        TargetBroken: One fails on the unpatched target.
        SandboxError: The sandbox failed.
    """
    return tuple(_prepared(baseline, text) for text in texts)


def _prepared(baseline: Baseline, text: str) -> HeldOut:
    found = named_workload(text, baseline.target.snapshot, baseline.target.root)
    target = replace(baseline.target, workload=found.workload, workload_how=found.how)
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
    return HeldOut(text=text, how=found.how, baseline=changed)
