"""Lists used as queues or kept in order by sorting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, become, drop
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import block, make, make_block, match_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import block_of, is_store, loops
from speedwright.agent.rules.python.subject import (
    Subject,
    membership,
    method_call,
    only_line,
    subject_of,
    value_of,
)
from speedwright.agent.rules.python.view import ModuleView

_DEQUE_METHODS = frozenset({"append", "extend", "pop", "clear", "remove", "popleft", "appendleft"})


def _fronts(view: ModuleView) -> Iterator[tuple[Subject, cst.Call]]:
    """Containers with a hot `pop(0)` or `insert(0, x)`, each once."""
    done: set[tuple[str, cst.CSTNode]] = set()
    for call in view.hot(cst.Call):
        if not isinstance(call.func, cst.Attribute) or not _at_front(call.func.attr.value, call):
            continue
        subject = subject_of(view, call.func.value)
        if subject is not None and not subject.foreign and (subject.text, subject.home) not in done:
            done.add((subject.text, subject.home))
            yield subject, call


def _at_front(name: str, call: cst.Call) -> bool:
    wanted = {"pop": 1, "insert": 2}.get(name)
    return len(call.args) == wanted and code(call.args[0].value) == "0"


def _find_deque(view: ModuleView) -> Iterator[Change]:
    for subject, call in _fronts(view):
        text, imports = access(view, "collections", "deque")
        edits: dict[cst.CSTNode, Edit] = {}
        if all(_as_deque(view, use, text, edits) for use in subject.uses):
            yield Change(
                at=call,
                edits=edits,
                imports=imports,
                summary=f"made `{subject.text}` a deque, quick at either end",
            )


def _as_deque(
    view: ModuleView, use: cst.BaseExpression, deque: str, edits: dict[cst.CSTNode, Edit]
) -> bool:
    """Whether a use works on a deque, after the edits it adds."""
    if is_store(view, use):
        value = value_of(view, use)
        if not isinstance(value, cst.List | cst.ListComp) and not _is_list_call(value):
            return False
        assert value is not None
        empty = isinstance(value, cst.List) and not value.elements
        inner = value.args[0].value if isinstance(value, cst.Call) and value.args else value
        bare = empty or (isinstance(value, cst.Call) and not value.args)
        note = _list_note(view, use)
        if note is not None:
            edits[note] = become(make(deque, {}))
        edits[value] = become(make("D()" if bare else "D(X)", {"D": deque, "X": inner}))
        return True
    called = method_call(view, use)
    if called is not None:
        name, call = called
        if _at_front(name, call):
            assert isinstance(call.func, cst.Attribute)
            new = "popleft" if name == "pop" else "appendleft"
            edits[call] = become(
                call.with_changes(
                    func=call.func.with_changes(attr=cst.Name(new)), args=call.args[1:]
                )
            )
            return True
        return name in _DEQUE_METHODS and not (name == "pop" and call.args)
    return _works_on_deque(view, use)


def _list_note(view: ModuleView, use: cst.CSTNode) -> cst.Name | None:
    """The `list` of `queue: list[int] = []`."""
    small = view.parent(use)
    if not isinstance(small, cst.AnnAssign):
        return None
    note = small.annotation.annotation
    base = note.value if isinstance(note, cst.Subscript) else note
    return base if isinstance(base, cst.Name) and base.value in {"list", "List"} else None


def _is_list_call(value: cst.BaseExpression | None) -> bool:
    return isinstance(value, cst.Call) and code(value.func) == "list" and len(value.args) < 2


def _works_on_deque(view: ModuleView, use: cst.BaseExpression) -> bool:
    parent = view.parent(use)
    if membership(view, use) is not None:
        return True
    match parent:
        case cst.While() | cst.If() | cst.UnaryOperation() | cst.BooleanOperation():
            return True
        case cst.For() | cst.CompFor():
            return parent.iter is use
        case cst.Subscript():
            return not any(isinstance(e.slice, cst.Slice) for e in parent.slice)
        case cst.Arg():
            call = view.parent(parent)
            return isinstance(call, cst.Call) and code(call.func) in {
                "len", "list", "bool", "sum", "min", "max", "any", "all", "set", "tuple", "sorted",
            }  # fmt: skip
    return False


def _find_insort(view: ModuleView) -> Iterator[Change]:
    text, imports = access(view, "bisect", "insort")
    for sort, key in (("V.sort()", ""), ("V = sorted(V)", ""), ("V.sort(key=K)", ", key=K")):
        pattern = block(f"V.append(X)\n{sort}\n")
        for line in view.hot(cst.SimpleStatementLine):
            around = block_of(view, line)
            place = around.index(line) if line in around else 0
            found = match_block(pattern, around[place : place + 2])
            if found is None or not any(True for _ in loops(view, line)):
                continue
            new = make_block(f"CALL(V, X{key})\n", {**found, "CALL": text})[0]
            yield Change(
                at=around[place + 1],
                edits={line: become(new), around[place + 1]: drop()},
                imports=imports,
                summary="inserted each element at its place instead of sorting again",
            )


_HEAP_USES: dict[str, Callable[[cst.Call], bool]] = {
    "append": lambda call: len(call.args) == 1,
    "sort": lambda call: not call.args,
    "pop": lambda call: len(call.args) == 1 and code(call.args[0].value) == "0",
}


def _find_heap(view: ModuleView) -> Iterator[Change]:
    for subject, call in _fronts(view):
        push, imports = access(view, "heapq", "heappush")
        heap = push.removesuffix("heappush")
        names = {c[0] for use in subject.uses if (c := method_call(view, use))}
        edits: dict[cst.CSTNode, Edit] = {}
        if "sort" in names and all(_as_heap(view, u, heap, edits) for u in subject.uses):
            yield Change(
                at=call,
                edits=edits,
                imports=imports if heap else ("import heapq",),
                summary=f"kept `{subject.text}` as a heap instead of sorting it in every round",
            )


def _as_heap(
    view: ModuleView, use: cst.BaseExpression, heap: str, edits: dict[cst.CSTNode, Edit]
) -> bool:
    if is_store(view, use):
        value = value_of(view, use)
        return isinstance(value, cst.List) and len(value.elements) < 2
    called = method_call(view, use)
    if called is None:
        return isinstance(view.parent(use), cst.While | cst.If | cst.UnaryOperation) or (
            isinstance(view.parent(use), cst.Arg) and _works_on_deque(view, use)
        )
    name, call = called
    if name not in _HEAP_USES or not _HEAP_USES[name](call):
        return False
    if name == "append":
        edits[call] = become(
            make(f"{heap}heappush(X, E)", {"X": use, "E": call.args[0].value})
        )  # fmt: skip
    elif name == "pop":
        edits[call] = become(make(f"{heap}heappop(X)", {"X": use}))
    else:
        small = view.parent(call)
        line = only_line(view, small) if small is not None else None
        if line is None:
            return False
        alone = len(block_of(view, line)) == 1
        edits[line] = become(make_block("pass\n", {})[0]) if alone else drop()
    return True


RULES = (
    PythonRule(
        id="py-deque",
        detects="A list with `pop(0)` or `insert(0, x)`.",
        explanation=(
            "Taking or putting the first element of a list moves all the others. "
            "`collections.deque` does both at either end in constant time."
        ),
        odds=0.6,
        find=_find_deque,
    ),
    PythonRule(
        id="py-heap",
        detects="A list that is sorted again before each `pop(0)`.",
        explanation=(
            "Sorting in every round costs far more than finding the smallest. "
            "A heap gives the smallest and takes a new element in logarithmic time."
        ),
        odds=0.7,
        find=_find_heap,
    ),
    PythonRule(
        id="py-insort",
        detects="`append` followed by `sort` in a loop.",
        explanation=(
            "The list was in order before the append, so sorting it all again is wasted. "
            "`bisect.insort` finds the place by halving and inserts there."
        ),
        odds=0.5,
        find=_find_insort,
    ),
)
