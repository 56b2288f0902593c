"""`speedwright bench list`."""

from __future__ import annotations

from speedwright.cli import options, output


def bench_list(as_json: options.Json = False) -> None:
    """List the suites."""
    from speedwright.cli.render.parts import render_parts
    from speedwright.registry import inventory

    document = {
        "schema_version": 1,
        "kind": "suites",
        "parts": [part.to_json() for part in inventory("suites")],
    }
    output.result(document, render_parts, as_json=as_json)
