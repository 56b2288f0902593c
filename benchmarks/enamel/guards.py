"""Static guards over a sample: what no honest solution of a function problem contains."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from speedwright.eval.guards import check_guards

FILE = "solution.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneFile:
    """A version with one file."""

    content: str

    def text(self, path: str) -> str | None:
        """Its text."""
        return self.content if path == FILE else None


def refusals(prompt: str, program: str) -> tuple[str, ...]:
    """Rules that a sample breaks, sorted; constructs of the prompt are not held against it."""
    before, after = f"{prompt}\n", f"{prompt}\n{program}\n"
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        fromfile=f"a/{FILE}",
        tofile=f"b/{FILE}",
    )
    report = check_guards("".join(lines), _OneFile(content=before), _OneFile(content=after))
    return tuple(sorted({finding.rule for finding in report.refusals}))
