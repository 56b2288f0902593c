"""`speedwright export`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from speedwright.cli import options
from speedwright.cli.unbuilt import refuse


class Format(StrEnum):
    """What a run can be exported as."""

    SFT = "sft"
    DPO = "dpo"
    REWARD = "reward"
    PYPERF = "pyperf"
    GITHUB_ACTION_BENCHMARK = "github-action-benchmark"
    SWEBENCH_PREDICTIONS = "swebench-predictions"


def export(
    run: options.Run,
    format_: Annotated[Format, typer.Option("--format", show_default=False, help="The format")],
) -> None:
    """Write a run in another tool's format."""
    refuse("export")
