"""What `optimize` would do, and what came of it, for people."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from speedwright.cli.render.judgement import render_judgement
from speedwright.cli.render.verdicts import STYLES, gain
from speedwright.profiler.shield import clean_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_plan(document: Mapping[str, Any]) -> list[RenderableType]:
    """The plan of a dry run, one fact a line."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for key, value in document.items():
        if key == "schema_version":
            continue
        if isinstance(value, Mapping):
            value = ", ".join(f"{name} {fact}" for name, fact in value.items())
        elif isinstance(value, list):
            value = " ".join(map(str, value))
        shown = "-" if value in (None, "") else clean_line(str(value), max_length=400)
        table.add_row(Text(key.replace("_", " ")), Text(shown))
    return [table]


def render_search(document: Mapping[str, Any]) -> list[RenderableType]:
    """What was tried, the verdict on what was kept, and what to run next."""
    parts: list[RenderableType] = []
    if document["attempts"]:
        parts += [_attempts(document["attempts"]), ""]
    if document.get("patch"):
        parts.append("all kept changes together, measured anew against the base:")
        parts += [*render_judgement(document), f"patch: {document['patch']}"]
    if not document["found"]:
        parts.append(_why_nothing(document))
    parts += [f"warning: {clean_line(w, max_length=400)}" for w in document["warnings"]]
    parts.append(f"run: {document['run']} ({_spent(document)}; search: {document['ended']})")
    if document.get("apply"):
        parts.append(Text(f"to apply it: {_runnable(document['apply'])}", style="bold"))
    return parts


def _runnable(command: str) -> str:
    """The command as it works in this shell: with our own path if we are not on its PATH."""
    script = Path(sys.argv[0])
    if script.name != "speedwright" or shutil.which("speedwright"):
        return command
    return shlex.quote(str(script)) + command.removeprefix("speedwright")


def _attempts(attempts: list[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("what was tried", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("speedup", no_wrap=True)
    table.add_column("kept or why not", overflow="fold")
    for attempt in attempts:
        verdict = attempt["verdict"]
        table.add_row(
            str(attempt["number"]),
            Text(clean_line(attempt["summary"])),
            Text(verdict, style=STYLES.get(verdict, "")),
            gain(attempt),
            Text(_outcome(attempt)),
        )
    return table


def _outcome(attempt: Mapping[str, Any]) -> str:
    if attempt["is_kept"]:
        return "kept"
    reason = str((attempt.get("reasons") or ["-"])[0])
    if attempt.get("speedup") is not None:  # the numbers before the colon stand in their column
        reason = reason.partition(": ")[2] or reason
    return clean_line(reason, max_length=160)


def _why_nothing(document: Mapping[str, Any]) -> str:
    if document.get("speedup") is not None and document["verdict"] == "faster":
        return f"faster, but by less than the {document['min_speedup']}x that was asked for"
    if document.get("patch"):
        return "no improvement could be proven"
    tried = len(document["attempts"])
    return f"no improvement found in {tried} attempts" if tried else "nothing was found to try"


def _spent(document: Mapping[str, Any]) -> str:
    words = [f"model {document['model']}", f"{document['wall_s']:.0f} s"]
    if document["tokens_in"] or document["tokens_out"]:
        words.append(f"{document['tokens_in']} tokens in, {document['tokens_out']} out")
    if document["unpriced_calls"]:
        words.append(f"{document['unpriced_calls']} calls without a known price")
    words.append(f"${document['cost_usd']:.2f}")
    return ", ".join(words)
