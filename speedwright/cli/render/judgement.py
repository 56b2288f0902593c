"""One verdict, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from speedwright.cli.render.verdicts import STYLES, gain, seconds
from speedwright.profiler.shield import clean_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_judgement(document: Mapping[str, Any]) -> list[RenderableType]:
    """The verdict first, then what it rests on, then what it does not rest on."""
    verdict = document["verdict"]
    head = Text(verdict, style=STYLES.get(verdict, ""))
    if document.get("speedup") is not None:
        head.append(f"  {gain(document)}", style="bold")
    lines: list[RenderableType] = [head]
    if document.get("base_wall_s") is not None:
        base_wall, candidate_wall = (
            seconds(document["base_wall_s"]),
            seconds(document["candidate_wall_s"]),
        )
        lines.append(f"  wall time {base_wall} -> {candidate_wall}")
    lines += [f"  {clean_line(reason, max_length=400)}" for reason in document["reasons"]]
    for sentence in document.get("not_checked", ()):
        lines.append(f"  not checked: {clean_line(sentence, max_length=400)}")
    if document.get("evidence"):
        lines.append(f"evidence: {document['evidence']}")
    return lines
