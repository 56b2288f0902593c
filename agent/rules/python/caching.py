"""Answers computed again: remember them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, Edited, become
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.nodes import children, code, statements
from speedwright.agent.rules.python.pattern import make, make_block
from speedwright.agent.rules.python.purity import hashable_arguments, is_pure, shares_result
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_simple, loops
from speedwright.agent.rules.python.view import ModuleView

_ENTRIES = 4096  # enough for what repeats, little enough to be forgotten


def _self_calls(view: ModuleView, function: cst.FunctionDef) -> int:
    """How often it may call itself in one run; a call in a loop counts as two."""
    calls = [
        call
        for call in view.all(cst.Call, function.body)
        if isinstance(call.func, cst.Name) and call.func.value == function.name.value
    ]
    return _most(view, statements(function.body), calls)


def _most(view: ModuleView, lines: Sequence[cst.BaseStatement], calls: Sequence[cst.Call]) -> int:
    """The most of some calls that one way through a block makes."""
    if not lines:
        return 0
    first, rest = lines[0], _most(view, lines[1:], calls)
    if isinstance(first, cst.If):
        return _inside(view, first.test, calls) + max(
            _branch(view, first.body, calls, rest),
            _branch(view, first.orelse, calls, rest),
        )
    return _inside(view, first, calls) + (0 if _ends(first) else rest)


def _branch(
    view: ModuleView, node: cst.CSTNode | None, calls: Sequence[cst.Call], rest: int
) -> int:
    """A branch of an `if` and what follows, unless the branch returns."""
    if isinstance(node, cst.Else):
        return _branch(view, node.body, calls, rest)
    if isinstance(node, cst.If):
        return _most(view, [node], calls) + rest
    if isinstance(node, cst.IndentedBlock):
        body = statements(node)
        ends = any(_ends(line) for line in body)
        return _most(view, body, calls) + (0 if ends else rest)
    if node is None:
        return rest
    ends = any(isinstance(n, cst.Return | cst.Raise) for n in view.nodes(node))
    return _inside(view, node, calls) + (0 if ends else rest)


def _ends(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and any(
        isinstance(small, cst.Return | cst.Raise) for small in line.body
    )


def _inside(view: ModuleView, node: cst.CSTNode, calls: Sequence[cst.Call]) -> int:
    if isinstance(node, cst.IfExp):
        either = max(_inside(view, part, calls) for part in (node.body, node.orelse))
        return _inside(view, node.test, calls) + either
    own = [1 + any(True for _ in loops(view, c, comprehensions=True)) for c in calls if c is node]
    return sum(own) + sum(_inside(view, child, calls) for child in children(node))


def _decorated(text: str) -> Edit:
    decorator = cst.Decorator(decorator=make(text, {}))

    def edit(old: cst.CSTNode) -> Edited:
        assert isinstance(old, cst.FunctionDef)
        return old.with_changes(decorators=[decorator, *old.decorators])

    return edit


def _candidates(view: ModuleView) -> Iterator[cst.FunctionDef]:
    for function in view.hot(cst.FunctionDef):
        if isinstance(view.parent(function), cst.Module) and hashable_arguments(function, view):
            yield function


def _find_recursion(view: ModuleView) -> Iterator[Change]:
    for function in _candidates(view):
        calls = _self_calls(view, function)
        if calls >= 2 and is_pure(view, function) and not shares_result(view, function):
            doubtful = any(_walked(view, function, p) for p in function.params.params)
            odds = 0.4 if doubtful else 0.9
            yield _cached(
                view, function, "None", odds, "remembered what the recursion has answered"
            )


def _find_pure(view: ModuleView) -> Iterator[Change]:
    for function in _candidates(view):
        if not _is_helper(view, function) or not _is_work(view, function):
            continue
        if any(_walked(view, function, param) for param in function.params.params):
            continue
        if is_pure(view, function) and not shares_result(view, function):
            name = function.name.value
            yield _cached(
                view, function, str(_ENTRIES), 0.3, f"remembered the latest answers of `{name}`"
            )


_WALKERS = frozenset(
    "len sum sorted min max enumerate zip reversed list set any all tuple map filter".split()
)


def _called_by(view: ModuleView, argument: cst.Arg) -> str:
    call = view.parent(argument)
    return code(call.func) if isinstance(call, cst.Call) else ""


def _walked(view: ModuleView, function: cst.FunctionDef, param: cst.Param) -> bool:
    """An argument without annotation that is walked or indexed: most likely a list."""
    for use in view.occurrences(param.name.value, function.body):
        parent = view.parent(use)
        if param.annotation is None and (
            (isinstance(parent, cst.For | cst.CompFor) and parent.iter is use)
            or (isinstance(parent, cst.Subscript) and parent.value is use)
            or (isinstance(parent, cst.Arg) and _called_by(view, parent) in _WALKERS)
        ):
            return True
    return False


def _is_helper(view: ModuleView, function: cst.FunctionDef) -> bool:
    """Called by other functions of the file, and not by itself.

    What only the outside calls is left alone: remembering whole answers of an entry point would
    make a repeated measurement faster and little else.
    """
    name = function.name.value
    calls = [
        use
        for use in view.occurrences(name)
        if isinstance(call := view.parent(use), cst.Call) and call.func is use
    ]
    inner = any(view.contains(function, use) for use in calls)
    return not inner and any(
        isinstance(a, cst.FunctionDef) for use in calls for a in view.above(use)
    )


def _is_work(view: ModuleView, function: cst.FunctionDef) -> bool:
    """Enough of it that a dict lookup is cheaper: a loop, or several calls."""
    nodes = view.nodes(function.body)
    calls = sum(isinstance(n, cst.Call) for n in nodes)
    return calls >= 3 or any(isinstance(n, cst.For | cst.While | cst.BaseComp) for n in nodes)


def _cached(
    view: ModuleView, function: cst.FunctionDef, size: str, odds: float, summary: str
) -> Change:
    text, imports = access(view, "functools", "lru_cache")
    text = f"{text}(maxsize={size})"
    short, missing = access(view, "functools", "cache")
    if size == "None" and not missing:
        text, imports = short, ()
    return Change(
        at=function,
        edits={function: _decorated(text)},
        imports=imports,
        odds=odds,
        summary=summary,
    )


_ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f",
        "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z")  # fmt: skip


def _strptime_calls(view: ModuleView) -> Iterator[tuple[cst.Call, str]]:
    """Calls of `datetime.strptime` with the class as this file writes it."""
    text, missing = access(view, "datetime", "datetime")
    for call in () if missing else view.hot(cst.Call):
        plain = all(a.keyword is None and not a.star for a in call.args)
        if len(call.args) == 2 and plain and code(call.func) == f"{text}.strptime":
            yield call, text


def _find_iso(view: ModuleView) -> Iterator[Change]:
    for call, text in _strptime_calls(view):
        form = call.args[1].value
        if isinstance(form, cst.SimpleString) and form.evaluated_value in _ISO:
            new = make(f"{text}.fromisoformat(X)", {"X": call.args[0].value})
            yield Change(
                at=call,
                edits={call: become(in_place_of(view, call, new))},
                summary="parsed ISO times with `fromisoformat` instead of `strptime`",
            )


def _find_strptime(view: ModuleView) -> Iterator[Change]:
    calls = [(c, t) for c, t in _strptime_calls(view) if is_simple(c.args[1].value)]
    if not calls:
        return
    cache, imports = access(view, "functools", "lru_cache")
    name = view.fresh("_strptime")
    source = f"{name} = {cache}(maxsize={_ENTRIES})({calls[0][1]}.strptime)\n"
    yield Change(
        at=max((call for call, _ in calls), key=view.share),
        edits={call.func: become(make(name, {})) for call, _ in calls},
        imports=imports,
        constants=make_block(source, {}),
        summary="remembered the latest parsed times, since times in data repeat",
    )


RULES = (
    PythonRule(
        id="py-cache-recursion",
        detects="A module-level function without effects that calls itself at least twice.",
        explanation=(
            "Branching recursion computes the same sub-problems again and again, often "
            "exponentially often. `functools.lru_cache` answers a repeated argument from a dict."
        ),
        odds=0.9,
        find=_find_recursion,
    ),
    PythonRule(
        id="py-cache-pure",
        detects="A hot module-level function without effects whose arguments can be dict keys.",
        explanation=(
            "Parsers, normalisers and scorers are often called with the same few arguments. "
            "A bounded `functools.lru_cache` answers repeats with one dict lookup; it costs a "
            "little where nothing repeats."
        ),
        odds=0.3,
        find=_find_pure,
    ),
    PythonRule(
        id="py-strptime-iso",
        detects="`datetime.strptime` with a format that is ISO 8601.",
        explanation=(
            "`strptime` is written in Python and interprets its format on every call. "
            "`fromisoformat` reads ISO times in C, some twenty times faster."
        ),
        odds=0.7,
        find=_find_iso,
    ),
    PythonRule(
        id="py-strptime-cache",
        detects="`datetime.strptime` in hot code with a fixed format.",
        explanation=(
            "`strptime` is written in Python and slow. Times in logs and tables repeat, so a "
            "small cache in front of it answers most calls; its results cannot be changed, so "
            "they may be shared."
        ),
        odds=0.45,
        find=_find_strptime,
    ),
)
