"""`speedwright profile`."""

from __future__ import annotations

from speedwright.cli import options, output
from speedwright.cli.progress import watching


def profile(
    path: options.TargetPath,
    workload: options.Workload = None,
    build: options.Build = None,
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    out: options.Out = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show where the time goes.

    A file for https://speedscope.app is written beside it.
    """
    from speedwright.cli import requests
    from speedwright.cli.render.hot_spots import render_hot_spots
    from speedwright.eval.profiling import profile_target

    with watching(quiet) as progress:
        given = requests.Given(workload, None, build, sandbox, image)
        report = profile_target(requests.target(path, given, out), progress)
    output.result(report.to_json(), render_hot_spots, as_json=as_json)
