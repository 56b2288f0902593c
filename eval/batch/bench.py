"""`bench run` and `bench score`: suite, solver and executor by name, and the run's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from speedwright import __version__
from speedwright.errors import UsageError
from speedwright.eval.batch.interfaces import Solver, Suite
from speedwright.eval.batch.options import SolverOptions, SuiteOptions, open_solver, open_suite
from speedwright.eval.batch.report import BatchReport
from speedwright.eval.batch.runner import Batch, run_batch
from speedwright.eval.batch.selection import select
from speedwright.eval.batch.store import Store
from speedwright.eval.progress import Progress
from speedwright.eval.run_folder import OWN_FOLDER, RunFolder
from speedwright.registry import known, resolve
from speedwright.sandbox.machine import machine_facts

RUN = "run.json"
SUMMARY = "summary.json"
KIND = "bench"
TASK_LIMIT_S = 3600.0
_PACKAGES = ("numpy", "datasets", "openai", "anthropic", "libcst")
_OWN_FILES = ("lock", f"{RUN}.new")


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRequest:
    """What is asked for.

    Attributes:
        suite: Registered name, or `pkg.mod:Class`.
        solver: Registered name, `pkg.mod:Class`, or a file of predictions.
        executor: Registered name.
        suite_options: For the suite.
        solver_options: For the solver.
        ids: Only these tasks; empty for all.
        limit: At most so many; `None` for no limit.
        ks: The k of pass@k and the like; empty for the suite's own.
        out: The run's folder; `None` for a new one in `.speedwright/runs` below here.
        resume: Go on with what is in the folder, or begin if there is nothing.
        task_limit_s: Wall time of one try at one task, for solving and for scoring each.
    """

    suite: str
    solver: str = "agent"
    executor: str = "local"
    suite_options: SuiteOptions = field(default_factory=SuiteOptions)
    solver_options: SolverOptions = field(default_factory=SolverOptions)
    ids: tuple[str, ...] = ()
    limit: int | None = None
    ks: tuple[int, ...] = ()
    out: Path | None = None
    resume: bool = False
    task_limit_s: float | None = TASK_LIMIT_S

    def named(self) -> BenchRequest:
        """With a file of predictions in its place.

        Raises:
            UsageError: The solver is neither a name nor a file.
        """
        if self.solver in known("solvers") or not Path(self.solver).is_file():
            return self
        options = replace(self.solver_options, predictions=Path(self.solver))
        return replace(self, solver="predictions", solver_options=options)


def run_bench(request: BenchRequest, progress: Progress) -> BatchReport:
    """Run a solver over a suite, or finish such a run.

    Raises:
        UnknownName: No such suite, solver or executor.
        UsageError: No such task, the folder holds another run, predictions are malformed, or a
            budget is to be held over several processes.
        DataMissing: The suite's data are not here.
        SpeedwrightError: See `run_batch`.
    """
    request = request.named()
    if request.solver_options.budget_usd is not None and request.executor != "local":
        raise UsageError(
            f"a budget cannot be held with executor `{request.executor}`",
            hint="leave --budget-usd out, or take --executor local",
        )
    suite = open_suite(request.suite, request.suite_options)
    executor = resolve("executors", request.executor)()
    all_tasks = suite.tasks()
    tasks = select(all_tasks, ids=request.ids, limit=request.limit)
    if not tasks:
        raise UsageError(f"suite `{suite.name}` has no tasks to run")
    # A solver that cannot be made leaves no folder behind.
    name = open_solver(request.solver, request.solver_options).name
    run = _folder(request, suite.name, name)
    progress.folder(run.path)
    with run.held():
        store = Store(run.path)
        facts = _identity(run, request, suite, name)
        options = replace(request.solver_options, folder=run.path.resolve())
        batch = Batch(
            suite=suite,
            solver=_same_name(open_solver(request.solver, options), name),
            executor=executor,
            tasks=tasks,
            of=len(all_tasks),
            ks=request.ks or tuple(getattr(suite, "default_ks", (1,))),
            folder=run.path,
            task_limit_s=request.task_limit_s,
            facts=facts,
        )
        report = run_batch(batch, store, progress)
        document = report.to_json()
        run.write_json(SUMMARY, {k: v for k, v in document.items() if k != "schema_version"})
        return report


def _same_name(solver: Solver, name: str) -> Solver:
    assert solver.name == name, "a solver's name may not depend on its folder"
    return solver


def _folder(request: BenchRequest, suite: str, solver: str) -> RunFolder:
    """The folder to write into: a new one, or one to go on with.

    Raises:
        UsageError: It holds something else, or cannot be written.
    """
    out = request.out
    if out is None:
        found = _newest(suite, solver) if request.resume else None
        return found or RunFolder.create(Path.cwd())
    if (out / RUN).is_file():
        if not request.resume:
            raise UsageError(
                f"`{out}` holds a run already",
                hint="add --resume to go on with it, or name another folder",
            )
        return RunFolder(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        others = [path.name for path in out.iterdir() if path.name not in _OWN_FILES]
    except OSError as error:
        raise UsageError(f"cannot write `{out}`: {error.strerror}") from error
    if others:
        raise UsageError(
            f"`{out}` is not empty and holds no run", hint="name a new folder with --out"
        )
    return RunFolder(out)


def _newest(suite: str, solver: str) -> RunFolder | None:
    """The newest run of this suite and solver that was begun from here."""
    runs = Path.cwd() / OWN_FOLDER / "runs"
    folders = sorted(runs.iterdir(), reverse=True) if runs.is_dir() else []
    for path in folders:
        try:
            begun = RunFolder(path).read_json(RUN)
        except UsageError:
            continue
        named = (begun.get("kind"), begun.get("suite"), begun.get("solver"))
        if named == (KIND, suite, solver):
            return RunFolder(path)
    return None


def _identity(
    run: RunFolder, request: BenchRequest, suite: Suite, solver: str
) -> Mapping[str, Any]:
    """Write down what this run is, or check that it is what was begun; facts for the report.

    Raises:
        UsageError: The folder holds a run of something else.
    """
    now = {
        "suite": suite.name,
        "solver": solver,
        "settings": _as_stored(suite.settings),
        "provenance": _as_stored(suite.provenance),
    }
    facts = {
        "speedwright": __version__,
        "packages": _packages(),
        "machine": machine_facts(),
    }
    if not (run.path / RUN).is_file():
        asked = {"ids": list(request.ids), "limit": request.limit, "executor": request.executor}
        run.write_json(RUN, {"kind": KIND, **now, **facts, "asked": asked})
        return facts
    begun = run.read_json(RUN)
    if begun.get("kind") != KIND:
        raise UsageError(f"`{run.path}` holds no run of a suite", hint="name another folder")
    for what, value in now.items():
        if begun.get(what) != value:
            raise UsageError(
                f"`{run.path}` was begun with {_difference(what, begun.get(what), value)}",
                hint="repeat the options it was begun with, or name another folder with --out",
            )
    return facts


def _difference(what: str, before: Any, now: Any) -> str:
    """In words: the first setting that differs."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted({*before, *now}):
            if before.get(name) != now.get(name):
                return f"{what} `{name}` = `{before.get(name)}`, this is `{now.get(name)}`"
    return f"{what} `{before}`, this is `{now}`"


def _as_stored(data: Mapping[str, Any]) -> Any:
    """As it reads when it comes back from disk."""
    return json.loads(json.dumps(dict(data), allow_nan=False, default=list))


def _packages() -> dict[str, str]:
    """Versions of the packages that may matter."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
