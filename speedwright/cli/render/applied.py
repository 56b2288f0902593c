"""What `apply` wrote, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from speedwright.profiler.shield import clean_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def render_applied(document: Mapping[str, Any]) -> list[RenderableType]:
    """The branch or the files, and how to see or undo it."""
    files = [f"  {clean_line(name)}" for name in document["files"]]
    if document["branch"]:
        branch, commit = document["branch"], document["commit"][:12]
        head = f"committed as {commit} on branch `{branch}`; your working tree is as it was:"
        return [head, *files, f"see it: git show {branch}"]
    return [f"changed in {document['target']}:", *files, "see it: git diff"]
