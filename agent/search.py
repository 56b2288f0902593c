"""One search: what the tools act on, and the attempts they lead to.

The same change is never judged twice: a second try would only be a second chance for luck.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace

from speedwright.agent.budget import Budget
from speedwright.agent.context import first_message, ideas
from speedwright.agent.hot import Focus, hot_files, unprofiled_files
from speedwright.agent.messages import ToolCall
from speedwright.agent.rules.catalogue import propose
from speedwright.agent.rules.rewrite import Rewrite
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
        is_program: The proposer reads `Situation`, not prose.
        focus: Where changes are wanted.
        deadline_s: Point on the monotonic clock by which the search must end, or `None`.
        has_profile: Whether profiles are made; without, every line in focus counts as hot.
    """

    def __init__(
        self,
        baseline: Baseline,
        trajectory: Trajectory,
        budget: Budget,
        progress: Progress,
        *,
        author: str,
        is_program: bool = False,
        focus: Focus,
        deadline_s: float | None = None,
        has_profile: bool = True,
    ) -> None:
        self.baseline = baseline
        self.trajectory = trajectory
        self.budget = budget
        self.progress = progress
        self.is_finished = trajectory.state.is_finished
        self._author = author
        self._is_program = is_program
        self._focus = focus
        self.deadline_s = deadline_s
        self._has_profile = has_profile
        self._known = _Known()
        state = trajectory.state
        self.workbench = Workbench(baseline.target, state.best, focus.files)
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

    def situation(self) -> Situation | None:
        """Hot files of the best version so far, for models that are programs."""
        if not self._is_program:
            return None
        found = self._situation(self._best_profile())
        again = {r.fingerprint for r in propose(found) if self._was_refused(r)}
        return replace(found, tried=found.tried | again)

    def opening(self, guide: str) -> str:
        """The first message."""
        profile = self._base_profile()
        text = self._text(profile) if profile is not None else "no profile could be made"
        return first_message(
            self.baseline,
            text,
            guide=guide,
            ideas="" if self._is_program else ideas(self._situation(profile)),
            focus=self._focus,
        )

    # Actions --------------------------------------------------------------------------------

    def run_tests(self) -> str:
        """Outcome of the tests on the pending files."""
        try:
            folder = self.baseline.versions.fresh(self.workbench.diff())
        except (VersionFailed, SandboxError) as failed:
            return f"not built: {failed}"
        try:
            verdict = check_tests(self.baseline, folder).verdict
        except SandboxError as error:
            return f"the tests could not be run: {error}"
        finally:
            self.baseline.versions.forget(folder)
        if self.baseline.target.test is None:
            return "there are no tests"
        if verdict is None:
            return f"all {len(self.baseline.expected)} expected tests pass"
        return "\n".join(verdict.reasons)[:SHOWN_REASON_CHARS]

    def profile(self) -> str:
        """Profile of the pending files as text, compared with the base."""
        diff = self.workbench.diff()
        try:
            folder = self.baseline.versions.fresh(diff)
        except (VersionFailed, SandboxError) as failed:
            return f"not built: {failed}"
        try:
            return self._text(profile_version(self.baseline, folder), base=self._base_profile())
        except (ProfilerError, ToolMissing, SandboxError) as error:
            return f"no profile: {error}"
        finally:
            self.baseline.versions.forget(folder)

    def submit(self, summary: str, fingerprint: str) -> str:
        """Judge the pending files against the best so far.

        Raises:
            BudgetExhausted: No attempt is left.
        """
        if not self.workbench.has_edits:
            self._mark(fingerprint)
            return "nothing to judge: the files are those of the best version so far"
        diff = self.workbench.diff()
        author = self._author
        if author == "rules":
            author += f":{summary.partition(':')[0]}"
        said = self.trajectory.scrubbed(" ".join(summary.split()))[:500]
        candidate = Candidate(diff=diff, author=author, summary=said)
        earlier = self.trajectory.attempt_of(candidate.hash)
        if earlier is not None:
            self._mark(fingerprint)
            self.workbench.reset()
            return (
                f"not judged again: attempt {earlier.number} was just this and is "
                f"{earlier.verdict}; the files are back at the best version so far"
            )
        self.budget.check_attempt()
        number = len(self.trajectory.state.attempts) + 1
        self.progress.step(f"attempt {number}", candidate.summary)
        case = Case(
            candidate=candidate,
            reference_diff=self.workbench.best_diff(),
            mode=Mode.SCREEN,
            seed=fresh_seed(),
            deadline_s=self.deadline_s,
        )
        judgement = self._judged(case)
        self._settle(candidate, judgement, number)
        self._mark(fingerprint)
        return self._answer(judgement)

    def finish(self, summary: str) -> str:
        """End the search."""
        self.is_finished = True
        return "the best version so far will be confirmed"

    # ----------------------------------------------------------------------------------------

    def note_tried(self, call: ToolCall) -> None:
        """A submission was refused unseen: a program must not propose it again."""
        mark = (call.arguments or {}).get("fingerprint")
        self._mark(mark if isinstance(mark, str) else "")
        self.workbench.reset()

    def _mark(self, fingerprint: str) -> None:
        if fingerprint and fingerprint not in self.trajectory.state.tried:
            self.trajectory.state.tried.append(fingerprint)

    def _judged(self, case: Case) -> Judgement:
        """The judgement; what ends without one is not charged.

        Raises:
            SandboxError: The sandbox fails again and again.
        """
        said = ""
        is_judged = False
        try:
            for _ in range(INFRA_TRIES):
                judgement = judge(case, self.baseline, self.progress)
                is_judged = judgement.word != "infra_error"
                if is_judged:
                    return judgement
                said = judgement.verdict.reasons[0]
                self.progress.warn(said)
        finally:
            if not is_judged:
                self.budget.return_attempt()
        raise SandboxError(f"the sandbox failed {INFRA_TRIES} times: {said}")

    def _settle(self, candidate: Candidate, judgement: Judgement, number: int) -> None:
        is_kept = judgement.is_faster
        if is_kept:
            self.workbench.accept()
            self._known.best = None
        else:
            self._remember_refused(judgement)
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
        """The verdict, what it rests on, and after a gain where the time goes now."""
        said = "\n".join(judgement.verdict.reasons)[:SHOWN_REASON_CHARS]
        if not judgement.is_faster:
            back = "not kept; the files are back at the best version so far"
            return f"{judgement.word} ({back})\n{said}{self._left()}"
        answer = f"{judgement.word} (kept; the next change builds on it)\n{said}{self._left()}"
        profile = None if self._is_program else self._best_profile()
        if profile is not None:
            answer += f"\n\n{self._text(profile, base=self._base_profile())}"
        return answer

    def _left(self) -> str:
        limit = self.budget.limits.attempts
        done = len(self.trajectory.state.attempts)
        return "" if limit is None else f"\n{max(0, limit - done)} attempts are left"

    # A rewrite that breaks or slows the code does so again on top of another gain, though its
    # text is a new one then. One whose gain was too small to see may be seen later.

    def _remember_refused(self, judgement: Judgement) -> None:
        if not self._is_program or judgement.word in ("equivalent", "inconclusive"):
            return
        bench = self.workbench
        for path, text in bench.pending.items():
            if bench.best.get(path) != text:
                before = bench.best.get(path) or self.baseline.target.snapshot.text(path) or ""
                self.trajectory.state.refused.append(change_key(path, before, text))

    def _was_refused(self, rewrite: Rewrite) -> bool:
        refused = self.trajectory.state.refused
        if not refused:
            return False
        return (
            change_key(rewrite.path, self.workbench.read(rewrite.path), rewrite.source) in refused
        )

    def _situation(self, profile: Profile | None) -> Situation:
        tried = frozenset(self.trajectory.state.tried)
        if not self._has_profile:
            files = unprofiled_files(self.workbench, self.baseline.target, self._focus)
            return Situation(files=files, tried=tried)
        if profile is None:
            return Situation(files=(), tried=tried)
        files = hot_files(profile, self.workbench, self.baseline.target, self._focus)
        return Situation(files=files, tried=tried)

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
        if not self._has_profile:
            return None
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


def change_key(path: str, before: str, after: str) -> str:
    """Identity of a change by the lines that go and come, wherever in the file they stand."""
    old, new = Counter(before.split("\n")), Counter(after.split("\n"))
    rows = [path, *sorted((old - new).elements()), "\0", *sorted((new - old).elements())]
    return hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest()[:16]


def short_reason(judgement: Judgement) -> str:
    """One line: the gain with its interval, or why not."""
    verdict = judgement.verdict
    if isinstance(verdict, Measured):
        found = verdict.comparison
        return f"{found.speedup:.3g}x, {found.ci_low:.3g}-{found.ci_high:.3g}"
    lines = verdict.reasons[0].splitlines() if verdict.reasons else []
    return lines[0] if lines else ""
