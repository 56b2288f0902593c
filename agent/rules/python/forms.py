"""Rewrites of one expression, given as a pattern and a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.pattern import Bindings, expression, fenced, make, match
from speedwright.agent.rules.python.scope import is_builtin
from speedwright.agent.rules.python.view import ModuleView

Guard = Callable[[ModuleView, cst.BaseExpression, Bindings], bool]
Find = Callable[[ModuleView], Iterator[Change]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One expression and what to write instead.

    Attributes:
        pattern: Source with holes.
        template: Source with the same holes, and `CALL` for the imported function.
        builtins: Names in the pattern that must mean the builtin.
        call: Module and name of the function that `CALL` stands for.
        guard: Further condition.
        odds: Odds of this form, if not the rule's.
    """

    pattern: str
    template: str
    builtins: tuple[str, ...] = ()
    call: tuple[str, str] | None = None
    guard: Guard | None = None
    odds: float | None = None


def finder(forms: Sequence[Form], summary: str) -> Find:
    """A rule's `find` that tries each form on each expression of the file."""

    def find(view: ModuleView) -> Iterator[Change]:
        for form in forms:
            if all(is_builtin(view, name) for name in form.builtins):
                yield from _find(view, form, summary)

    return find


def found_by(*finders: Find) -> Find:
    """A rule's `find` made of several."""

    def find(view: ModuleView) -> Iterator[Change]:
        for each in finders:
            yield from each(view)

    return find


def _find(view: ModuleView, form: Form, summary: str) -> Iterator[Change]:
    pattern = expression(form.pattern)
    for node in view.hot(type(pattern)):
        found = match(pattern, node)
        if found is None or (form.guard is not None and not form.guard(view, node, found)):
            continue
        text, imports = access(view, *form.call) if form.call else ("", ())
        new = make(form.template, {**found, "CALL": text} if text else found)
        yield Change(
            at=node,
            edits={node: become(in_place_of(view, node, new))},
            imports=imports,
            summary=summary,
            odds=form.odds,
        )


def in_place_of(
    view: ModuleView, old: cst.BaseExpression, new: cst.BaseExpression
) -> cst.BaseExpression:
    """The new expression with the parentheses that its place needs."""
    if old.lpar and not new.lpar:
        return new.with_changes(lpar=old.lpar, rpar=old.rpar)
    return fenced(new, view.parent(old))
