"""`speedwright bench score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options
from speedwright.cli.unbuilt import refuse


def bench_score(
    suite: options.Suite,
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", exists=True, help="A file of predictions")
    ],
    data: options.Data = None,
    k: Annotated[
        str, typer.Option("--k", metavar="1,10", help="The k of pass@k and the like")
    ] = "1",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Score predictions, officially and hardened.

    The official metric and the hardened one stand side by side.
    """
    refuse("bench score")
