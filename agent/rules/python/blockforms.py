"""Rewrites of consecutive statements, given as a pattern and a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from speedwright.agent.rules.python.change import (
    Change,
    Edit,
    Edited,
    become,
    comments_in,
    drop,
)
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.pattern import Bindings, block, make_block, match_block
from speedwright.agent.rules.python.scope import (
    blocks,
    function_of,
    is_builtin,
    leaves,
    used_after,
)
from speedwright.agent.rules.python.view import ModuleView

BlockGuard = Callable[[ModuleView, Sequence[cst.BaseStatement], Bindings], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockForm:
    """Consecutive statements and the one statement to write instead.

    Attributes:
        pattern: Source with holes.
        template: Source of one statement with the same holes, and `CALL`.
        builtins: Names that must mean the builtin.
        call: Module and name of the function that `CALL` stands for.
        guard: Further condition.
        odds: Odds of this form, if not the rule's.
    """

    pattern: str
    template: str
    builtins: tuple[str, ...] = ()
    call: tuple[str, str] | None = None
    guard: BlockGuard | None = None
    odds: float | None = None


def annotated(form: BlockForm) -> tuple[BlockForm, BlockForm]:
    """The form for `V = …` and for `V: A = …`."""
    noted = BlockForm(
        pattern=form.pattern.replace("V = ", "V: A = ", 1),
        template=form.template.replace("V = ", "V: A = ", 1),
        builtins=form.builtins,
        call=form.call,
        guard=form.guard,
        odds=form.odds,
    )
    return form, noted


def block_finder(
    forms: Sequence[BlockForm], summary: str
) -> Callable[[ModuleView], Iterator[Change]]:
    """A rule's `find` that tries each form at each statement; the first that fits wins."""

    def find(view: ModuleView) -> Iterator[Change]:
        usable = [f for f in forms if all(is_builtin(view, name) for name in f.builtins)]
        taken: set[cst.CSTNode] = set()
        for statements in blocks(view):
            for place in range(len(statements)):
                change = _first(view, statements[place:], usable, summary)
                if change is not None and not taken & set(change.edits):
                    taken |= set(change.edits)
                    yield change

    return find


def _first(
    view: ModuleView,
    statements: Sequence[cst.BaseStatement],
    forms: Sequence[BlockForm],
    summary: str,
) -> Change | None:
    for form in forms:
        pattern = block(form.pattern)
        found = match_block(pattern, statements)
        old = statements[: len(pattern)]
        if found is None or (form.guard is not None and not form.guard(view, old, found)):
            continue
        text, imports = access(view, *form.call) if form.call else ("", ())
        new = make_block(form.template, {**found, "CALL": text} if text else found)[0]
        heavy = next((s for s in old if isinstance(s, cst.BaseCompoundStatement)), old[-1])
        return Change(
            at=heavy,
            edits=in_one(old, new),
            imports=imports,
            odds=form.odds,
            summary=summary,
        )
    return None


def in_one(old: Sequence[cst.BaseStatement], new: cst.BaseStatement) -> dict[cst.CSTNode, Edit]:
    """Edits that put one statement in the place of several, below all their comments."""
    if len(old) == 1:
        return {old[0]: become(new)}
    kept = {line.comment.value for line in comments_in(new) if line.comment}
    head, *rest = old
    lines = [*getattr(head, "leading_lines", ()), *comments_in(head)]
    for statement in rest:
        lines += [line for line in getattr(statement, "leading_lines", ()) if line.comment]
        lines += comments_in(statement)
    lines = [ln for ln in lines if ln.comment is None or ln.comment.value not in kept]

    def edit(_: cst.CSTNode) -> Edited:
        return new.with_changes(leading_lines=lines)

    return {head: edit, **{statement: drop() for statement in rest}}


def foldable(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    """Whether a loop can become an expression that is assigned to, or extends, `V`.

    The loop's variables must be nobody else's, the result must not be read while it grows, and
    nothing may jump or yield.
    """
    if isinstance(function_of(view, old[0]), cst.ClassDef):
        return False
    result = found.get("V")
    name = result.value if isinstance(result, cst.Name) else None
    for hole in ("E", "K", "C", "X", "Y"):
        value = found.get(hole)
        if value is None or isinstance(value, tuple):
            continue
        if leaves(view, value) or name in view.variables(value):
            return False
    loop = next(s for s in old if isinstance(s, cst.For))
    for hole in ("T", "U", "VT"):
        target = found.get(hole)
        if target is None or isinstance(target, tuple):
            continue
        if not isinstance(target, cst.Name | cst.Tuple):
            return False
        names = view.variables(target)
        if name in names or any(used_after(view, n, loop) for n in names):
            return False
    return True
