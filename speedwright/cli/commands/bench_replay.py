"""`speedwright bench replay`."""

from __future__ import annotations

from speedwright.cli import options, output
from speedwright.cli.gate import check_gate
from speedwright.cli.progress import watching


def bench_replay(
    suite: options.Suite,
    data: options.Data = None,
    limit: options.Limit = None,
    ids: options.Ids = None,
    timer: options.Timer = None,
    seed: options.Seed = None,
    special: options.Special = None,
    sandbox: options.Sandbox = None,
    image: options.Image = None,
    fail_on: options.Gate = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Do the gold solutions still win here?"""
    from speedwright.cli import bench_requests as asked
    from speedwright.cli.render.replay import render_replay
    from speedwright.eval.batch.options import open_suite
    from speedwright.eval.batch.replay import replay_suite

    given = asked.SuiteGiven(
        data=data,
        timer=timer,
        seed=seed,
        sandbox=sandbox,
        image=image,
        special=special or (),
    )
    opened = open_suite(suite, asked.suite_options(given))
    with watching(quiet) as progress:
        report = replay_suite(opened, progress, ids=asked.names(ids), limit=limit)
    output.result(report.to_json(), render_replay, as_json=as_json)
    for row in report.rows:
        check_gate(row.verdict, fail_on)
