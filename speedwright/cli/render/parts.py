"""The parts of one kind, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_parts(document: Mapping[str, Any]) -> list[RenderableType]:
    """A table of names; a sentence where there are none."""
    from rich.table import Table

    table = Table("name", "from", "where it lives", box=None, pad_edge=False)
    for part in document["parts"]:
        where = f"{part['path']}  ({part['fault']})" if part["fault"] else part["path"]
        table.add_row(part["name"], part["origin"], where)
    if document["parts"]:
        return [table]
    kind = document["kind"]
    return [table, f"no {kind} yet; a plug-in can add them (entry points `speedwright.{kind}`)"]
