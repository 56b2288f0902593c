"""`speedwright bench score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options, output
from speedwright.cli.progress import watching


def bench_score(
    suite: options.Suite,
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", exists=True, help="A file of predictions")
    ],
    data: options.Data = None,
    samples_from: options.From = None,
    k: options.Ks = None,
    limit: options.Limit = None,
    ids: options.Ids = None,
    timer: options.Timer = None,
    seed: options.Seed = None,
    special: options.Special = None,
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    task_limit: options.TaskLimit = 60.0,
    out: options.BenchOut = None,
    resume: options.BenchResume = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Score predictions, officially and hardened.

    The official metric and the hardened one stand side by side.
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
        solver="predictions",
        suite_options=asked.suite_options(given),
        solver_options=SolverOptions(predictions=predictions),
        ids=asked.names(ids),
        limit=limit,
        ks=asked.numbers(k, "--k"),
        out=out,
        resume=resume,
        task_limit_s=task_limit * 60,
    )
    with watching(quiet) as progress:
        report = run_bench(request, progress)
    output.result(report.to_json(), render_batch, as_json=as_json)
