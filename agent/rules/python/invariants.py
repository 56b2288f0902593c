"""What a loop computes again though it cannot change."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become, before
from speedwright.agent.rules.python.nodes import code, same
from speedwright.agent.rules.python.pattern import make, make_block
from speedwright.agent.rules.python.purity import function_named, is_pure
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    READING_BUILTINS,
    anchor,
    attribute_stored,
    block_of,
    is_builtin,
    is_simple,
    is_store,
    loops,
    may_change,
    root_name,
    statement_of,
    stores,
)
from speedwright.agent.rules.python.view import ModuleView

# Builtin -> odds that computing it once pays; those that walk their argument pay most.
_BUILTINS = {
    "len": 0.12, "sum": 0.7, "sorted": 0.8, "set": 0.7, "frozenset": 0.7, "tuple": 0.5, "list": 0.5,
    "max": 0.6, "min": 0.6, "abs": 0.1, "int": 0.1, "float": 0.1, "str": 0.2, "round": 0.2,
    "any": 0.5, "all": 0.5, "ord": 0.1,
}  # fmt: skip
_WALKERS = frozenset({"sorted", "sum", "max", "min", "set", "frozenset", "tuple", "list"})
_CONSUMING = frozenset(
    "pop popleft popitem read readline readlines recv get random next send close flush".split()
)
_MAKERS = frozenset({"sorted", "set", "list"})
_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip casefold title encode decode replace split rsplit splitlines "
    "partition".split()
)
_LIST_METHODS = frozenset({"split", "rsplit", "splitlines"})
_STEADY_MODULES = frozenset({"math", "re", "os.path"})
_MOST_NODES = 60
_WORTH_A_NAME = 0.2  # below it a second call costs hardly more than a variable


def _odds(view: ModuleView, call: cst.Call) -> float | None:
    """What computing a call once is worth; None if it may have effects or other answers."""
    func = call.func
    if any(a.star for a in call.args) or len(view.nodes(call)) > _MOST_NODES:
        return None
    if isinstance(func, cst.Name):
        if is_builtin(view, func.value):
            several = len(call.args) > 1 and func.value in {"min", "max"}
            return 0.1 if several else _BUILTINS.get(func.value) if call.args else None
        callee = function_named(view, func.value)
        return 0.5 if callee is not None and is_pure(view, callee) and call.args else None
    if isinstance(func, cst.Attribute):
        if code(func.value) in _STEADY_MODULES and func.attr.value != "compile":
            if code(func.value) != "math":
                return None
            return 0.7 if func.attr.value in {"fsum", "prod", "dist"} else 0.2
        if func.attr.value in _TEXT_METHODS and not isinstance(func.value, cst.BaseString):
            return 0.25
    return None


def _is_getter(view: ModuleView, call: cst.Call) -> bool:
    """`sorted(grid.cells())`: a method that takes nothing and whose answer is only walked.

    That it answers the same again is a guess from its name; the judge finds out.
    """
    func, argument = call.func, view.parent(call)
    outer = view.parent(argument) if isinstance(argument, cst.Arg) else None
    return (
        isinstance(func, cst.Attribute)
        and not call.args
        and is_simple(func.value)
        and func.attr.value not in _CONSUMING
        and isinstance(outer, cst.Call)
        and code(outer.func) in _WALKERS
        and is_builtin(view, code(outer.func))
    )


def _steady(view: ModuleView, node: cst.BaseExpression, loop: cst.CSTNode) -> bool:
    """Pure calls on variables and attributes that the loop leaves alone."""
    functions: set[str] = set()
    fixed: list[cst.BaseExpression] = [node]
    for part in view.nodes(node):
        if isinstance(part, cst.Call):
            if _is_getter(view, part):
                fixed.append(part)
            elif _odds(view, part) is None:
                return False
            if isinstance(part.func, cst.Name):
                functions.add(part.func.value)
            elif isinstance(part.func, cst.Attribute) and code(part.func.value) == "math":
                functions.add("math")
        elif isinstance(
            part, cst.Await | cst.Yield | cst.Lambda | cst.NamedExpr | cst.BaseComp
        ) or (isinstance(part, cst.Attribute) and attribute_stored(view, part, loop)):
            return False
    return not any(
        may_change(view, use) and not any(same(a, f) for a in view.above(use) for f in fixed)
        for name in view.variables(node) - functions
        for use in view.occurrences(name, loop)
    )


def _find_calls(view: ModuleView) -> Iterator[Change]:
    done: set[tuple[str, cst.CSTNode]] = set()
    for call in view.hot(cst.Call):
        odds = _odds(view, call)
        if odds is None or not view.variables(call):
            continue
        if odds < _WORTH_A_NAME and isinstance(view.parent(call), cst.Assign | cst.AnnAssign):
            continue
        steady = None
        for loop in loops(view, call, comprehensions=True):
            if not _steady(view, call, loop):
                break
            steady = loop
        statement = anchor(view, steady) if steady is not None else None
        if steady is None or statement is None or (code(call), steady) in done:
            continue
        done.add((code(call), steady))
        calls = [c for c in view.all(cst.Call, steady) if same(c, call)]
        if all(_only_read(view, c) for c in calls):
            yield _once(view, call, calls, statement, odds, "before the loop")


def _only_read(view: ModuleView, call: cst.Call) -> bool:
    """A fresh list or set may be shared only where it is read."""
    func = call.func
    name = func.attr.value if isinstance(func, cst.Attribute) else code(func)
    if name not in _MAKERS | _LIST_METHODS:
        return True
    parent = view.parent(call)
    match parent:
        case cst.For() | cst.CompFor():
            return parent.iter is call
        case cst.ComparisonTarget():
            return True
        case cst.Subscript():
            return not is_store(view, parent)
        case cst.Arg():
            outer = view.parent(parent)
            return isinstance(outer, cst.Call) and code(outer.func) in READING_BUILTINS
    return False


def _once(
    view: ModuleView,
    call: cst.Call,
    calls: list[cst.Call],
    statement: cst.BaseStatement,
    odds: float,
    where: str,
) -> Change:
    name = view.fresh(_name_for(call))
    edits: dict[cst.CSTNode, Edit] = {c: become(make(name, {})) for c in calls}
    line = before(make_block("N = X\n", {"N": name, "X": call}))
    edits[statement] = line
    return Change(
        at=call,
        edits=edits,
        odds=odds,
        summary=f"computed `{_short(code(call))}` once {where}",
    )


def _name_for(call: cst.Call) -> str:
    func = call.func
    last = func.attr.value if isinstance(func, cst.Attribute) else code(func)
    if isinstance(func, cst.Attribute) and code(func.value) != "math":
        subject = func.value
    else:
        subject = call.args[0].value
    if isinstance(subject, cst.Call):
        subject = subject.func
    root = root_name(subject)
    base = root.value if root is not None and root.value != "self" else "value"
    return f"{base}_{last}".lower().strip("_")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:57]}..."


def _find_repeated(view: ModuleView) -> Iterator[Change]:
    done: set[cst.CSTNode] = set()
    for call in view.hot(cst.Call):
        statement = statement_of(view, call)
        odds = _odds(view, call)
        if (
            call in done
            or odds is None
            or odds < _WORTH_A_NAME
            or isinstance(statement, cst.While | None)
        ):
            continue
        if not view.variables(call) or _conditional(view, call, statement):
            continue
        calls = _same_calls(view, call, statement)
        done |= set(calls)
        if len(calls) > 1 and all(_only_read(view, c) for c in calls):
            odds = odds * (1 - 1 / len(calls))
            yield _once(view, call, calls, statement, odds, "for all its uses")


def _conditional(view: ModuleView, call: cst.Call, statement: cst.CSTNode) -> bool:
    """Evaluated perhaps, often or later: behind `and`, in a lambda or comprehension."""
    below: cst.CSTNode = call
    for above in view.above(call):
        if isinstance(above, cst.Lambda | cst.BaseComp | cst.IfExp | cst.Try | cst.FunctionDef):
            return True
        if isinstance(above, cst.BooleanOperation) and below is above.right:
            return True
        if above is statement:
            return isinstance(above, cst.If) and below is above.orelse
        below = above
    return True


def _same_calls(view: ModuleView, call: cst.Call, statement: cst.BaseStatement) -> list[cst.Call]:
    """Equal calls from a statement on, up to the first that touches what they depend on."""
    around = block_of(view, statement)
    found: list[cst.Call] = []
    for later in around[around.index(statement) :]:
        if not _steady(view, call, later):
            break
        found += [c for c in view.all(cst.Call, later) if same(c, call)]
    return found


def _find_attributes(view: ModuleView) -> Iterator[Change]:
    done: set[tuple[str, cst.CSTNode]] = set()
    for attribute in view.hot(cst.Attribute):
        loop = next(iter(loops(view, attribute)), None)
        if loop is None or not is_simple(attribute) or is_store(view, attribute):
            continue
        key = (code(attribute), loop)
        if key in done or anchor(view, loop) is None:
            continue
        done.add(key)
        uses = [a for a in view.all(cst.Attribute, loop) if same(a, attribute)]
        if len(uses) > 1 and _stays(view, attribute, uses, loop):
            yield _aliased(view, attribute, uses, loop)


def _stays(
    view: ModuleView, attribute: cst.Attribute, uses: list[cst.Attribute], loop: cst.CSTNode
) -> bool:
    root = root_name(attribute)
    if root is None or stores(view, root.value, loop) or any(is_store(view, u) for u in uses):
        return False
    names = {attribute.attr.value}
    inner = attribute.value
    while isinstance(inner, cst.Attribute):
        names.add(inner.attr.value)
        inner = inner.value
    written = [a for a in view.all(cst.Attribute) if a.attr.value in names and is_store(view, a)]
    outside = [a for a in written if not _in_constructor(view, a)]
    return not outside and _bound_at(view, root, loop)


def _in_constructor(view: ModuleView, node: cst.CSTNode) -> bool:
    return any(
        isinstance(a, cst.FunctionDef) and a.name.value == "__init__" for a in view.above(node)
    )


def _bound_at(view: ModuleView, root: cst.Name, loop: cst.CSTNode) -> bool:
    """The root has its value before the loop starts: it is bound above it, or elsewhere."""
    start = view.tree.reach[loop][0]
    return all(
        view.tree.reach[s][0] < start or not view.contains(loop, s)
        for s in stores(view, root.value)
    )


def _aliased(
    view: ModuleView, attribute: cst.Attribute, uses: list[cst.Attribute], loop: cst.CSTNode
) -> Change:
    name = view.fresh(
        code(attribute).replace(".", "_").removeprefix("self_").lstrip("_") or "value"
    )
    edits: dict[cst.CSTNode, Edit] = {u: become(make(name, {})) for u in uses}
    edits[loop] = before(make_block("N = X\n", {"N": name, "X": attribute}))
    return Change(
        at=attribute,
        edits=edits,
        odds=0.08 + 0.01 * min(len(uses), 7),
        summary=f"looked `{code(attribute)}` up once before the loop",
    )


RULES = (
    PythonRule(
        id="py-hoist-call",
        detects="A call without effects in a loop, on values that the loop leaves alone.",
        explanation=(
            "The answer is the same in every round. Computed once before the loop it costs one "
            "variable access; `sorted`, `sum`, `set` and `max` walk their whole argument each time."
        ),
        find=_find_calls,
    ),
    PythonRule(
        id="py-repeated-call",
        detects="The same call without effects several times in neighbouring statements.",
        explanation=(
            "`line.split()` or `name.lower()` makes a new object on every call. "
            "One local variable holds the answer for all uses."
        ),
        find=_find_repeated,
    ),
    PythonRule(
        id="py-hoist-attribute",
        detects="The same dotted name read several times in a loop.",
        explanation=(
            "Every dot is a lookup in a dict or along the classes. A local variable set before "
            "the loop is an array access. The gain is small but sure in tight loops."
        ),
        odds=0.1,
        most_per_file=3,
        find=_find_attributes,
    ),
)
