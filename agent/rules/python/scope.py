"""Questions about names: who stores, who mutates, what is invariant in a loop."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.view import ModuleView

Loop = cst.For | cst.While
Comprehension = cst.BaseComp
Function = cst.FunctionDef | cst.Lambda

# Methods that leave their object as it was.
READING_METHODS = frozenset(
    "get keys values items copy count index union intersection difference issubset issuperset "
    "isdisjoint startswith endswith lower upper strip lstrip rstrip split rsplit splitlines find "
    "rfind replace join encode decode format isdigit isalpha isalnum isspace isupper islower title "
    "partition rpartition zfill casefold translate bit_length bit_count most_common sum mean min "
    "max any all astype dot reshape tolist ravel flatten transpose hex".split()
)
# Builtins that neither keep nor change what they are given.
READING_BUILTINS = frozenset(
    "abs all any ascii bin bool bytes chr complex dict divmod enumerate float format frozenset "
    "hash hex int isinstance issubclass iter len list max min oct ord pow print range "
    "repr reversed round set slice sorted str sum tuple type zip".split()
)


_UNSTEADY = (cst.Call, cst.Await, cst.Yield, cst.Lambda, cst.NamedExpr, cst.BaseComp)


def stores(view: ModuleView, name: str, within: cst.CSTNode | None = None) -> list[cst.Name]:
    """Occurrences that give the variable a value, delete it or declare it."""
    return [n for n in view.occurrences(name, within) if is_store(view, n)]


def is_store(view: ModuleView, name: cst.CSTNode) -> bool:
    """Whether an occurrence (a name or attribute) is bound here rather than read."""
    node, parent = name, view.parent(name)
    while isinstance(parent, cst.Element | cst.StarredElement | cst.Tuple | cst.List):
        node, parent = parent, view.parent(parent)
    match parent:
        case cst.AssignTarget() | cst.Del() | cst.NameItem() | cst.AsName():
            return True
        case cst.AugAssign() | cst.AnnAssign() | cst.For() | cst.CompFor() | cst.NamedExpr():
            return parent.target is node
        case cst.Param() | cst.FunctionDef() | cst.ClassDef():
            return parent.name is node
        case cst.ImportAlias():
            return True
        case cst.MatchAs() | cst.MatchStar() | cst.MatchMapping() | cst.TypeVar():
            return True
    return False


def is_builtin(view: ModuleView, name: str, at: cst.CSTNode | None = None) -> bool:
    """Whether the name means the builtin everywhere in the file, or at one place of it."""
    if not hasattr(builtins, name):
        return False
    return not any(at is None or _reaches(view, store, at) for store in stores(view, name))


def _reaches(view: ModuleView, store: cst.Name, at: cst.CSTNode) -> bool:
    """Whether what a store binds may be seen at a node: same module, class or function."""
    parent = view.parent(store)
    scope: cst.CSTNode | None = function_of(view, store)
    if isinstance(parent, cst.Param):
        scope = next((a for a in view.above(store) if isinstance(a, Function)), None)
    elif isinstance(parent, cst.NameItem):
        scope = None
    return scope is None or view.contains(scope, at)


def function_of(view: ModuleView, node: cst.CSTNode) -> cst.CSTNode:
    """Nearest function (or class body, or module) around a node: where its locals live."""
    below = node
    for node_above in view.above(node):
        if isinstance(node_above, cst.FunctionDef | cst.ClassDef) and below is node_above.body:
            return node_above
        below = node_above
    return view.tree.module


def loops(
    view: ModuleView, node: cst.CSTNode, *, comprehensions: bool = False
) -> Iterator[cst.CSTNode]:
    """Loops that run the node again and again, innermost first, up to the function."""
    below = node
    for above in view.above(node):
        if isinstance(above, cst.For) and below is above.body:
            yield above
        elif isinstance(above, cst.While) and below is not above.orelse:
            yield above
        elif comprehensions and isinstance(above, Comprehension):
            if not _is_first_source(view, above, node):
                yield above
        elif isinstance(above, Function | cst.ClassDef):
            return
        below = above


def _is_first_source(view: ModuleView, comp: cst.BaseComp, node: cst.CSTNode) -> bool:
    return view.contains(comp.for_in.iter, node)


def statement_of(view: ModuleView, node: cst.CSTNode) -> cst.BaseStatement | None:
    """The statement around a node that stands on lines of its own in a block."""
    below = node
    for above in view.above(node):
        if isinstance(above, cst.IndentedBlock | cst.Module):
            return below if isinstance(below, cst.BaseStatement) else None
        below = above
    return None


def block_of(view: ModuleView, statement: cst.CSTNode) -> list[cst.BaseStatement]:
    """All statements of the block a statement stands in."""
    parent = view.parent(statement)
    if isinstance(parent, cst.IndentedBlock | cst.Module):
        return [s for s in parent.body if isinstance(s, cst.BaseStatement)]
    return []


def blocks(view: ModuleView) -> Iterator[list[cst.BaseStatement]]:
    """Every block of the file as its statements."""
    for node in view.nodes():
        if isinstance(node, cst.IndentedBlock | cst.Module):
            yield [s for s in node.body if isinstance(s, cst.BaseStatement)]


def insertable(view: ModuleView, statement: cst.CSTNode) -> bool:
    """Whether statements can be put above it."""
    return isinstance(view.parent(statement), cst.IndentedBlock | cst.Module)


def root_name(node: cst.CSTNode) -> cst.Name | None:
    """`a` of `a.b[0].c`."""
    while isinstance(node, cst.Attribute | cst.Subscript):
        node = node.value
    return node if isinstance(node, cst.Name) else None


def is_mutated(view: ModuleView, name: str, within: cst.CSTNode) -> bool:
    """Whether the object behind a name may change below a node, as far as the syntax tells.

    A method that is not known to only read counts as a change, so does handing the bare name
    to anything but a builtin that only reads.
    """
    return any(may_change(view, n) for n in view.occurrences(name, within))


def may_change(view: ModuleView, name: cst.Name) -> bool:
    """Whether an occurrence binds a variable or may change the object behind it."""
    if is_store(view, name):
        return True
    node: cst.CSTNode = name
    parent = view.parent(node)
    while isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is node:
        if isinstance(parent, cst.Attribute):
            call = view.parent(parent)
            if isinstance(call, cst.Call) and call.func is parent:
                # `self.rows.append(…)` changes `self.rows`, which is asked for by its own name.
                deeper = isinstance(node, cst.Attribute)
                return not deeper and parent.attr.value not in READING_METHODS
        if is_store(view, parent):
            return True
        node, parent = parent, view.parent(parent)
    if node is name and isinstance(parent, cst.Arg):
        call = view.parent(parent)
        return not (isinstance(call, cst.Call) and _only_reads(view, call.func))
    return False


def _only_reads(view: ModuleView, func: cst.BaseExpression) -> bool:
    if isinstance(func, cst.Name):
        return func.value in READING_BUILTINS and is_builtin(view, func.value)
    if isinstance(func, cst.Attribute):
        if isinstance(func.value, cst.Name) and func.value.value == "math":
            return True
        return func.attr.value in READING_METHODS | {"append", "add", "extend", "update"}
    return False


def is_invariant(view: ModuleView, node: cst.BaseExpression, loop: cst.CSTNode) -> bool:
    """Whether an expression means the same in every round: its variables stay as they are."""
    for part in view.nodes(node):
        if isinstance(
            part, cst.Call | cst.Await | cst.Yield | cst.Lambda | cst.NamedExpr | cst.BaseComp
        ):
            return False
        if isinstance(part, cst.Attribute) and attribute_stored(view, part, loop):
            return False
    return not any(is_mutated(view, name, loop) for name in view.variables(node))


def attribute_stored(view: ModuleView, attribute: cst.Attribute, loop: cst.CSTNode) -> bool:
    """Whether something below a node binds or changes an attribute of that name."""
    wanted = attribute.attr.value
    return any(
        other.attr.value == wanted and (is_store(view, other) or _attribute_mutated(view, other))
        for other in view.all(cst.Attribute, loop)
    )


def _attribute_mutated(view: ModuleView, attribute: cst.Attribute) -> bool:
    """`self.items.append(…)` and `self.items[k] = …` change `self.items`."""
    node: cst.CSTNode = attribute
    parent = view.parent(node)
    while isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is node:
        call = view.parent(parent)
        if isinstance(parent, cst.Attribute) and isinstance(call, cst.Call) and call.func is parent:
            return parent.attr.value not in READING_METHODS
        if is_store(view, parent):
            return True
        node, parent = parent, view.parent(parent)
    return False


def used_after(view: ModuleView, name: str, statement: cst.CSTNode) -> bool:
    """Whether a variable's value is read after a statement has run, in the same function.

    Occurrences in loops and comprehensions that bind the name do not count, nor do those that
    a plain assignment in the same block comes before.
    """
    start = view.tree.reach[statement][0]
    around = list(loops(view, statement))
    shadow = _next_store(view, name, statement)
    for n in view.occurrences(name, function_of(view, statement)):
        place = view.tree.reach[n][0]
        if view.contains(statement, n) or is_store(view, n):
            continue
        if place < start and not any(view.contains(loop, n) for loop in around):
            continue
        if place >= start and shadow is not None and place > shadow:
            continue
        if not any(
            isinstance(a, cst.For | cst.BaseComp) and _binds(view, a, name) for a in view.above(n)
        ):
            return True
    return False


def _next_store(view: ModuleView, name: str, statement: cst.CSTNode) -> int | None:
    """Where the same block next gives the variable a new value, if it does so plainly."""
    around = block_of(view, statement)
    for later in around[around.index(statement) + 1 :] if statement in around else []:  # type: ignore[arg-type]  # found by identity
        found = view.occurrences(name, later)
        if not found:
            continue
        first = view.parent(found[0])
        plain = isinstance(first, cst.AssignTarget) and is_store(view, found[0])
        return view.tree.reach[found[0]][0] if plain and len(found) == 1 else None
    return None


def anchor(view: ModuleView, loop: cst.CSTNode) -> cst.BaseStatement | None:
    """The statement above which something can be computed once for a whole loop."""
    statement = statement_of(view, loop) if isinstance(loop, Comprehension) else loop
    if not isinstance(statement, cst.BaseStatement) or not insertable(view, statement):
        return None
    # A comprehension in the test of a `while` runs again in every round of that loop.
    return None if statement is not loop and isinstance(statement, cst.While) else statement


def _binds(view: ModuleView, loop: cst.For | cst.BaseComp, name: str) -> bool:
    targets = (
        [loop.target]
        if isinstance(loop, cst.For)
        else [c.target for c in view.all(cst.CompFor, loop)]
    )
    return any(name in view.variables(t) for t in targets)


def leaves(view: ModuleView, node: cst.CSTNode) -> bool:
    """Whether something below hands out values or jumps: await, yield, return, break, continue."""
    kinds = (cst.Await, cst.Yield, cst.Return, cst.Break, cst.Continue, cst.NamedExpr)
    return any(isinstance(n, kinds) for n in view.nodes(node))


def is_simple(node: cst.CSTNode) -> bool:
    """A name, constant or dotted name: cheap to evaluate twice and free of effects."""
    if isinstance(node, cst.Attribute):
        return is_simple(node.value)
    return isinstance(node, cst.Name | cst.SimpleString | cst.BaseNumber)
