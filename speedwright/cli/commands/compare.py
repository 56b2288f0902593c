"""`speedwright compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options, output
from speedwright.cli.gate import check_gate
from speedwright.cli.progress import watching


def compare(
    base: Annotated[
        str, typer.Argument(metavar="BASE", show_default=False, help="A git ref or a folder")
    ],
    head: Annotated[
        str, typer.Argument(metavar="HEAD", show_default=False, help="A git ref or a folder")
    ],
    repo: Annotated[
        Path, typer.Option(metavar="PATH", exists=True, help="Where the refs are")
    ] = Path(),
    workload: options.Workload = None,
    test: options.Test = None,
    build: options.Build = None,
    holdout: options.Holdout = None,
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    goal: options.Goal = None,
    out: options.Out = None,
    fail_on: options.Gate = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Is HEAD faster than BASE? Git refs or folders."""
    from speedwright.cli import requests
    from speedwright.cli.render.judgement import render_judgement
    from speedwright.eval.judging import compare_versions

    with watching(quiet) as progress:
        given = requests.Given(workload, test, build, sandbox, image, holdout or None)
        request = requests.compare(base, head, repo, given, out, goal)
        report = compare_versions(request, progress)
    document = report.to_json()
    output.result(document, render_judgement, as_json=as_json)
    check_gate(document["verdict"], fail_on)
