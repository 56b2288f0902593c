"""`speedwright bench run`."""

from __future__ import annotations

from typing import Annotated

import typer

from speedwright.cli import options, output
from speedwright.cli.consent import ask_before_paying
from speedwright.cli.progress import watching


def bench_run(
    suite: options.Suite,
    solver: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="agent, gold, nop, or a file of predictions")
    ] = "agent",
    model: options.Model = None,
    samples_from: options.From = None,
    mode: Annotated[
        str, typer.Option(metavar="NAME", help="auto, optimize given code, or generate it")
    ] = "auto",
    search: Annotated[
        str,
        typer.Option(metavar="NAME", help="Depth of an optimisation: quick, screened, confirmed"),
    ] = "quick",
    attempts: options.Attempts = None,
    samples: Annotated[
        int, typer.Option(metavar="N", min=1, help="Programs to generate for a task")
    ] = 1,
    limit: options.Limit = None,
    ids: options.Ids = None,
    k: options.Ks = None,
    data: options.Data = None,
    timer: options.Timer = None,
    seed: options.Seed = None,
    special: options.Special = None,
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    executor: Annotated[str, typer.Option(metavar="NAME", help="local or ray")] = "local",
    budget_usd: options.BudgetUsd = None,
    task_limit: options.TaskLimit = 60.0,
    out: options.BenchOut = None,
    resume: options.BenchResume = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Run a solver over a suite.

    Stopped at any instant, the same command with --resume does the rest and nothing twice.
    """
    from speedwright.cli import bench_requests as asked
    from speedwright.cli.render.batch import render_batch
    from speedwright.eval.batch.bench import BenchRequest, run_bench
    from speedwright.eval.batch.options import SolverOptions

    given = asked.SuiteGiven(
        data=data,
        samples_from=samples_from,
        timer=timer,
        seed=seed,
        sandbox=sandbox,
        image=image,
        special=special or (),
    )
    request = BenchRequest(
        suite=suite,
        solver=solver,
        executor=executor,
        suite_options=asked.suite_options(given),
        solver_options=SolverOptions(
            model=model or "rules",
            mode=mode,
            search=search,
            attempts=attempts,
            samples=samples,
            budget_usd=budget_usd,
            sandbox=sandbox or "auto",
            image=image or "auto",
        ),
        ids=asked.names(ids),
        limit=limit,
        ks=asked.numbers(k, "--k"),
        out=out,
        resume=resume,
        task_limit_s=task_limit * 60,
    )
    is_asked = solver == "agent" and not (yes or as_json or quiet)
    ask_before_paying(model or "rules", budget_usd, is_asked=is_asked)
    with watching(quiet) as progress:
        report = run_bench(request, progress)
    output.result(report.to_json(), render_batch, as_json=as_json)
