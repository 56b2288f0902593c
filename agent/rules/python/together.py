"""Small changes of one file, made together: each alone may be too small to be measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, render
from speedwright.agent.rules.python.nodes import Statement
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.view import HOT_SHARE, ModuleView
from speedwright.agent.rules.rewrite import Rewrite
from speedwright.agent.situation import HotFile

_LEAST = 2
_MOST = 24
_HOT_FUNCTION = 0.02
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherRule:
    """Joins the changes of other rules; implements `Rule`.

    Only rules whose changes keep to themselves take part: they bind no local names that two of
    them might choose alike, and names of constants are compared.

    Attributes:
        id: `py-…`.
        detects: One sentence: the pattern.
        explanation: Why it is slow and what is faster.
        parts: The rules that take part.
    """

    id: str
    detects: str
    explanation: str
    parts: tuple[PythonRule, ...]

    def rewrites(self, file: HotFile) -> Iterator[Rewrite]:
        """One text with every change that can stand beside the others, if there are two."""
        seen = ModuleView.of(file) if file.path.endswith((".py", ".pyi")) else None
        if seen is None:
            return
        view = ModuleView(file=_spread(seen), tree=seen.tree)
        found = [
            (rule.prospect(view, change), change)
            for rule in self.parts
            for change in rule.find(view)
            if view.share(change.at) >= HOT_SHARE
        ]
        found.sort(key=lambda pair: -pair[0])
        chosen: list[tuple[float, Change]] = []
        for prospect, change in found[:_MOST]:
            if _beside(view, change, [c for _, c in chosen]) and render(view, change) is not None:
                chosen.append((prospect, change))
        if len(chosen) < _LEAST:
            return
        source = render(view, _joined([c for _, c in chosen]))
        if source is None:
            return
        yield Rewrite(
            rule_id=self.id,
            path=file.path,
            line=view.line(chosen[0][1].at),
            source=source,
            summary=_summary([c.summary for _, c in chosen]),
            prospect=min(sum(p for p, _ in chosen), 0.9),
        )


def _spread(view: ModuleView) -> HotFile:
    """The file with every line of a hot function counted as just about hot.

    A run is sampled a few hundred times, so that many a line that runs often is never seen.
    """
    shares = dict(view.file.line_share)
    for function in view.all(cst.FunctionDef) if shares else ():
        if view.share(function) >= _HOT_FUNCTION:
            first, last = view.tree.lines[function]
            for line in range(first, last + 1):
                shares[line] = max(shares.get(line, 0.0), HOT_SHARE)
    return replace(view.file, line_share=shares)


def _summary(parts: Sequence[str]) -> str:
    """The first few kinds of change by name, the others by number."""
    kinds = list(dict.fromkeys(parts))
    more = f"; and {len(kinds) - _NAMED} more kinds" if len(kinds) > _NAMED else ""
    return (
        f"made {len(parts)} small changes of hot lines at once: " + "; ".join(kinds[:_NAMED]) + more
    )


def _beside(view: ModuleView, change: Change, others: Sequence[Change]) -> bool:
    """Whether it touches nothing that the others touch."""
    taken = [node for other in others for node in other.edits]
    if any(
        view.contains(node, other) or view.contains(other, node)
        for node in change.edits
        for other in taken
    ):
        return False
    names = {n for other in others for n in _names(other.constants)}
    return not names & _names(change.constants)


def _names(constants: Sequence[Statement]) -> set[str]:
    return {
        target.target.value
        for line in constants
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
        if isinstance(small, cst.Assign)
        for target in small.targets
        if isinstance(target.target, cst.Name)
    }


def _joined(changes: Sequence[Change]) -> Change:
    edits: dict[cst.CSTNode, Edit] = {}
    for change in changes:
        edits.update(change.edits)
    return Change(
        at=changes[0].at,
        edits=edits,
        imports=tuple(dict.fromkeys(line for c in changes for line in c.imports)),
        constants=[line for c in changes for line in c.constants],
        summary="",
    )
