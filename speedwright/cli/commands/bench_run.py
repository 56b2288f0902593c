"""`speedwright bench run`."""

from __future__ import annotations

from typing import Annotated

import typer

from speedwright.cli import options
from speedwright.cli.unbuilt import refuse


def bench_run(
    suite: options.Suite,
    solver: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="agent, gold, nop, or a file of predictions")
    ] = "agent",
    model: options.Model = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="At most N tasks")] = None,
    ids: Annotated[str | None, typer.Option(metavar="A,B", help="Only these tasks")] = None,
    data: options.Data = None,
    executor: Annotated[str, typer.Option(metavar="NAME", help="local or ray")] = "local",
    out: options.Out = None,
    resume: Annotated[bool, typer.Option("--resume", help="Finish what is in --out")] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Run a solver over a suite."""
    refuse("bench run")
