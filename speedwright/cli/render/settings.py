"""The settings, for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_settings(document: Mapping[str, Any]) -> list[RenderableType]:
    """One row a setting: key, value as in a settings file, where it comes from."""
    from rich.table import Table

    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for key, entry in document["settings"].items():
        value = "-" if entry["value"] is None else json.dumps(entry["value"], ensure_ascii=False)
        table.add_row(Text(key.replace("_", "-")), Text(value), Text(entry["source"]))
    return [table]
