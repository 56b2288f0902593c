"""What `clean` removed, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_cleaning(document: Mapping[str, Any]) -> list[RenderableType]:
    """What was removed and what was kept, one thing a line."""
    lines = [
        f"removed {kind[:-1]} {name}"
        for kind in ("containers", "images", "folders")
        for name in document[kind]
    ]
    lines += [f"kept {reason}" for reason in document["kept"]]
    freed_mib = document["freed_bytes"] / 2**20
    return [*lines, f"freed {freed_mib:.1f} MiB" if lines else "nothing was left behind"]
