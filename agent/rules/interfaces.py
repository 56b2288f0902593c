"""What a rule of the catalogue is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from speedwright.agent.rules.rewrite import Rewrite
from speedwright.agent.situation import HotFile


class Rule(Protocol):
    """A performance rewrite that can be recognised in source text.

    A rule proposes, the judge decides: what cannot be proved safe from the syntax may still be
    proposed. No rule knows an example or a benchmark.
    """

    @property
    def id(self) -> str:
        """Kebab-case name, `py-…` or `cpp-…`."""

    @property
    def detects(self) -> str:
        """One sentence: the pattern it looks for."""

    @property
    def explanation(self) -> str:
        """Two to four sentences on why it is slow and what is faster; given to models as a hint."""

    def rewrites(self, file: HotFile) -> Iterator[Rewrite]:
        """Every single change the rule sees at the file's hot lines, hottest first.

        Text that does not parse yields nothing. Every result parses and differs from the source
        in one place (imports it needs included), or in several that were chosen to be tried
        together.
        """
