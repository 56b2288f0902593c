"""The agent as a solver of suites: optimises the code a task starts from, or writes code anew.

What it answers is no claim. A suite measures every sample itself, so the default search is cheap:
no profile, few attempts, and the best version by the screens is the answer. `screened` adds
profiles, `confirmed` answers with nothing that was not confirmed against the base (see `Depth`).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speedwright.agent.apply import apply_run
from speedwright.agent.generate import check_can_write, generate
from speedwright.agent.models.spec import create_model, parse_spec
from speedwright.agent.models.wrap import wrap
from speedwright.agent.optimize import optimize
from speedwright.agent.outlay import Outlay
from speedwright.agent.plan import DEFAULT_ATTEMPTS, Depth, OptimizePlan
from speedwright.agent.report import OptimizeReport
from speedwright.errors import (
    BudgetExhausted,
    NoWorkload,
    SpeedwrightError,
    TargetBroken,
    UsageError,
)
from speedwright.eval.batch.interfaces import Solution, Suite, Task, TaskTarget
from speedwright.eval.batch.options import SolverOptions
from speedwright.eval.progress import Progress
from speedwright.eval.scratch import scratch_folder
from speedwright.eval.target import TargetRequest
from speedwright.sandbox.git import git

QUICK_ATTEMPTS = 8
QUICK_LIMIT_S = 180.0
MODES = ("auto", "optimize", "generate")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class AgentSolver:
    """Answers tasks with a model.

    Args:
        options: See `SolverOptions`.

    Raises:
        UsageError: A model spec, mode or search that there is not.
    """

    def __init__(self, options: SolverOptions) -> None:
        self._options = options
        self._spec = parse_spec(options.model)
        if options.mode not in MODES:
            raise UsageError(f"no mode `{options.mode}`", hint=f"one of {', '.join(MODES)}")
        known = [depth.value for depth in Depth]
        if options.search not in known:
            raise UsageError(f"no search `{options.search}`", hint=f"one of {', '.join(known)}")
        self._depth = Depth(options.search)
        if options.mode == "generate":
            check_can_write(self._spec)
        self._outlay = Outlay(options.folder, limit_usd=options.budget_usd)
        self._model = create_model(options.model) if self._spec.provider != "rules" else None

    def __reduce__(self) -> tuple[type[AgentSolver], tuple[SolverOptions]]:
        """Made anew elsewhere: services and locks do not travel."""
        return AgentSolver, (self._options,)

    @property
    def name(self) -> str:
        """Model and search, e.g. `agent:rules (auto, quick, 8 attempts)`."""
        said = [self._options.mode, self._depth.value, f"{self._attempts} attempts"]
        if self._options.samples > 1:
            said.append(f"{self._options.samples} samples")
        return f"agent:{self._spec} ({', '.join(said)})"

    def solve(self, task: Task, suite: Suite, progress: Progress) -> Solution:
        """One optimised text, or as many generated ones as were asked for.

        Raises:
            UsageError: The task has no code to start from, and the model cannot write any.
            BudgetExhausted: The money is used up.
            ModelError: The service does not answer.
            SandboxError: Ours; ask again.
        """
        self._outlay.check()
        mode = self._options.mode
        if task.target is not None and mode != "generate":
            return self._optimised(task, task.target, progress)
        if mode == "optimize":
            raise UsageError(
                f"task `{task.id}` has no code to optimise",
                hint="give the suite correct solutions with --from, or use --mode generate",
            )
        check_can_write(self._spec)
        return self._generated(task, progress)

    def _generated(self, task: Task, progress: Progress) -> Solution:
        assert self._model is not None
        begun_s = time.monotonic()
        folder = self._options.folder
        with self._outlay.booked() as budget:
            model = wrap(
                self._model,
                budget=budget,
                cassette_path=folder / "cassette.jsonl" if folder else None,
            )
            found = generate(task, model, samples=self._options.samples, progress=progress)
        spent = budget.spent
        return Solution(
            task_id=task.id,
            samples=found.samples,
            cost_usd=None if spent.unpriced_calls else spent.usd,
            wall_s=time.monotonic() - begun_s,
            notes=found.notes,
        )

    def _optimised(self, task: Task, target: TaskTarget, progress: Progress) -> Solution:
        begun_s = time.monotonic()
        if not _is_text(target.files[target.answer]):
            odd = UsageError("the code cannot be written as UTF-8")
            return _unchanged(task, target, odd, begun_s)
        with _laid_out(target) as root:
            try:
                report = optimize(self._plan(task, target, root), progress)
            except (TargetBroken, NoWorkload) as error:
                return _unchanged(task, target, error, begun_s)
            except BudgetExhausted as error:
                if error.kind != "wall":
                    raise
                return _unchanged(task, target, error, begun_s)
            self._outlay.add(report.spent)
            return Solution(
                task_id=task.id,
                samples=(self._answer(report, target, root),),
                cost_usd=None if report.spent.unpriced_calls else report.spent.usd,
                wall_s=time.monotonic() - begun_s,
                notes=_notes(report),
            )

    def _answer(self, report: OptimizeReport, target: TaskTarget, root: Path) -> str:
        if self._depth is not Depth.CONFIRMED:
            return report.kept.get(target.answer, target.files[target.answer])
        if not report.is_found:
            return target.files[target.answer]
        apply_run(str(report.run), branch=None, cwd=root)
        return (root / target.answer).read_bytes().decode("utf-8")

    def _plan(self, task: Task, target: TaskTarget, root: Path) -> OptimizePlan:
        options = self._options
        searches = options.folder / "searches" if options.folder else root.parent / "searches"
        limit_s = options.time_limit_s
        if limit_s is None and self._depth is Depth.QUICK:
            limit_s = QUICK_LIMIT_S
        return OptimizePlan(
            target=TargetRequest(
                path=root,
                workload=target.workload,
                test=target.test,
                build=target.build,
                sandbox=options.sandbox,
                image=options.image,
                time_limit_s=limit_s,
                out=searches / _slug(task.id),
            ),
            model=options.model,
            budget_usd=self._outlay.left_usd,
            attempts=self._attempts,
            holdout=target.holdout,
            focus=target.answer,
            depth=self._depth,
        )

    @property
    def _attempts(self) -> int:
        if self._options.attempts is not None:
            return self._options.attempts
        return QUICK_ATTEMPTS if self._depth is Depth.QUICK else DEFAULT_ATTEMPTS


def _unchanged(task: Task, target: TaskTarget, error: SpeedwrightError, begun_s: float) -> Solution:
    """The code as it is, and why."""
    return Solution(
        task_id=task.id,
        samples=(target.files[target.answer],),
        wall_s=time.monotonic() - begun_s,
        notes=(f"not optimised: {error.message}",),
    )


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates, from escapes in a file of predictions
        return False
    return True


@contextmanager
def _laid_out(target: TaskTarget) -> Iterator[Path]:
    """The target as a repository of its own, in a scratch folder."""
    with scratch_folder() as scratch:
        root = scratch / "target"
        root.mkdir()
        for name, text in target.files.items():
            file = root / name
            if not file.resolve().is_relative_to(root.resolve()):
                raise UsageError(f"`{name}` lies outside the task's folder")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8"))
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A", "-f")
        git(root, "commit", "-q", "-m", "the task")
        yield root


def _notes(report: OptimizeReport) -> tuple[str, ...]:
    kept = sum(attempt.is_kept for attempt in report.attempts)
    said = f"{kept} of {len(report.attempts)} attempts kept; search: {report.ended}"
    return (said, *(f"kept: {a.summary}" for a in report.attempts if a.is_kept))


def _slug(task_id: str) -> str:
    """A folder's name for a task: readable, and unique by a hash."""
    readable = _UNSAFE.sub("-", task_id)[:60].strip(".-") or "task"
    return f"{readable}-{hashlib.sha256(task_id.encode('utf-8', 'replace')).hexdigest()[:8]}"
