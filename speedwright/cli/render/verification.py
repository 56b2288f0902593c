"""What judging evidence again came to, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from speedwright.cli.render.judgement import render_judgement
from speedwright.cli.render.verdicts import gain

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_verification(document: Mapping[str, Any]) -> list[RenderableType]:
    """Whether the claim replicates, the claim, then the judgement made here."""
    claim = document["claim"]
    return [
        Text(document["sentence"], style="bold"),
        f"claimed: {claim['verdict']}  {gain(claim)}",
        "found here:",
        *render_judgement(document),
    ]
