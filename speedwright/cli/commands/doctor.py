"""`speedwright doctor`."""

from __future__ import annotations

from speedwright.cli import options, output


def doctor(as_json: options.Json = False) -> None:
    """Say what works here, and how quiet it is."""
    from speedwright.cli.render.diagnosis import render_diagnosis
    from speedwright.sandbox.doctor import diagnose

    output.result(diagnose().to_json(), render_diagnosis, as_json=as_json)
