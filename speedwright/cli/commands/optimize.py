"""`speedwright optimize`."""

from __future__ import annotations

from typing import Annotated

import typer

from speedwright.cli import options, output
from speedwright.cli.consent import ask_before_paying
from speedwright.cli.gate import check_gate
from speedwright.cli.progress import watching


def optimize(
    path: options.TargetPath,
    workload: options.Workload = None,
    test: options.Test = None,
    build: options.Build = None,
    holdout: options.Holdout = None,
    focus: options.Focus = None,
    changed_since: options.ChangedSince = None,
    model: options.Model = None,
    strategy: options.Strategy = None,
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    budget_usd: options.BudgetUsd = None,
    time_limit: options.TimeLimit = None,
    attempts: options.Attempts = None,
    min_speedup: options.MinSpeedup = None,
    out: options.Out = None,
    resume: options.Resume = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")] = False,
    yes: options.Yes = False,
    fail_on: options.Gate = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find slow code, change it, prove what pays."""
    from speedwright.agent import optimize as library
    from speedwright.cli import requests
    from speedwright.cli.render.search import render_plan, render_search

    given = requests.Given(workload, test, build, sandbox, image, holdout or None)
    search = requests.Search(model, strategy, budget_usd, time_limit, attempts, min_speedup)
    plan = requests.optimize(path, given, search, focus, changed_since, resume, out)
    if dry_run:
        output.result(library.plan_json(plan), render_plan, as_json=as_json)
        return
    ask_before_paying(plan.model, plan.budget_usd, is_asked=not (yes or as_json or quiet))
    with watching(quiet) as progress:
        report = library.optimize(plan, progress)
    document = report.to_json()
    output.result(document, render_search, as_json=as_json)
    check_gate(document["verdict"], fail_on, is_found=document["found"])
    raise typer.Exit(report.exit_code)
