"""What the judge says of one candidate: a closed union of frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from speedwright.eval.stats.comparison import Comparison, Control

SCHEMA_VERSION = 1

WORDS = (
    "faster", "slower", "equivalent", "inconclusive",
    "incorrect", "rejected", "build_failed", "timed_out", "crashed",
    "unstable", "infra_error",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Correct as far as was checked, and timed: `comparison.word` is the verdict.

    Attributes:
        comparison: Wall time, base against candidate.
        cpu: CPU time, likewise; `None` if the workload used too little to say.
        process: Whole cold processes of a `workload()`, import and `setup()` included; `None` for
            programs, whose wall time is that.
        call: The timed call alone, where set-up or end of the candidate take longer than the
            base's: `comparison` and `candidate_wall_s` count that as time of the call. Else `None`.
        control: The A/A control of the same run; `None` while searching.
        base_wall_s: Median of the base.
        candidate_wall_s: Median of the candidate.
        base_rss_bytes: Median peak memory of the base.
        candidate_rss_bytes: Median peak memory of the candidate.
        label: How the two clocks go together, e.g. `consistent`, `parallelised`.
        reasons: Sentences for people.
    """

    comparison: Comparison
    cpu: Comparison | None
    control: Control | None
    base_wall_s: float
    candidate_wall_s: float
    base_rss_bytes: int = 0
    candidate_rss_bytes: int = 0
    process: Comparison | None = None
    call: Comparison | None = None
    label: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incorrect:
    """Behaviour changed: a test that passed on the base fails, or the output differs."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Never measured: the patch touches what it may not, or does what is never honest."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFailed:
    """The patch does not apply, compile or build."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """A step of the candidate took longer than it may, judged by the base's time."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """The workload or the test run died: a signal, out of memory, a flood of output."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstable:
    """The machine is too noisy for a claim; the candidate is neither praised nor blamed."""

    control: Control
    comparison: Comparison
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InfraError:
    """Ours: the sandbox failed even after retries."""

    reasons: tuple[str, ...]


Verdict = (
    Measured
    | Incorrect
    | Rejected
    | BuildFailed
    | TimedOut
    | Crashed
    | Unstable
    | InfraError
)  # fmt: skip


def word_of(verdict: Verdict) -> str:
    """The verdict's word, one of `WORDS`."""
    match verdict:
        case Measured():
            return verdict.comparison.word.value
        case Incorrect():
            return "incorrect"
        case Rejected():
            return "rejected"
        case BuildFailed():
            return "build_failed"
        case TimedOut():
            return "timed_out"
        case Crashed():
            return "crashed"
        case Unstable():
            return "unstable"
        case InfraError():
            return "infra_error"
        case _:
            assert_never(verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCost:
    """What one step of the cascade cost.

    Attributes:
        step: Its name.
        wall_s: Seconds. Of steps that run at once (4 and 5) the later one holds what it took beyond
            the earlier, so that all of them add up.
        runs: Timed processes, or runs of the tests.
    """

    step: str
    wall_s: float
    runs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with everything a sceptic asks about next.

    Attributes:
        verdict: What the judge says.
        steps: Cost of each step that ran, in order.
        tests_passed: Tests that passed on the base and on the candidate.
        tests_flaky: Tests that did not behave alike on the base itself; not counted.
        outcomes: Outcome by test id, of `base` and of `candidate`; for the evidence.
        not_checked: What this verdict does not rest on, one sentence each.
        samples: Raw samples by arm, in rounds; see evidence.
        holdout: What every hold-out workload said.
        holdout_samples: Raw samples of the hold-outs, by workload.
        scaling: Time against size on base and candidate; `None` where one size was measured.
        differential: What the differential test compared; `None` if it was not run.
    """

    verdict: Verdict
    steps: tuple[StepCost, ...] = ()
    tests_passed: int = 0
    tests_flaky: tuple[str, ...] = ()
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    not_checked: tuple[str, ...] = ()
    samples: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    holdout: tuple[dict[str, Any], ...] = ()
    holdout_samples: Mapping[str, tuple[dict[str, Any], ...]] = field(
        default_factory=dict, repr=False
    )
    scaling: dict[str, Any] | None = None
    differential: dict[str, Any] | None = None

    @property
    def word(self) -> str:
        """The verdict's word."""
        return word_of(self.verdict)

    @property
    def is_faster(self) -> bool:
        """Whether a gain above the margin was shown."""
        return self.word == "faster"

    def to_json(self) -> dict[str, Any]:
        """The contract's fields first (DESIGN section 5), then what explains them."""
        comparison = getattr(self.verdict, "comparison", None)
        control = getattr(self.verdict, "control", None)
        measured = self.verdict if isinstance(self.verdict, Measured) else None
        cpu = measured.cpu if measured else None
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": self.word,
            "speedup": comparison.speedup if comparison else None,
            "ci_low": comparison.ci_low if comparison else None,
            "ci_high": comparison.ci_high if comparison else None,
            "confidence": comparison.confidence if comparison else None,
            "pairs": comparison.pairs if comparison else None,
            "base_wall_s": measured.base_wall_s if measured else None,
            "candidate_wall_s": measured.candidate_wall_s if measured else None,
            "cpu_ratio": cpu.speedup if cpu else None,
            "process_ratio": measured.process.speedup if measured and measured.process else None,
            "call_ratio": measured.call.speedup if measured and measured.call else None,
            "reasons": list(self.verdict.reasons),
            "margin": comparison.margin if comparison else None,
            "noise_floor": control.noise_floor if control else None,
            "control_ratio": control.ratio if control else None,
            "label": measured.label if measured else None,
            "base_peak_rss_bytes": measured.base_rss_bytes if measured else None,
            "candidate_peak_rss_bytes": measured.candidate_rss_bytes if measured else None,
            "tests_passed": self.tests_passed,
            "tests_flaky": list(self.tests_flaky),
            "not_checked": list(self.not_checked),
            "holdout": list(self.holdout),
            "scaling": self.scaling,
            "differential": self.differential,
            "steps": [
                {"step": s.step, "wall_s": round(s.wall_s, 4), "runs": s.runs} for s in self.steps
            ],
        }
