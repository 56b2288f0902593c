"""Containers copied whole to change one element, and objects copied the slow way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import BlockForm, block_finder
from speedwright.agent.rules.python.change import Change, Edit, after, become, before
from speedwright.agent.rules.python.forms import Form, finder
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.nodes import code, same
from speedwright.agent.rules.python.pattern import Bindings, make, make_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import (
    anchor,
    is_simple,
    loops,
    root_name,
    stores,
)
from speedwright.agent.rules.python.subject import only_line
from speedwright.agent.rules.python.view import ModuleView


def _in_loop(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    """In a loop that does not start with a container made in the same round."""
    name = found["V"]
    assert isinstance(name, cst.Name)
    loop = next(iter(loops(view, old[0])), None)
    return loop is not None and all(
        view.contains(old[0], s) for s in stores(view, name.value, loop)
    )


REBUILT = PythonRule(
    id="py-rebuilt-container",
    detects="`xs = xs + [x]`, `d = {**d, k: v}` or `s = s | {x}` in a loop.",
    explanation=(
        "Each round copies everything gathered so far, so the loop is quadratic. "
        "`append`, item assignment and `add` change the container in place."
    ),
    odds=0.7,
    find=block_finder(
        tuple(
            BlockForm(pattern=pattern, template=template, guard=_in_loop)
            for pattern, template in (
                ("V = V + [E]\n", "V.append(E)\n"),
                ("V = [*V, E]\n", "V.append(E)\n"),
                ("V = V + list(E)\n", "V.extend(E)\n"),
                ("V = [*V, *E]\n", "V.extend(E)\n"),
                ("V = {**V, K: E}\n", "V[K] = E\n"),
                ("V = V | {E}\n", "V.add(E)\n"),
                ("V = V.union({E})\n", "V.add(E)\n"),
                ("V = V | {K: E}\n", "V[K] = E\n"),
            )
        ),
        "changed the container in place instead of copying it",
    ),
)


def _find_deepcopy(view: ModuleView) -> Iterator[Change]:
    text, missing = access(view, "copy", "deepcopy")
    if missing:
        return
    load, imports = access(view, "pickle", "loads")
    dump, _ = access(view, "pickle", "dumps")
    for call in view.hot(cst.Call):
        if code(call.func) == text and len(call.args) == 1 and not call.args[0].star:
            value = call.args[0].value
            new = make(f"{load}({dump}(X, -1))", {"X": value})
            yield Change(
                at=call,
                edits={call: become(new)},
                imports=imports,
                summary="copied plain data through `pickle`, which walks it in C",
            )


def _find_accumulators(view: ModuleView) -> Iterator[Change]:
    for step in view.hot(cst.AugAssign):
        line, loop = only_line(view, step), next(iter(loops(view, step)), None)
        if line is None or loop is None or anchor(view, loop) is None:
            continue
        if not _is_cell(step.target) or not _own(view, step, loop):
            continue
        name = view.fresh("total")
        target = step.target
        load = make_block(f"{name} = T\n", {"T": target})
        store = make_block(f"T = {name}\n", {"T": target})
        edits: dict[cst.CSTNode, Edit] = {
            step.target: become(make(name, {})),
            loop: _wrapped(load, store),
        }
        yield Change(
            at=step,
            edits=edits,
            summary=f"added up in a local variable and stored `{code(target)}` once",
        )


def _wrapped(load: Sequence[cst.BaseStatement], store: Sequence[cst.BaseStatement]) -> Edit:
    def edit(old: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
        made = before(load)(old)
        assert isinstance(made, cst.FlattenSentinel)
        *head, last = made
        made = after(store)(last)
        assert isinstance(made, cst.FlattenSentinel)
        return cst.FlattenSentinel([*head, *made])

    return edit


def _is_cell(target: cst.BaseExpression) -> bool:
    """`self.total`, `c[i][j]`, `c[i, j]`: plain names and numbers all the way."""
    if isinstance(target, cst.Subscript):
        indices = [e.slice for e in target.slice]
        return (_is_cell(target.value) or isinstance(target.value, cst.Name)) and all(
            isinstance(i, cst.Index) and is_simple(i.value) for i in indices
        )
    return isinstance(target, cst.Attribute) and is_simple(target)


def _own(view: ModuleView, step: cst.AugAssign, loop: cst.CSTNode) -> bool:
    """Nobody else in the loop can see the cell, and its address stays the same."""
    target, root = step.target, root_name(step.target)
    if root is None or any(stores(view, n, loop) for n in view.variables(target)):
        return False
    jumps = (cst.Return, cst.Yield, cst.Await, cst.Try, cst.With)
    if any(isinstance(n, jumps) for n in view.nodes(loop)):
        return False
    if isinstance(target, cst.Attribute):
        cells = [a for a in view.all(cst.Attribute, loop) if a.attr.value == target.attr.value]
        calls = [
            c
            for c in view.all(cst.Call, loop)
            if any(n.value == root.value for n in view.all(cst.Name, c))
        ]
        return len(cells) == 1 and not calls
    return sum(same(n, root) for n in view.occurrences(root.value, loop)) == 1


DEEPCOPY = PythonRule(
    id="py-deepcopy",
    detects="`copy.deepcopy` in hot code.",
    explanation=(
        "`deepcopy` walks the object in Python and keeps a memo of everything. "
        "For plain data a round trip through `pickle` makes the same copy in C, several times "
        "faster; objects that cannot be pickled fail."
    ),
    odds=0.45,
    find=_find_deepcopy,
)
ACCUMULATOR = PythonRule(
    id="py-local-accumulator",
    detects="`self.total += x` or `c[i][j] += x` in a loop that does not move the target.",
    explanation=(
        "Every round looks the target up, reads and writes it. A local variable is an array "
        "access; the target is stored once after the loop."
    ),
    odds=0.2,
    find=_find_accumulators,
)


QUESTIONS = PythonRule(
    id="py-existence-test",
    detects="Counting or searching everything only to ask whether something is there.",
    explanation=(
        "A count walks to the end and a filtered list is built in full, though the first match "
        "decides. `in` and `any` stop there."
    ),
    odds=0.5,
    find=finder(
        (
            Form(pattern="X.count(E) > 0", template="E in X"),
            Form(pattern="X.count(E) >= 1", template="E in X"),
            Form(pattern="X.count(E) == 0", template="E not in X"),
            Form(pattern="X.find(E) != -1", template="E in X", odds=0.2),
            Form(pattern="X.find(E) >= 0", template="E in X", odds=0.2),
            Form(pattern="X.find(E) == -1", template="E not in X", odds=0.2),
            *(
                Form(
                    pattern=f"len([E for T in X if C]) {end}",
                    template=f"{word}any(C for T in X)",
                    builtins=("len", "any"),
                )
                for end, word in (("> 0", ""), (">= 1", ""), ("!= 0", ""), ("== 0", "not "))
            ),
            *(
                Form(
                    pattern=f"any({test} for V in X)",
                    template="E in X",
                    builtins=("any",),
                    guard=lambda view, node, found: (
                        _name(found["V"]) not in view.variables(_expression(found["E"]))
                    ),
                )
                for test in ("V == E", "E == V")
            ),
        ),
        "asked whether it is there instead of counting",
    ),
)


def _name(value: object) -> str:
    assert isinstance(value, cst.Name)
    return value.value


def _expression(value: object) -> cst.BaseExpression:
    assert isinstance(value, cst.BaseExpression)
    return value


RULES = (REBUILT, DEEPCOPY, ACCUMULATOR, QUESTIONS)
