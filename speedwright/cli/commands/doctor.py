"""`speedwright doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from speedwright.cli import options, output


def doctor(
    as_json: options.Json = False,
    no_noise: Annotated[
        bool, typer.Option("--no-noise", help="Do not measure the noise floor (2 seconds)")
    ] = False,
) -> None:
    """Say what works here, and how quiet it is."""
    from speedwright.cli.render.diagnosis import render_diagnosis
    from speedwright.eval.diagnosis import diagnose_machine

    document = diagnose_machine(has_noise=not no_noise).to_json()
    output.result(document, render_diagnosis, as_json=as_json)
