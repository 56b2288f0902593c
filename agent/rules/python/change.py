"""One change to a tree, and the text it makes."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from speedwright.agent.rules.python.imports import add_imports
from speedwright.agent.rules.python.nodes import Statement
from speedwright.agent.rules.python.view import ModuleView, parses

Edited = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]
Edit = Callable[[cst.CSTNode], Edited]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Edits that belong together.

    Attributes:
        at: Node that makes the change worth it: its lines decide the heat.
        edits: Node of the tree -> what becomes of it.
        summary: One sentence: what was changed and why it should be faster.
        imports: `import …` lines it needs.
        constants: Statements to put below the imports.
        odds: Chance (0-1) that it pays, if not the rule's own.
    """

    at: cst.CSTNode
    edits: Mapping[cst.CSTNode, Edit]
    summary: str
    imports: tuple[str, ...] = ()
    constants: Sequence[Statement] = field(default=())
    odds: float | None = None


def become(new: cst.CSTNode) -> Edit:
    """Put another node in its place, with the statement's blank lines and comments kept."""

    def edit(old: cst.CSTNode) -> Edited:
        return _with_lead(new, old)

    return edit


def become_all(new: Sequence[cst.BaseStatement]) -> Edit:
    """Put several statements in its place; all comments of the old one stand above them."""

    def edit(old: cst.CSTNode) -> Edited:
        first, *rest = new
        return cst.FlattenSentinel([_with_lead(first, old), *rest])

    return edit


def before(new: Sequence[cst.BaseStatement]) -> Edit:
    """Insert statements above; blank lines stay on top, comments stay with the old statement."""

    def edit(old: cst.CSTNode) -> Edited:
        lead: Sequence[cst.EmptyLine] = getattr(old, "leading_lines", ())
        blank = 0
        while blank < len(lead) and lead[blank].comment is None:
            blank += 1
        first = new[0].with_changes(leading_lines=lead[:blank])
        return cst.FlattenSentinel([first, *new[1:], old.with_changes(leading_lines=lead[blank:])])

    return edit


def after(new: Sequence[cst.BaseStatement]) -> Edit:
    """Insert statements below."""
    return lambda old: cst.FlattenSentinel([old, *new])


def drop() -> Edit:
    """Remove the node."""
    return lambda old: cst.RemoveFromParent()


def both(first: Edit, second: Edit) -> Edit:
    """Two edits of one node: the second sees what the first made (one node)."""

    def edit(old: cst.CSTNode) -> Edited:
        middle = first(old)
        assert isinstance(middle, cst.CSTNode)
        return second(middle)

    return edit


def render(view: ModuleView, change: Change) -> str | None:
    """The whole new text; None if it would not compile, changes nothing or loses a comment."""
    module = view.tree.module.visit(_Editor(view, change.edits))
    touched = [view.tree.reach[node][0] for node in change.edits]
    first_use = next(
        (i for i, s in enumerate(view.tree.module.body) if view.tree.reach[s][1] > min(touched)), 0
    )
    module = add_imports(module, change.imports, change.constants, first_use)
    text = module.code
    if text == view.file.source or not parses(text):
        return None
    return text if _comments(text) >= _comments(view.file.source) else None


def _comments(text: str) -> int:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return 0
    return sum(token.type == tokenize.COMMENT for token in tokens)


def comments_in(node: cst.CSTNode) -> Iterator[cst.EmptyLine]:
    """Every comment below a node as a line of its own, except those above the node itself."""
    collector = _Comments()
    bare = node.with_changes(leading_lines=()) if hasattr(node, "leading_lines") else node
    bare.visit(collector)
    for comment in collector.found:
        yield cst.EmptyLine(comment=comment)


def _with_lead(new: cst.CSTNode, old: cst.CSTNode) -> cst.CSTNode:
    """The new statement below the old one's lines, then the comments it would lose."""
    if not hasattr(old, "leading_lines") or not hasattr(new, "leading_lines"):
        return new
    kept = {line.comment.value for line in comments_in(new) if line.comment}
    lost = [c for c in comments_in(old) if c.comment and c.comment.value not in kept]
    if isinstance(old, cst.SimpleStatementLine) and isinstance(new, cst.SimpleStatementLine):
        beside = old.trailing_whitespace.comment
        if beside is not None and new.trailing_whitespace.comment is None:
            new = new.with_changes(trailing_whitespace=old.trailing_whitespace)
            lost = [c for c in lost if c.comment is not beside]
    return new.with_changes(leading_lines=[*old.leading_lines, *lost])


class _Comments(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Comment] = []

    def visit_Comment(self, node: cst.Comment) -> None:
        self.found.append(node)


class _Editor(cst.CSTTransformer):
    """Applies edits, walking only where there are some."""

    def __init__(self, view: ModuleView, edits: Mapping[cst.CSTNode, Edit]) -> None:
        super().__init__()
        self._edits = edits
        self._reach = view.tree.reach
        self._starts = sorted(self._reach[node][0] for node in edits)

    def on_visit(self, node: cst.CSTNode) -> bool:
        reach = self._reach.get(node)
        return reach is not None and any(reach[0] <= s < reach[1] for s in self._starts)

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        edit = self._edits.get(original_node)
        return updated_node if edit is None else edit(updated_node)  # type: ignore[return-value]  # an edit knows its node
