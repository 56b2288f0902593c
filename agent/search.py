"""One search: what the tools act on, and the attempts they lead to."""

from __future__ import annotations

import time
from dataclasses import dataclass

from speedwright.agent.budget import Budget
from speedwright.agent.hot import Focus, hot_files
from speedwright.agent.situation import Situation
from speedwright.agent.tools import Toolbox
from speedwright.agent.trajectory import Attempt, Trajectory
from speedwright.agent.workbench import Workbench
from speedwright.errors import ProfilerError, SandboxError, ToolMissing
from speedwright.eval.candidate import Candidate
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.measure import Mode, fresh_seed
from speedwright.eval.judge.tests import check_tests
from speedwright.eval.judge.versions import VersionFailed
from speedwright.eval.profiling import profile_text, profile_version
from speedwright.eval.progress import Progress
from speedwright.eval.verdict import Judgement, Measured
from speedwright.profiler import Profile

SHOWN_REASON_CHARS = 1500
INFRA_TRIES = 2


@dataclass(slots=True)
class _Known:
    """Profile of the best version so far, made when it is asked for."""

    base: Profile | None = None
    best: Profile | None = None


class Search:
    """Implements the tools' `Actions`.

    Args:
        baseline: The target, built and run.
        trajectory: Where everything is kept.
        budget: The gate; asked before every attempt.
        progress: Hears of every attempt.
        author: Model spec, for the record.
        focus: Where changes are wanted.
        deadline_s: Point on the monotonic clock by which the search must end, or `None`.
    """

    def __init__(
        self,
        baseline: Baseline,
        trajectory: Trajectory,
        budget: Budget,
        progress: Progress,
        *,
        author: str,
        focus: Focus,
        deadline_s: float | None = None,
    ) -> None:
        self.baseline = baseline
        self.trajectory = trajectory
        self.budget = budget
        self.progress = progress
        self.is_finished = False
        self._author = author
        self._focus = focus
        self._deadline_s = deadline_s
        self._known = _Known()
        state = trajectory.state
        self.workbench = Workbench(baseline.target, state.best)
        self.workbench.pending = dict(state.pending or state.best)
        self.toolbox = Toolbox(self.workbench, self)

    def save(self) -> None:
        """Write everything down."""
        state = self.trajectory.state
        state.best = dict(self.workbench.best)
        state.pending = dict(self.workbench.pending)
        state.budget = self.budget.to_json()
        state.is_finished = self.is_finished
        self.trajectory.save()

    def situation(self) -> Situation:
        """Hot files of the best version so far, for models that are programs."""
        tried = frozenset(self.trajectory.state.tried)
        profile = self._best_profile()
        if profile is None:
            return Situation(files=(), tried=tried)
        files = hot_files(profile, self.workbench, self.baseline.target, self._focus)
        return Situation(files=files, tried=tried)

    def opening_profile(self) -> str:
        """Profile of the base as text, for the first message."""
        profile = self._base_profile()
        return self._text(profile) if profile is not None else "no profile could be made"

    # Actions --------------------------------------------------------------------------------

    def run_tests(self) -> str:
        """Outcome of the tests on the pending files."""
        try:
            folder = self.baseline.versions.fresh(self.workbench.diff())
        except VersionFailed as failed:
            return f"not built: {failed}"
        try:
            verdict = check_tests(self.baseline, folder)
        finally:
            self.baseline.versions.forget(folder)
        if verdict is None:
            return f"all {len(self.baseline.expected)} expected tests pass"
        return "\n".join(verdict.reasons)[:SHOWN_REASON_CHARS]

    def profile(self) -> str:
        """Profile of the pending files as text, compared with the base."""
        diff = self.workbench.diff()
        try:
            folder = self.baseline.versions.fresh(diff)
        except VersionFailed as failed:
            return f"not built: {failed}"
        try:
            return self._text(profile_version(self.baseline, folder), base=self._base_profile())
        except (ProfilerError, ToolMissing) as error:
            return f"no profile: {error}"
        finally:
            self.baseline.versions.forget(folder)

    def submit(self, summary: str, fingerprint: str) -> str:
        """Judge the pending files against the best so far.

        Raises:
            BudgetExhausted: No attempt is left.
        """
        if not self.workbench.has_edits:
            return "nothing to judge: the files are those of the best version so far"
        self.budget.check_attempt()
        diff = self.workbench.diff()
        number = len(self.trajectory.state.attempts) + 1
        candidate = Candidate(diff=diff, author=self._author, summary=summary[:500])
        self.progress.step(f"attempt {number}", candidate.summary)
        case = Case(
            candidate=candidate,
            reference_diff=self.workbench.best_diff(),
            mode=Mode.SCREEN,
            seed=fresh_seed(),
            deadline_s=self._deadline_s,
        )
        judgement = self._judged(case)
        self._settle(candidate, judgement, number)
        if fingerprint:
            self.trajectory.state.tried.append(fingerprint)
        return self._answer(judgement)

    def finish(self, summary: str) -> str:
        """End the search."""
        self.is_finished = True
        return "the best version so far will be confirmed"

    # ----------------------------------------------------------------------------------------

    @property
    def is_late(self) -> bool:
        """Whether the search's share of the time limit is used up."""
        return self._deadline_s is not None and time.monotonic() > self._deadline_s

    def _judged(self, case: Case) -> Judgement:
        """The judgement; the sandbox's own faults are tried again and never charged.

        Raises:
            SandboxError: It fails again and again.
        """
        for _ in range(INFRA_TRIES):
            judgement = judge(case, self.baseline, self.progress)
            if judgement.word != "infra_error":
                return judgement
            self.progress.warn(judgement.verdict.reasons[0])
        self.budget.return_attempt()
        raise SandboxError(
            f"the sandbox failed {INFRA_TRIES} times: {judgement.verdict.reasons[0]}"
        )

    def _settle(self, candidate: Candidate, judgement: Judgement, number: int) -> None:
        is_kept = judgement.is_faster
        if is_kept:
            self.workbench.accept()
            self._known.best = None
        else:
            self.workbench.reset()
        attempt = Attempt(
            number=number,
            hash=candidate.hash,
            author=candidate.author,
            summary=candidate.summary,
            verdict=judgement.word,
            is_kept=is_kept,
            judgement=judgement.to_json(),
        )
        self.trajectory.add_attempt(attempt, candidate.diff, list(judgement.samples))
        self.progress.attempt(number, candidate.summary, judgement.word, short_reason(judgement))

    def _answer(self, judgement: Judgement) -> str:
        said = "\n".join(judgement.verdict.reasons)[:SHOWN_REASON_CHARS]
        kept = (
            "kept; the next change builds on it"
            if judgement.is_faster
            else ("not kept; the files are back at the best version so far")
        )
        return f"{judgement.word} ({kept})\n{said}"

    def _base_profile(self) -> Profile | None:
        if self._known.base is None:
            self._known.base = self._profiled("")
        return self._known.base

    def _best_profile(self) -> Profile | None:
        if not self.workbench.best:
            return self._base_profile()
        if self._known.best is None:
            self._known.best = self._profiled(self.workbench.best_diff())
        return self._known.best

    def _profiled(self, diff: str) -> Profile | None:
        self.progress.step("profile", self.baseline.target.workload_how)
        try:
            return profile_version(self.baseline, self.baseline.versions.folder(diff))
        except (ProfilerError, ToolMissing, SandboxError) as error:
            self.progress.warn(f"no profile: {error}")
            return None

    def _text(self, profile: Profile, base: Profile | None = None) -> str:
        how = self.baseline.target.workload_how
        return profile_text(profile, self._source, workload=how, base=base)

    def _source(self, path: str) -> str | None:
        if path in self.workbench.pending:
            return self.workbench.pending[path]
        return self.baseline.target.snapshot.text(path)


def short_reason(judgement: Judgement) -> str:
    """One line: the gain with its interval, or why not."""
    verdict = judgement.verdict
    if isinstance(verdict, Measured):
        found = verdict.comparison
        return f"{found.speedup:.3g}x, {found.ci_low:.3g}-{found.ci_high:.3g}"
    lines = verdict.reasons[0].splitlines() if verdict.reasons else []
    return lines[0] if lines else ""
