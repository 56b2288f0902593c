"""What a solver came to on a suite, for people: tasks, then every aggregate side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from speedwright.profiler.shield import clean_line

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST_COLUMNS = 3
_BESIDE = ("geometric_mean", "wins", "correct")
_STYLES = {"scored": "", "timed_out": "yellow", "infra_error": "magenta"}


def render_batch(document: Mapping[str, Any]) -> list[RenderableType]:
    """The tasks, the aggregates, what is missing, and where the record is."""
    parts: list[RenderableType] = [_tasks(document["tasks"]), "", _aggregates(document), ""]
    parts.append(_headline(document))
    parts += _missing(document)
    parts.append(_origin(document["provenance"]))
    parts.append(f"run: {document['run']}")
    return parts


def _tasks(tasks: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("task", overflow="fold")
    table.add_column("ended", no_wrap=True)
    for name in ("official", "hardened", "flags and notes"):
        table.add_column(name, overflow="fold")
    for task in tasks:
        status = task["status"]
        said = [*task["flags"], *task["notes"], *(f"infra: {cause}" for cause in task["infra"])]
        table.add_row(
            Text(clean_line(task["task_id"])),
            Text(status, style=_STYLES.get(status, "")),
            _figures(task["official"]),
            _figures(task["hardened"]),
            Text(clean_line("; ".join(said), max_length=160)),
        )
    return table


def _figures(score: Mapping[str, Any]) -> Text:
    """The first few scalars of a score; the rest stands in the record."""
    shown = [
        f"{name} {_number(value)}"
        for name, value in score.items()
        if value is None or isinstance(value, bool | int | float | str)
    ]
    return Text(clean_line(", ".join(shown[:MOST_COLUMNS]) or "-", max_length=160))


def _aggregates(document: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("metric")
    for name in ("official", "hardened"):
        table.add_column(name, justify="right")
    table.add_column("interval over tasks", no_wrap=True)
    official, hardened, beside = document["metrics"], document["hardened"], document["beside"]
    intervals = beside.get("intervals") or {}
    for name in dict.fromkeys((*official, *hardened)):
        ends = _ends(intervals.get(name))
        cells = (_number(official.get(name)), _number(hardened.get(name)))
        table.add_row(Text(clean_line(name)), *cells, ends)
    for name in _BESIDE:
        found = beside.get(name)
        if isinstance(found, Mapping):
            shown = name.replace("_", " ")
            table.add_row(f"{shown} (n = {found['n']})", "", _number(found["value"]), _ends(found))
    return table


def _ends(found: Any) -> str:
    if not isinstance(found, Mapping):
        return "-"
    low, high = _number(found["ci_low"]), _number(found["ci_high"])
    return f"{low} to {high} ({found['confidence']:.0%})"


def _number(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _headline(document: Mapping[str, Any]) -> Text:
    counts, cost_usd = document["counts"], document["cost_usd"]
    words = [
        f"{document['suite']}, {document['solver']}: {document['n']} of {document['of']} tasks"
    ]
    words += [
        f"{count} {name.replace('_', ' ')}"
        for name, count in counts.items()
        if count and name != "scored"
    ]
    words += [f"${cost_usd:.2f}"] if cost_usd else []
    return Text(clean_line("; ".join(words), max_length=400), style="bold")


def _missing(document: Mapping[str, Any]) -> list[RenderableType]:
    if not document["is_partial"]:
        return []
    said: list[RenderableType] = ["this is a part of the suite: no figure to compare with others'"]
    if document["counts"]["infra_error"]:
        said.append("tasks without a score through our fault are left out; try them with --resume")
    return said


def _origin(provenance: Mapping[str, Any]) -> Text:
    words = [f"{name}: {value}" for name, value in provenance.items() if isinstance(value, str)]
    return Text(clean_line("data: " + ", ".join(words), max_length=400))
