"""What judging evidence again came to, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from speedwright.cli.render.judgement import render_judgement
from speedwright.cli.render.verdicts import gain

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_verification(document: Mapping[str, Any]) -> list[RenderableType]:
    """The verdict here, then what was claimed."""
    lines = render_judgement(document)
    claimed = document.get("claimed")
    if claimed:
        lines.append(f"claimed: {claimed['verdict']}  {gain(claimed)}")
    return lines
