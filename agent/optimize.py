"""`optimize`: search for a faster version, then prove it anew against the base."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from speedwright import __version__
from speedwright.agent.budget import Budget, BudgetLimits
from speedwright.agent.context import first_message
from speedwright.agent.hot import Focus
from speedwright.agent.interfaces import Model
from speedwright.agent.messages import UserMessage
from speedwright.agent.models.spec import create_model, parse_spec
from speedwright.agent.models.wrap import wrap
from speedwright.agent.report import OptimizeReport
from speedwright.agent.search import Search
from speedwright.agent.trajectory import State, Trajectory
from speedwright.errors import BudgetExhausted, ModelError, UsageError
from speedwright.eval.candidate import Candidate
from speedwright.eval.evidence import write_evidence
from speedwright.eval.judge.baseline import Baseline, prepare_baseline
from speedwright.eval.judge.cascade import Case, judge
from speedwright.eval.judge.holdout import prepare_holdout, with_hidden
from speedwright.eval.judge.measure import Mode, fresh_seed
from speedwright.eval.progress import Progress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.run_folder import RunFolder
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import Target, TargetRequest
from speedwright.eval.verdict import Judgement
from speedwright.registry import resolve
from speedwright.sandbox.doctor import machine_facts
from speedwright.sandbox.git import GitFailed, git

SCHEMA_VERSION = 1
SEARCH_SHARE = 0.75
CONFIRM_TRIES = 3
UNSTABLE_WAIT_S = 5.0
DEFAULT_ATTEMPTS = 40
GUIDES = ("AGENTS.md", "CONTRIBUTING.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizePlan:
    """What to do.

    Attributes:
        target: The target.
        model: Model spec.
        strategy: Registered name.
        budget_usd: Dollars for the model; `None` for no limit.
        attempts: Candidates to judge at most.
        min_speedup: Smallest gain worth reporting.
        holdout: Workloads that the search never sees.
        focus: `FILE` or `FILE:FUNCTION`.
        changed_since: Only files changed since this git ref.
        resume: Run to go on with.
    """

    target: TargetRequest
    model: str = "rules"
    strategy: str = "linear"
    budget_usd: float | None = None
    attempts: int | None = DEFAULT_ATTEMPTS
    min_speedup: float = 1.0
    holdout: tuple[str, ...] = ()
    focus: str | None = None
    changed_since: str | None = None
    resume: str | None = None


def optimize(plan: OptimizePlan, progress: Progress) -> OptimizeReport:
    """Search, confirm, and write the evidence; the user's tree is only read.

    Raises:
        SpeedwrightError: The target cannot be worked on, or a model or sandbox is missing.
        KeyboardInterrupt: Everything so far is on disk; `--resume` goes on.
    """
    model = create_model(plan.model)
    strategy = resolve("strategies", plan.strategy)()
    start_s = time.monotonic()
    with scratch_folder() as scratch, _terminated_as_interrupt():
        target = with_hidden(resolve_target(plan.target, scratch, progress), plan.holdout)
        focus = _focus(plan, target)
        run, trajectory = _open_run(plan, target)
        progress.folder(run.path)
        baseline = prepare_baseline(target, scratch / "versions", progress)
        baseline = replace(baseline, holdout=prepare_holdout(baseline, plan.holdout))
        budget = _budget(plan, trajectory)
        limit_s = plan.target.time_limit_s
        search = Search(
            baseline,
            trajectory,
            budget,
            progress,
            author=plan.model if plan.model != "rules" else "rules",
            focus=focus,
            deadline_s=start_s + limit_s * SEARCH_SHARE if limit_s else None,
        )
        wrapped = wrap(model, budget=budget, cassette_path=run.path / "cassette.jsonl")
        ended = _search(search, strategy, wrapped, run)
        end_s = start_s + limit_s if limit_s else None
        return _report(plan, search, run, ended, end_s)


def plan_json(plan: OptimizePlan) -> dict[str, Any]:
    """What would be done, without running anything of the target."""
    spec = parse_spec(plan.model)
    with scratch_folder() as scratch:
        target = resolve_target(plan.target, scratch, _Silent())
        return {
            "schema_version": SCHEMA_VERSION,
            "target": str(target.root),
            "base": {
                "commit": target.snapshot.identity.commit,
                "is_dirty": target.snapshot.identity.is_dirty,
                "files": target.snapshot.identity.files,
            },
            "workload": target.workload_how,
            "test": list(target.test.argv) if target.test else None,
            "build": list(target.build) if target.build else None,
            "sandbox": target.sandbox.name,
            "isolates": target.sandbox.isolates,
            "python": target.toolchain_how,
            "model": str(spec),
            "strategy": plan.strategy,
            "attempts": plan.attempts,
            "budget_usd": plan.budget_usd,
            "time_limit_min": (plan.target.time_limit_s or 0) / 60 or None,
            "estimated_cost_usd": 0.0 if spec.provider in ("rules", "scripted", "replay") else None,
            "warnings": list(target.warnings),
        }


def _search(search: Search, strategy: Any, model: Model, run: RunFolder) -> str:
    """Run the strategy; why it ended."""
    state = search.trajectory.state
    if state.is_finished:
        return "finished earlier"
    if not state.messages:
        guide = next(filter(None, map(search.baseline.target.snapshot.text, GUIDES)), "")
        opening = first_message(search.baseline, search.opening_profile(), guide)
        search.trajectory.say(UserMessage(text=opening))
        search.save()
    try:
        strategy.run(search, model)
    except BudgetExhausted as error:
        run.event("budget", which=error.kind, message=error.message)
        search.progress.note(error.message)
        return f"budget: {error.kind}"
    except ModelError as error:
        run.event("model", message=error.message)
        if not search.trajectory.state.attempts:
            raise
        search.progress.warn(str(error))
        return f"model: {error.message}"
    finally:
        search.save()
    return "finished" if search.is_finished else "nothing more to try"


def _report(
    plan: OptimizePlan, search: Search, run: RunFolder, ended: str, end_s: float | None
) -> OptimizeReport:
    diff = search.workbench.best_diff()
    final, evidence, patch = None, None, None
    if diff:
        candidate = Candidate(diff=diff, author=plan.model, summary=_summary(search))
        patch = run.write_text("patch.diff", diff)
        final, seed = _confirm(search.baseline, candidate, search.progress, end_s)
        evidence = write_evidence(
            run.path / "evidence",
            target=search.baseline.target,
            candidate=candidate,
            judgement=final,
            seed=seed,
            machine=machine_facts(),
            requirements=plan.target.requirements,
            holdout=plan.holdout,
        )
        run.event("confirmed", verdict=final.word)
    report = OptimizeReport(
        run=run.path,
        attempts=tuple(search.trajectory.state.attempts),
        final=final,
        evidence=evidence,
        patch=patch,
        ended=ended,
        spent=search.budget.spent,
        model=plan.model,
        min_speedup=plan.min_speedup,
        warnings=search.baseline.target.warnings,
        exit_code=_exit_code(ended, final),
    )
    run.write_json("report.json", {k: v for k, v in report.to_json().items() if k[:6] != "schema"})
    return report


def _confirm(
    baseline: Baseline, candidate: Candidate, progress: Progress, end_s: float | None
) -> tuple[Judgement, int]:
    """The claim: a measurement of its own; tried again when the machine was too noisy."""
    for tried in range(1, CONFIRM_TRIES + 1):
        seed = fresh_seed()
        case = Case(candidate=candidate, mode=Mode.CONFIRM, seed=seed, deadline_s=end_s)
        judgement = judge(case, baseline, progress)
        is_late = end_s is not None and time.monotonic() > end_s
        if judgement.word not in ("unstable", "infra_error") or tried == CONFIRM_TRIES or is_late:
            break
        progress.warn(f"{judgement.word}: {judgement.verdict.reasons[0]}")
        time.sleep(UNSTABLE_WAIT_S)
    return judgement, seed


def _open_run(plan: OptimizePlan, target: Target) -> tuple[RunFolder, Trajectory]:
    tree = target.snapshot.identity.tree
    if plan.resume:
        run = RunFolder.find(plan.resume, target.root)
        return run, Trajectory.load(run, tree=tree)
    run = RunFolder.create(target.root, plan.target.out)
    identity = target.snapshot.identity
    run.write_json(
        "run.json",
        {
            "kind": "optimize",
            "speedwright": __version__,
            "target": str(target.root),
            "commit": identity.commit,
            "is_dirty": identity.is_dirty,
            "tree": tree,
            "workload": target.workload_how,
            "test": list(target.test.argv) if target.test else None,
            "model": plan.model,
            "strategy": plan.strategy,
            "sandbox": target.sandbox.describe(),
            "machine": machine_facts(),
        },
    )
    trajectory = Trajectory(run, State(tree=tree))
    trajectory.save()
    return run, trajectory


def _budget(plan: OptimizePlan, trajectory: Trajectory) -> Budget:
    limits = BudgetLimits(
        usd=plan.budget_usd, attempts=plan.attempts, wall_s=plan.target.time_limit_s
    )
    stored = trajectory.state.budget
    if not stored:
        return Budget(limits)
    return Budget.from_json(stored, limits=limits)


def _focus(plan: OptimizePlan, target: Target) -> Focus:
    """Files and function to which changes are limited.

    Raises:
        UsageError: No such file, or no such ref.
    """
    files: frozenset[str] | None = None
    function = None
    if plan.focus:
        name, _, function = plan.focus.partition(":")
        name = name.removeprefix("./")
        files = frozenset({name})
        if name not in target.snapshot.paths():
            raise UsageError(f"no file `{name}` in the target", hint="--focus FILE[:FUNCTION]")
    if plan.changed_since:
        changed = _changed_since(target.root, plan.changed_since)
        files = changed if files is None else files & changed
        if not files:
            raise UsageError(f"no file of the target changed since `{plan.changed_since}`")
    return Focus(files=files, function=function or None)


def _changed_since(root: Path, ref: str) -> frozenset[str]:
    try:
        words = ("diff", "--name-only", "--relative", "-z", "--end-of-options", ref, "--", ".")
        listed = git(root, *words)
    except GitFailed as error:
        raise UsageError(f"no commit `{ref}` in `{root}`", hint="git log --oneline") from error
    return frozenset(filter(None, listed.decode("utf-8", "surrogateescape").split("\0")))


def _summary(search: Search) -> str:
    kept = [a.summary for a in search.trajectory.state.attempts if a.is_kept]
    return "; ".join(kept)[:2000]


def _exit_code(ended: str, final: Judgement | None) -> int:
    ran_out = ended.startswith("budget") and not ended.endswith("attempts")
    return BudgetExhausted.exit_code if ran_out and final is None else 0


@contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: boxes closed, state on disk."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Silent:
    """Progress nobody hears."""

    def __getattr__(self, name: str) -> Any:
        """Any method, doing nothing."""
        return lambda *args, **kwargs: None
