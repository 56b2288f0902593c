"""The judge: steps in order; each can only end it or pass it on.

    1 policy   2 apply and build   3 guards (static)   4 tests   5 differential
    6 screen (in a search) or 7 confirm (for a claim), with the dynamic guards of step 3
    8 hold out (for a claim that is `faster`, where the user named hold-out workloads; and the other
      way round, for what is `faster` on the seed in the workload's file and on no other)

Step 9, minimise, stands in `minimise.py`: a search asks for it before it claims. In a search step 5
comes after the screen and replays recorded calls only.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from speedwright.errors import SandboxError
from speedwright.eval.candidate import Candidate
from speedwright.eval.differential import DifferentialReport, check_differential
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.default_seed import is_suspicious, refuse_bound_to_default
from speedwright.eval.judge.generality import settle
from speedwright.eval.judge.guard import run_guards, with_looks
from speedwright.eval.judge.holdout import HoldoutResult
from speedwright.eval.judge.imports import newly_imported
from speedwright.eval.judge.measure import Measurement, Mode, measure
from speedwright.eval.judge.policy import check_policy
from speedwright.eval.judge.rounds import Rounds, sample_rows
from speedwright.eval.judge.scaling import Scaling, scaling
from speedwright.eval.judge.tests import TestCheck, check_tests
from speedwright.eval.judge.versions import VersionFailed
from speedwright.eval.judge.written import manifest, refuse_kept_files
from speedwright.eval.progress import Progress
from speedwright.eval.verdict import (
    InfraError,
    Judgement,
    Measured,
    Rejected,
    StepCost,
    Unstable,
    Verdict,
    word_of,
)
from speedwright.profiler import FunctionWorkload
from speedwright.sandbox.side_by_side import run_both

NOT_BUILT = ("the guards (step 3) know the tricks that were seen before, and no others",)
NO_DIFFERENTIAL = "no differential test on recorded or generated inputs (step 5) was run"
NO_HOLDOUT = "no hold-out workload (step 8) was measured"
SHORT_TESTS_S = 5.0


@dataclass(slots=True)
class _Trace:
    """What the steps leave behind, beside the verdict."""

    steps: list[StepCost] = field(default_factory=list)
    rounds: Rounds | None = None
    held_out: list[HoldoutResult] = field(default_factory=list)
    scaling: Scaling | None = None
    flaky: tuple[str, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    not_checked: list[str] = field(default_factory=list)
    differential: DifferentialReport | None = None
    start_s: float = field(default_factory=time.monotonic)

    def done(self, step: str, runs: int = 0, wall_s: float | None = None) -> None:
        """Book the time since the last step, or only so much of it."""
        end_s = time.monotonic() if wall_s is None else self.start_s + wall_s
        self.steps.append(StepCost(step=step, wall_s=end_s - self.start_s, runs=runs))
        self.start_s = end_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is to be judged against what.

    Attributes:
        candidate: Diff against the base; all of it, also what the reference already holds.
        reference_diff: Diff of the version to beat, empty for the base itself.
        mode: Screen (while searching) or confirm (for a claim).
        seed: Of the measurement.
        deadline_s: Point on the monotonic clock, or `None`.
        has_policy: Whether step 1 applies; `compare` of the user's own versions goes without.
        goal: Least relative difference that matters, e.g. 0.03; `None` for every one.
    """

    candidate: Candidate
    reference_diff: str = ""
    mode: Mode = Mode.CONFIRM
    seed: int
    deadline_s: float | None = None
    has_policy: bool = True
    goal: float | None = None


def judge(case: Case, baseline: Baseline, progress: Progress) -> Judgement:
    """One candidate, one verdict. Never raises for a candidate's or the sandbox's fault."""
    trace = _Trace()
    try:
        verdict = _cascade(case, baseline, progress, trace)
    except SandboxError as error:
        verdict = InfraError(reasons=(str(error),))
        trace.done("infra")
    verdict = with_looks(verdict, trace.not_checked)
    rounds = trace.rounds
    if trace.differential is None:
        trace.not_checked.append(NO_DIFFERENTIAL)
    if not trace.held_out:
        trace.not_checked.append(NO_HOLDOUT)
    growth = trace.scaling
    return Judgement(
        verdict=verdict,
        steps=tuple(trace.steps),
        tests_passed=len(baseline.expected - set(trace.flaky)) if rounds and rounds.all else 0,
        outcomes={
            "base": baseline.tests.outcomes if baseline.tests else {},
            "candidate": trace.outcomes,
        },
        tests_flaky=(*baseline.flaky, *trace.flaky),
        not_checked=(*baseline.notes, *NOT_BUILT, *trace.not_checked),
        samples=sample_rows(rounds) if rounds else (),
        holdout=tuple(result.to_json() for result in trace.held_out),
        holdout_samples={r.how: sample_rows(r.rounds) for r in trace.held_out if r.rounds},
        scaling=growth.to_json() if growth else None,
        differential=trace.differential.to_json() if trace.differential else None,
    )


def _cascade(case: Case, baseline: Baseline, progress: Progress, trace: _Trace) -> Verdict:
    reasons = check_policy(case.candidate.diff, baseline.target) if case.has_policy else ()
    trace.done("policy")
    if reasons:
        return Rejected(reasons=reasons)

    progress.step("build", case.candidate.author)
    try:
        folder = baseline.versions.fresh(case.candidate.diff, compiles=False)
        reference = baseline.versions.folder(case.reference_diff)
    except VersionFailed as failed:
        trace.done("build")
        return failed.verdict
    trace.done("build")
    try:
        return _on_disk(case, baseline, progress, trace, (reference, folder))
    finally:
        baseline.versions.forget(folder)


def _on_disk(
    case: Case,
    baseline: Baseline,
    progress: Progress,
    trace: _Trace,
    folders: tuple[Path, Path],
) -> Verdict:
    """The steps that need the built version: reference and candidate in `folders`."""
    reference, folder = folders
    fresh = manifest(folder)
    guarded = run_guards(case.candidate.diff, baseline, folder, may_refuse=case.has_policy)
    trace.not_checked += guarded.notes
    trace.done("guard")
    if guarded.verdict is not None:
        return guarded.verdict
    wrong = _correct(case, baseline, progress, trace, folder)
    if wrong is not None:
        return wrong

    progress.step(case.mode.value, baseline.target.workload_how)
    found = measure(
        baseline,
        reference,
        folder,
        mode=case.mode,
        seed=case.seed,
        progress=progress,
        deadline_s=case.deadline_s,
        goal=case.goal,
        has_glance=case.has_policy and case.mode is Mode.CONFIRM,
        loaded=newly_imported(reference, folder, case.candidate.diff),
    )
    trace.rounds = found.rounds
    trace.done(case.mode.value, runs=found.runs)
    if word_of(found.verdict) != "faster":
        return _bound_to_default(found, case, baseline, progress, trace, folders) or found.verdict
    others = (reference, baseline.folder)
    kept = refuse_kept_files(fresh, folder, others) if case.has_policy else None
    if kept is not None:
        return kept
    if case.mode is Mode.SCREEN:
        return _differential(case, baseline, progress, trace, folder) or found.verdict

    return _held_out(found, case, baseline, progress, trace, folders)


def _correct(
    case: Case, baseline: Baseline, progress: Progress, trace: _Trace, folder: Path
) -> Verdict | None:
    """Step 4, and for a claim step 5: at once where the tests are short, since neither is timed."""
    is_claim = case.mode is Mode.CONFIRM
    test = baseline.target.test
    if test is None or baseline.tests is None:
        return _differential(case, baseline, progress, trace, folder) if is_claim else None
    progress.step("tests", " ".join(test.argv))
    if not is_claim or baseline.tests.result.wall_s > SHORT_TESTS_S:
        wrong = _book_tests(trace, check_tests(baseline, folder), None)
        if wrong is not None or not is_claim:
            return wrong
        return _differential(case, baseline, progress, trace, folder)

    def tests() -> tuple[TestCheck, float]:
        start_s = time.monotonic()
        return check_tests(baseline, folder), time.monotonic() - start_s

    progress.step("differential")
    calls = functools.partial(_compare_calls, case, baseline, progress, folder)
    (checked, tests_s), report = run_both(tests, calls)
    wrong = _book_tests(trace, checked, tests_s)
    # The tests have the first word: they are the owner's own.
    return wrong or _book_calls(trace, report)


def _book_tests(trace: _Trace, checked: TestCheck, wall_s: float | None) -> Verdict | None:
    trace.flaky = checked.flaky
    trace.outcomes = checked.outcomes
    trace.done("tests", runs=1, wall_s=wall_s)
    return checked.verdict


def _held_out(
    claim: Measurement,
    case: Case,
    baseline: Baseline,
    progress: Progress,
    trace: _Trace,
    folders: tuple[Path, Path],
) -> Verdict:
    """Step 8: measure every hold-out, then settle what that means for a claim of `faster`."""
    for held in baseline.holdout:
        if not held.fits(case.deadline_s):
            trace.not_checked.append(f"hold-out {held.how}: no time was left to measure it")
            continue
        progress.step("hold out", held.how)
        again = measure(
            held.baseline,
            *folders,
            mode=Mode.CONFIRM,
            seed=case.seed + 1,
            progress=progress,
            deadline_s=case.deadline_s,
            most_pairs=held.most_pairs,
            loaded=newly_imported(*folders, case.candidate.diff),
        )
        result = HoldoutResult(
            kind=held.kind,
            how=held.how,
            size=held.size,
            verdict=again.verdict,
            rounds=again.rounds,
        )
        trace.held_out.append(result)
        trace.done("hold out", runs=again.runs)
        if isinstance(again.verdict, Unstable | InfraError):
            trace.not_checked.append(f"{result.sentence}: nothing is known of it")
    assert isinstance(claim.verdict, Measured) and claim.rounds is not None
    workload = baseline.target.workload
    size = workload.inputs.size if isinstance(workload, FunctionWorkload) else None
    trace.scaling = scaling(claim.verdict, claim.rounds, size, trace.held_out)
    said = trace.scaling.sentences if trace.scaling else ()
    verdict = replace(claim.verdict, reasons=(*claim.verdict.reasons, *said))
    return settle(verdict, trace.held_out, measured_size=size, may_refuse=case.has_policy)


def _bound_to_default(
    found: Measurement,
    case: Case,
    baseline: Baseline,
    progress: Progress,
    trace: _Trace,
    folders: tuple[Path, Path],
) -> Verdict | None:
    """Step 8 for what is not `faster`: a refusal if it is on the default seed."""
    if not is_suspicious(found):
        return None
    progress.step("hold out", "the seed that the workload has by default")
    claim = measure(
        baseline,
        *folders,
        mode=Mode.CONFIRM,
        seed=case.seed + 1,
        progress=progress,
        deadline_s=case.deadline_s,
        loaded=newly_imported(*folders, case.candidate.diff),
        is_default=True,
    )
    trace.done("hold out", runs=claim.runs)
    return refuse_bound_to_default(claim, found)


def _differential(
    case: Case, baseline: Baseline, progress: Progress, trace: _Trace, folder: Path
) -> Verdict | None:
    """Step 5: the verdict if calls of the changed functions come out differently."""
    progress.step("differential")
    return _book_calls(trace, _compare_calls(case, baseline, progress, folder))


def _compare_calls(
    case: Case, baseline: Baseline, progress: Progress, folder: Path
) -> DifferentialReport:
    return check_differential(
        baseline,
        folder,
        case.candidate.diff,
        seed=case.seed,
        progress=progress,
        deadline_s=case.deadline_s,
        is_search=case.mode is Mode.SCREEN,
    )


def _book_calls(trace: _Trace, report: DifferentialReport) -> Verdict | None:
    trace.differential = report
    trace.not_checked += report.not_checked
    trace.done("differential")
    return report.verdict
