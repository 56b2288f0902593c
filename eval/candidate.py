"""A proposed change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A unified diff against a base, and who proposed it.

    Attributes:
        diff: Unified diff with `a/` and `b/` prefixes, as git writes it.
        author: Model spec or rule id, e.g. `rules:py-list-membership`.
        summary: One sentence for people; untrusted text.
    """

    diff: str
    author: str
    summary: str = ""

    @property
    def hash(self) -> str:
        """Identity of the diff, 16 hex digits."""
        return hashlib.sha256(self.diff.encode()).hexdigest()[:16]
