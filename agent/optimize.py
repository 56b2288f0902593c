"""`optimize`: search for a faster version, then prove it anew against the base.

A recorded run replays with `--model replay:RUN/cassette.jsonl`: everything is judged and measured
again here, and as long as it comes to the same verdicts the recorded proposer goes the same way.
`replay@lenient:` goes the recorded way whatever comes out. See `recorded.py`.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from speedwright import __version__
from speedwright.agent.budget import Budget, BudgetLimits
from speedwright.agent.confirm import REPORT, Claim, confirm
from speedwright.agent.focus import focus_of
from speedwright.agent.interfaces import Model
from speedwright.agent.messages import UserMessage
from speedwright.agent.models.scrubber import Scrubber
from speedwright.agent.models.spec import create_model, parse_spec
from speedwright.agent.models.wrap import wrap
from speedwright.agent.plan import DEFAULT_ATTEMPTS, Depth, OptimizePlan, check_same, settled
from speedwright.agent.recorded import Recorded
from speedwright.agent.report import OptimizeReport
from speedwright.agent.search import Search
from speedwright.agent.trajectory import State, Trajectory
from speedwright.errors import BudgetExhausted, KeyMissing, ModelError, UsageError
from speedwright.eval.judge.baseline import prepare_baseline
from speedwright.eval.judge.holdout import prepare_holdout, with_hidden
from speedwright.eval.progress import NullProgress, Progress
from speedwright.eval.resolve import resolve_target
from speedwright.eval.run_folder import RunFolder
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import Target
from speedwright.registry import resolve
from speedwright.sandbox.doctor import machine_facts

__all__ = ["DEFAULT_ATTEMPTS", "OptimizePlan", "optimize", "plan_json"]

SCHEMA_VERSION = 1
SEARCH_SHARE = 0.75
"""Share of the time limit for the search; the rest is for the confirmation."""

SERVICES = ("openai", "anthropic", "replay", "scripted")
"""Providers whose models read prose; any other is a program that reads the situation as data."""

GUIDES = ("AGENTS.md", "CONTRIBUTING.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """Why the search ended, and the exit code if nothing was found."""

    why: str
    exit_code: int = 0


def optimize(plan: OptimizePlan, progress: Progress) -> OptimizeReport:
    """Search, confirm, and write the evidence; the user's tree is only read.

    Raises:
        SpeedwrightError: The target cannot be worked on, or a model or sandbox is missing.
        KeyboardInterrupt: Everything so far is on disk; `--resume` goes on.
    """
    model = create_model(plan.model)
    strategy = resolve("strategies", plan.strategy)()
    resumed = None
    if plan.resume:
        resumed = RunFolder.find(plan.resume, plan.target.path.resolve(), holding="state.json")
        plan = plan.going_on(resumed.read_json("run.json"))
    with scratch_folder() as scratch, _terminated_as_interrupt():
        target = with_hidden(resolve_target(plan.target, scratch, progress), plan.holdout)
        focus = focus_of(plan.focus, plan.changed_since, target)
        run = resumed or _new_run(plan, target)
        progress.folder(run.path)
        with run.held():
            trajectory = _trajectory(plan, target, run, is_new=resumed is None)
            budget = _budget(plan, trajectory)
            limit_s = plan.target.time_limit_s
            search_end_s = time.monotonic() + budget.wall_left_s if limit_s else None
            baseline = prepare_baseline(target, scratch / "versions", progress)
            search = Search(
                replace(baseline, holdout=prepare_holdout(baseline, plan.holdout)),
                trajectory,
                budget,
                progress,
                author=plan.model,
                is_program=parse_spec(plan.model).provider not in SERVICES,
                focus=focus,
                deadline_s=search_end_s,
                has_profile=plan.depth is not Depth.QUICK,
            )
            wrapped = wrap(model, budget=budget, cassette_path=run.path / "cassette.jsonl")
            ended = _search(search, strategy, wrapped, run)
            if plan.depth is not Depth.CONFIRMED:
                return _report(plan, search, run, ended, None)
            claim = confirm(
                search,
                run,
                plan,
                end_s=search_end_s + (1 - SEARCH_SHARE) * limit_s
                if search_end_s is not None and limit_s
                else None,
            )
            return _report(plan, search, run, ended, claim)


def plan_json(plan: OptimizePlan) -> dict[str, Any]:
    """What would be done, without running anything of the target."""
    spec = parse_spec(plan.model)
    with scratch_folder() as scratch:
        target = resolve_target(plan.target, scratch, NullProgress())
        focus_of(plan.focus, plan.changed_since, target)
        return {
            "schema_version": SCHEMA_VERSION,
            "target": str(target.root),
            "base": {
                "commit": target.snapshot.identity.commit,
                "is_dirty": target.snapshot.identity.is_dirty,
                "files": target.snapshot.identity.files,
            },
            **settled(target),
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


def _search(search: Search, strategy: Any, model: Model, run: RunFolder) -> _Ended:
    """Run the strategy; why it ended."""
    if search.is_finished:
        return _Ended(why="finished earlier")
    if not search.trajectory.state.messages:
        snapshot = search.baseline.target.snapshot
        guide = next(filter(None, map(snapshot.text, GUIDES)), "")
        search.trajectory.say(UserMessage(text=search.opening(guide)))
        search.save()
    try:
        strategy.run(search, model)
    except BudgetExhausted as error:
        run.event("budget", which=error.kind, message=error.message)
        search.progress.note(error.message)
        # To have used all attempts is an answer; to have run out of time or money is not.
        code = 0 if error.kind == "attempts" else error.exit_code
        return _Ended(why=f"budget: {error.kind}", exit_code=code)
    except (ModelError, KeyMissing) as error:
        message = search.trajectory.scrubbed(error.message)
        run.event("model", message=message)
        if not search.trajectory.state.attempts:
            raise
        search.progress.warn(str(error))
        return _Ended(why=f"model: {message}", exit_code=error.exit_code)
    finally:
        search.save()
    return _Ended(why="finished" if search.is_finished else "nothing more to try")


def _report(
    plan: OptimizePlan, search: Search, run: RunFolder, ended: _Ended, claim: Claim | None
) -> OptimizeReport:
    report = OptimizeReport(
        run=run.path,
        attempts=tuple(search.trajectory.state.attempts),
        final=claim.judgement if claim else None,
        evidence=claim.evidence if claim else None,
        patch=claim.patch if claim else None,
        patch_hash=claim.candidate.hash if claim else None,
        ended=ended.why,
        spent=search.budget.spent,
        model=plan.model,
        min_speedup=plan.min_speedup,
        kept=dict(search.workbench.best),
        warnings=search.baseline.target.warnings,
    )
    if not report.is_found:
        report = replace(report, exit_code=ended.exit_code)
    run.write_json(REPORT, {k: v for k, v in report.to_json().items() if k != "schema_version"})
    return report


def _new_run(plan: OptimizePlan, target: Target) -> RunFolder:
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
            "tree": identity.tree,
            **settled(target),
            "asked": plan.as_asked(),
            "model": plan.model,
            "strategy": plan.strategy,
            "sandbox": target.sandbox.describe(),
            "machine": machine_facts(),
        },
    )
    return run


def _trajectory(plan: OptimizePlan, target: Target, run: RunFolder, *, is_new: bool) -> Trajectory:
    tree = target.snapshot.identity.tree
    spec = parse_spec(plan.model)
    is_strict = spec.provider == "replay" and spec.at is None
    recorded = Recorded(Path(spec.name)) if is_strict else None
    scrubber = Scrubber(os.environ)
    if is_new:
        trajectory = Trajectory(run, State(tree=tree), recorded=recorded, scrubber=scrubber)
    else:
        check_same(target, run.read_json("run.json"), run.id)
        trajectory = Trajectory.load(run, tree=tree, recorded=recorded, scrubber=scrubber)
    trajectory.save()
    return trajectory


def _budget(plan: OptimizePlan, trajectory: Trajectory) -> Budget:
    limit_s = plan.target.time_limit_s
    limits = BudgetLimits(
        usd=plan.budget_usd,
        tokens=plan.budget_tokens,
        attempts=plan.attempts,
        wall_s=limit_s * SEARCH_SHARE if limit_s else None,
    )
    stored = trajectory.state.budget
    if not stored:
        return Budget(limits)
    try:
        return Budget.from_json(stored, limits=limits)
    except ValidationError as error:
        raise UsageError(f"the budget of run `{trajectory.run.id}` is damaged") from error


@contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does, unless the program around us handles it already."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # once more forces
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    try:
        signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
