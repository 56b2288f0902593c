"""`speedwright list`."""

from __future__ import annotations

from typing import Annotated

import typer

from speedwright.cli import options, output
from speedwright.registry import BUILTIN


def list_kind(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", show_default=False, help=f"One of {', '.join(BUILTIN)}"),
    ],
    as_json: options.Json = False,
) -> None:
    """List the parts of a kind, plug-ins included."""
    from speedwright.cli.render.parts import render_parts
    from speedwright.registry import inventory

    document = {
        "schema_version": 1,
        "kind": kind,
        "parts": [part.to_json() for part in inventory(kind)],
    }
    output.result(document, render_parts, as_json=as_json)
