"""`speedwright report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options
from speedwright.cli.unbuilt import refuse


def report(
    run: options.Run,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="One self-contained file")
    ] = None,
) -> None:
    """Render a run as a report."""
    refuse("report")
