"""`speedwright apply`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options, output


def apply(
    run: options.Run,
    branch: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Commit to a new branch instead of the working tree"),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Put a run's patch into your working tree.

    No other command writes there.
    """
    from speedwright.agent.apply import apply_run
    from speedwright.cli.render.applied import render_applied

    report = apply_run(run, branch=branch, cwd=Path.cwd())
    output.result(report.to_json(), render_applied, as_json=as_json)
