"""`speedwright clean`."""

from __future__ import annotations

from typing import Annotated

import typer

from speedwright.cli import options, output


def clean(
    everything: Annotated[
        bool, typer.Option("--all", help="Images that were built for targets, too")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Remove what killed runs left behind."""
    from speedwright.cli.render.cleaning import render_cleaning
    from speedwright.sandbox.reaper import clean as remove_leftovers

    report = remove_leftovers(everything=everything)
    output.result(report.to_json(), render_cleaning, as_json=as_json)
