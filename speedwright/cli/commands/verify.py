"""`speedwright verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from speedwright.cli import options, output
from speedwright.cli.progress import watching


def verify(
    evidence: Annotated[
        Path,
        typer.Argument(
            metavar="EVIDENCE", exists=True, show_default=False, help="A folder of evidence"
        ),
    ],
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    install: Annotated[
        bool,
        typer.Option("--install", help="Install the packages it names, which runs their code here"),
    ] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Judge someone else's evidence again, here."""
    from speedwright.cli.render.verification import render_verification
    from speedwright.eval.verify import verify_evidence

    with watching(quiet) as progress:
        report = verify_evidence(
            evidence,
            sandbox=sandbox or "auto",
            image=image or "auto",
            may_install=install,
            progress=progress,
        )
    output.result(report.to_json(), render_verification, as_json=as_json)
