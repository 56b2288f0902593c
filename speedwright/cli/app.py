"""The commands put together. Imports stay light here, so that `--help` comes at once."""

from __future__ import annotations

from typing import Annotated

import typer

from speedwright import __version__
from speedwright.cli.commands.apply import apply
from speedwright.cli.commands.bench_list import bench_list
from speedwright.cli.commands.bench_replay import bench_replay
from speedwright.cli.commands.bench_run import bench_run
from speedwright.cli.commands.bench_score import bench_score
from speedwright.cli.commands.clean import clean
from speedwright.cli.commands.compare import compare
from speedwright.cli.commands.config_show import config_show
from speedwright.cli.commands.doctor import doctor
from speedwright.cli.commands.export import export
from speedwright.cli.commands.judge import judge
from speedwright.cli.commands.list_kind import list_kind
from speedwright.cli.commands.optimize import optimize
from speedwright.cli.commands.profile import profile
from speedwright.cli.commands.report import report
from speedwright.cli.commands.verify import verify

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"speedwright {__version__}")
        raise typer.Exit


def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Version, and exit"),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Tracebacks, as SPEEDWRIGHT_DEBUG=1 does")
    ] = False,
) -> None:
    """Make slow code faster and prove it."""
    _help_without_command(context)


def _bench(context: typer.Context) -> None:
    """Run and score agents on benchmark suites."""
    _help_without_command(context)


def _config(context: typer.Context) -> None:
    """Settings and where they come from."""
    _help_without_command(context)


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def build_app() -> typer.Typer:
    """The whole command line."""
    app = _group()
    app.callback(invoke_without_command=True)(_root)
    app.command("optimize")(optimize)
    app.command("apply")(apply)
    app.command("profile")(profile)
    app.command("judge")(judge)
    app.command("compare")(compare)
    app.command("verify")(verify)
    bench = _group()
    bench.callback(invoke_without_command=True)(_bench)
    bench.command("list")(bench_list)
    bench.command("run")(bench_run)
    bench.command("score")(bench_score)
    bench.command("replay")(bench_replay)
    app.add_typer(bench, name="bench")
    app.command("report")(report)
    app.command("export")(export)
    app.command("doctor")(doctor)
    app.command("clean")(clean)
    app.command("list")(list_kind)
    config = _group()
    config.callback(invoke_without_command=True)(_config)
    config.command("show")(config_show)
    app.add_typer(config, name="config")
    return app


def _group() -> typer.Typer:
    return typer.Typer(
        rich_markup_mode=None,  # plain help: a quarter of a second less, and nothing is cut off
        pretty_exceptions_enable=False,
        context_settings=CONTEXT,
    )
