"""`speedwright judge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options, output
from speedwright.cli.gate import check_gate
from speedwright.cli.progress import watching


def judge(
    path: options.TargetPath,
    patch: Annotated[Path, typer.Option(metavar="FILE", help="A unified diff, as git writes it")],
    workload: options.Workload = None,
    test: options.Test = None,
    build: options.Build = None,
    holdout: options.Holdout = None,
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    goal: options.Goal = None,
    minimise: Annotated[
        bool,
        typer.Option("--minimise", help="If it is faster, say what each part of it is worth"),
    ] = False,
    out: options.Out = None,
    fail_on: options.Gate = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Judge one patch: one verdict, with evidence."""
    from speedwright.cli import requests
    from speedwright.cli.render.judgement import render_judgement
    from speedwright.eval.judging import judge_patch

    with watching(quiet) as progress:
        given = requests.Given(workload, test, build, sandbox, image, holdout or None)
        request = requests.judge(path, patch, given, out, goal, is_minimised=minimise)
        report = judge_patch(request, progress)
    document = report.to_json()
    output.result(document, render_judgement, as_json=as_json)
    check_gate(document["verdict"], fail_on)
