"""`speedwright config show`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options, output


def config_show(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", exists=True, help="The target whose file is read")
    ] = Path(),
    as_json: options.Json = False,
) -> None:
    """Show every setting and where its value comes from."""
    from speedwright.cli.render.settings import render_settings
    from speedwright.config import load_settings

    loaded = load_settings(path, {}, os.environ)
    output.result(loaded.to_json(), render_settings, as_json=as_json)
