"""Where the time goes, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from speedwright.cli.render.verdicts import seconds

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_hot_spots(document: Mapping[str, Any]) -> list[RenderableType]:
    """The functions by their own share, then where the whole profile is."""
    table = Table("self", "with callees", "function", "where", box=None, pad_edge=False)
    for row in document["hot_spots"]:
        table.add_row(
            f"{100 * row['self_share']:.1f} %",
            f"{100 * row['total_share']:.1f} %",
            Text(row["function"], style="bold" if row["in_target"] else ""),
            Text(row["place"]),
        )
    return [
        f"{document['workload']}: {seconds(document['wall_s'])}, by {document['profiler']}",
        table,
        *document["notes"],
        f"all of it, for https://speedscope.app: {document['speedscope']}",
    ]
