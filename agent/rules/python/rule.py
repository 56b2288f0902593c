"""The one shape of all Python rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from speedwright.agent.rules.python.change import Change, render
from speedwright.agent.rules.python.view import HOT_SHARE, ModuleView
from speedwright.agent.rules.rewrite import Rewrite
from speedwright.agent.situation import HotFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonRule:
    """A rule on Python source; implements `Rule`.

    Attributes:
        id: `py-…`.
        detects: One sentence: the pattern.
        explanation: Why it is slow and what is faster.
        find: Yields the changes seen in a file, in any order, hot or not.
        odds: Usual share (0-1) of the heat of the lines that a change saves.
        most_per_file: Changes offered at once; the rest comes up when these have been judged.
    """

    id: str
    detects: str
    explanation: str
    find: Callable[[ModuleView], Iterator[Change]]
    odds: float = 0.3
    most_per_file: int = 12

    def rewrites(self, file: HotFile) -> Iterator[Rewrite]:
        """Every single change at hot lines, best prospect first, at most `most_per_file`."""
        if not file.path.endswith((".py", ".pyi")):
            return
        view = ModuleView.of(file)
        if view is None:
            return
        hot = [c for c in self.find(view) if view.share(c.at) >= HOT_SHARE]
        hot.sort(key=lambda change: -self.prospect(view, change))
        seen: set[str] = set()
        for change in islice(hot, self.most_per_file):
            source = render(view, change)
            if source is None or source in seen:
                continue
            seen.add(source)
            yield Rewrite(
                rule_id=self.id,
                path=file.path,
                line=view.line(change.at),
                source=source,
                summary=change.summary,
                prospect=self.prospect(view, change),
            )

    def prospect(self, view: ModuleView, change: Change) -> float:
        """Share of the run's time (0-1) that a change may save."""
        odds = self.odds if change.odds is None else change.odds
        return min(view.share(change.at), 1.0) * odds
