"""Which gold solutions still win here, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from speedwright.cli.render.verdicts import STYLES
from speedwright.profiler.shield import clean_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_replay(document: Mapping[str, Any]) -> list[RenderableType]:
    """A row a task, then how many win."""
    table = Table(box=None, pad_edge=False)
    table.add_column("task", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("speedup", no_wrap=True)
    table.add_column("note", overflow="fold")
    for row in document["tasks"]:
        verdict = row["verdict"]
        table.add_row(
            Text(clean_line(row["task_id"])),
            Text(verdict, style=STYLES.get(verdict, "")),
            _gain(row),
            Text(clean_line(row["note"], max_length=160)),
        )
    said = f"{document['wins']} of {document['n']} gold solutions are faster on this machine"
    return [table, Text(said, style="bold")]


def _gain(row: Mapping[str, Any]) -> str:
    if row["speedup"] is None:
        return "-"
    ends = (row["ci_low"], row["ci_high"])
    interval = "" if None in ends else f" ({ends[0]:.3g}-{ends[1]:.3g})"
    return f"{row['speedup']:.3g}x{interval}"
