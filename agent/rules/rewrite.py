"""One change that a rule proposes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A file with exactly one change, not yet judged.

    Attributes:
        rule_id: Rule that proposed it.
        path: File it belongs to.
        line: First line of the old text that it changes.
        source: The whole new text of the file.
        summary: One sentence: what was changed and why it should be faster.
        prospect: Share of the run's time (0-1) it may save, None if the rule gives no opinion.
    """

    rule_id: str
    path: str
    line: int
    source: str
    summary: str
    prospect: float | None = None

    @property
    def fingerprint(self) -> str:
        """Identity of the change: same rule, same file, same resulting text."""
        text = "\0".join((self.rule_id, self.path, self.source))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
