"""Generators and lists made where none is needed."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.attributes import stored_attribute
from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import make, make_block
from speedwright.agent.rules.python.quantifiers import own_names
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import function_of, is_builtin, leaves, root_name
from speedwright.agent.rules.python.subject import only_line
from speedwright.agent.rules.python.view import ModuleView

_COLLECTORS = frozenset({"sum", "max", "min", "sorted", "tuple", "frozenset", "dict"})
_METHODS = frozenset({"join", "extend", "update"})


def _find_lists(view: ModuleView) -> Iterator[Change]:
    for call in view.hot(cst.Call):
        comp = call.args[0].value if call.args else None
        if not isinstance(comp, cst.GeneratorExp) or comp.for_in.asynchronous is not None:
            continue
        func = call.func
        name = func.value if isinstance(func, cst.Name) else ""
        if isinstance(func, cst.Attribute) and func.attr.value in _METHODS and len(call.args) == 1:
            if _reads(view, comp, func.value):
                continue  # it would see the receiver grow
            name = "tuple"
        elif not is_builtin(view, name):
            continue
        listed = cst.ListComp(elt=comp.elt, for_in=comp.for_in)
        if name in {"list", "set"} and len(call.args) == 1:
            whole = listed if name == "list" else cst.SetComp(elt=comp.elt, for_in=comp.for_in)
            yield Change(
                at=call, edits={call: become(in_place_of(view, call, whole))}, summary=_IN_ONE_GO
            )
        elif name in _COLLECTORS:
            yield Change(at=call, edits={comp: become(listed)}, summary=_IN_ONE_GO)


def _reads(view: ModuleView, comp: cst.GeneratorExp, receiver: cst.BaseExpression) -> bool:
    root = root_name(receiver)
    return (
        root is not None
        and bool(view.occurrences(root.value, comp))
        and (code(receiver) in code(comp))
    )


_IN_ONE_GO = "collected the values with a comprehension instead of a generator"


def _find_effects(view: ModuleView) -> Iterator[Change]:
    for small in view.hot(cst.Expr):
        line, comp = only_line(view, small), small.value
        if line is None or not isinstance(function_of(view, small), cst.FunctionDef):
            continue
        if isinstance(comp, cst.ListComp):
            if comp.for_in.inner_for_in or comp.for_in.ifs or comp.for_in.asynchronous:
                continue
            if leaves(view, comp) or any(isinstance(n, cst.Lambda) for n in view.nodes(comp.elt)):
                continue
            if own_names(view, comp, comp.for_in.target):
                body = stored_attribute(comp.elt) or make_block("E\n", {"E": comp.elt})[0]
                new = make_block(
                    "for T in X:\n    BODY\n",
                    {"T": comp.for_in.target, "X": comp.for_in.iter, "BODY": (body,)},
                )
                yield Change(at=small, edits={line: become(new[0])}, summary=_NO_LIST)
        elif isinstance(comp, cst.Call):
            source = _drained(view, comp)
            if source is not None:
                name = view.fresh("_item")
                text = f"for {name} in X:\n    pass\n"
                new = make_block(text, {"X": source})
                yield Change(at=small, edits={line: become(new[0])}, summary=_NO_LIST)


_NO_LIST = "ran a plain loop instead of making a container that nobody reads"


def _drained(view: ModuleView, call: cst.Call) -> cst.BaseExpression | None:
    """`xs` of `deque(xs, maxlen=0)`."""
    text, missing = access(view, "collections", "deque")
    if missing or code(call.func) != text or len(call.args) != 2:
        return None
    first, last = call.args
    size = last.keyword is None or last.keyword.value == "maxlen"
    plain = first.keyword is None and not first.star and not last.star
    return first.value if plain and size and code(last.value) == "0" else None


def _find_cast(view: ModuleView) -> Iterator[Change]:
    text, missing = access(view, "typing", "cast")
    for call in () if missing else view.hot(cst.Call):
        plain = all(a.keyword is None and not a.star for a in call.args)
        if code(call.func) == text and len(call.args) == 2 and plain:
            new = in_place_of(view, call, make("X", {"X": call.args[1].value}))
            yield Change(
                at=call,
                edits={call: become(new)},
                summary="dropped a call of `typing.cast`, which only type checkers read",
            )


RULES = (
    PythonRule(
        id="py-list-over-generator",
        detects="A generator expression collected in full, `''.join(f(x) for x in xs)`.",
        explanation=(
            "A generator is resumed for every element, which costs more than appending to a list. "
            "`join`, `sum`, `max`, `tuple` and the like read everything anyway."
        ),
        odds=0.15,
        find=_find_lists,
    ),
    PythonRule(
        id="py-effect-comprehension",
        detects="A list comprehension or empty deque made only for its effects.",
        explanation=(
            "`[f(x) for x in xs]` as a statement makes a function and a list for nothing. "
            "A plain loop does the same; an attribute can be stored in place of `setattr`."
        ),
        odds=0.3,
        find=_find_effects,
    ),
    PythonRule(
        id="py-typing-cast",
        detects="`typing.cast(T, x)` in hot code.",
        explanation=(
            "At run time `cast` is a Python function that hands back its second argument. "
            "In hot code the call costs more than what it is wrapped around."
        ),
        odds=0.1,
        find=_find_cast,
    ),
)
