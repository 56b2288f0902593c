"""What `doctor` found, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

STYLES = {"ok": "green", "warn": "yellow", "missing": "red"}


def render_diagnosis(document: Mapping[str, Any]) -> list[RenderableType]:
    """One row a check, with what to do about it; then whether the main job can be done."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in document["checks"]:
        status = Text(check["status"], style=STYLES.get(check["status"], ""))
        shown = f"{check['value']}; {check['remedy']}" if check["remedy"] else check["value"]
        table.add_row(status, Text(check["name"]), Text(shown))
    if document["is_usable"]:
        return [table, "speedwright can do its main job here"]
    return [table, "speedwright cannot work here before what is missing is installed"]
