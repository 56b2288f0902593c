"""Arguments and options that commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

TargetPath = Annotated[
    Path,
    typer.Argument(
        metavar="PATH", exists=True, show_default=False, help="A repository, or a folder in one"
    ),
]
Workload = Annotated[
    str | None,
    typer.Option(
        metavar="CMD|FILE", help="What is slow: a command, or a Python file with workload()"
    ),
]
Test = Annotated[
    str | None, typer.Option(metavar="CMD", help="The test command; empty if there are no tests")
]
Build = Annotated[
    str | None, typer.Option(metavar="CMD", help="Run after a patch is applied, and on the base")
]
Holdout = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CMD|FILE",
        show_default=False,
        help="Another workload, hidden from the search, on which a gain must hold; repeatable",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="SPEC",
        help="rules, openai:NAME, anthropic:NAME, openai@URL:NAME, replay:CASSETTE, scripted:FILE",
    ),
]
Strategy = Annotated[str | None, typer.Option(metavar="NAME", help="How the search goes")]
Sandbox = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Where the target's code runs: auto, docker, bubblewrap or process"
    ),
]
Image = Annotated[
    str | None,
    typer.Option(metavar="IMAGE", help="auto, host, the name of an image, or a Dockerfile"),
]
Focus = Annotated[
    str | None,
    typer.Option(metavar="FILE[:FUNCTION]", help="Only change this file, or this function in it"),
]
ChangedSince = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Only change files that differ from this git ref"),
]
BudgetUsd = Annotated[
    float | None, typer.Option(metavar="X", help="Dollars that models may cost; never exceeded")
]
TimeLimit = Annotated[
    float | None, typer.Option(metavar="MIN", help="Minutes for everything together")
]
Attempts = Annotated[int | None, typer.Option(metavar="N", help="At most N candidates")]
MinSpeedup = Annotated[
    float | None, typer.Option(metavar="X", help="Smallest speedup worth a patch, e.g. 1.1")
]
Goal = Annotated[
    float | None,
    typer.Option(
        metavar="X",
        help="Speedup worth finding, e.g. 1.03: end once such a gain and such a loss are excluded",
    ),
]
Resume = Annotated[str | None, typer.Option(metavar="RUN", help="Finish a run that was stopped")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where runs are kept instead of .speedwright/runs"),
]
Run = Annotated[
    str, typer.Argument(metavar="RUN", show_default=False, help="A run's id, or its folder")
]
Suite = Annotated[
    str, typer.Argument(metavar="SUITE", show_default=False, help="See `speedwright bench list`")
]
Data = Annotated[
    Path | None, typer.Option(metavar="PATH", help="The suite's data instead of the packaged one")
]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="SAMPLES", help="Optimise these correct solutions"),
]
Timer = Annotated[
    str | None, typer.Option(metavar="NAME", help="Timing back-end, where a suite has several")
]
Seed = Annotated[
    int | None, typer.Option(metavar="N", help="Seed of generated inputs, if not the official one")
]
Special = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="An option that only this suite has"),
]
Ids = Annotated[str | None, typer.Option(metavar="A,B", help="Only these tasks")]
Limit = Annotated[int | None, typer.Option(metavar="N", min=1, help="At most N tasks")]
Ks = Annotated[str | None, typer.Option("--k", metavar="1,10", help="The k of pass@k and the like")]
TaskLimit = Annotated[
    float,
    typer.Option(
        metavar="MIN", min=0.001, help="Minutes for one try at one task", show_default=True
    ),
]
BenchOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder of this run; else in .speedwright/runs"),
]
BenchResume = Annotated[
    bool,
    typer.Option("--resume", help="Finish what is in --out, or the newest run like this one"),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr")]

Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask before a model that costs money")
]


class FailOn(StrEnum):
    """Outcomes that a script may want to end in exit code 1."""

    REGRESSION = "regression"
    NO_IMPROVEMENT = "no-improvement"


Gate = Annotated[
    FailOn | None, typer.Option("--fail-on", help="Exit code 1 on this outcome", show_default=False)
]
