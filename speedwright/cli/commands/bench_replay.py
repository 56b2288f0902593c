"""`speedwright bench replay`."""

from __future__ import annotations

from speedwright.cli import options
from speedwright.cli.unbuilt import refuse


def bench_replay(
    suite: options.Suite,
    data: options.Data = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Do the gold solutions still win here?"""
    refuse("bench replay")
