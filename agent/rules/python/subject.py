"""A container that a function or class keeps: where it is made and what is done to it."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from speedwright.agent.rules.python.nodes import code, only_statement, same, type_name
from speedwright.agent.rules.python.scope import function_of, is_store, statement_of
from speedwright.agent.rules.python.view import ModuleView

_LISTS = (cst.List, cst.ListComp, cst.Tuple)
_LIST_CALLS = frozenset({"list", "sorted", "tuple"})
_LIST_METHODS = frozenset({"split", "splitlines", "readlines", "tolist", "rsplit", "findall"})
_HASHED = (cst.Dict, cst.DictComp, cst.Set, cst.SetComp, cst.SimpleString, cst.FormattedString)
_HASHED_CALLS = frozenset(
    "set frozenset dict defaultdict Counter OrderedDict range str bytes deque open".split()
)
_DICT_CALLS = frozenset({"dict", "defaultdict", "Counter", "OrderedDict", "fromkeys"})
_DICT_NOTES = ("dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "Counter")
_HASHED_METHODS = frozenset(
    "items keys values get add discard setdefault lower upper strip startswith endswith encode "
    "decode replace join union issubset intersection".split()
)
_LIST_ATTRIBUTES = frozenset(dir(list))
_LIST_NOTES = ("list", "List", "Sequence", "tuple", "Tuple", "Iterable", "Collection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A variable of one function, or an attribute of `self` in one class.

    Attributes:
        text: As it is written.
        uses: Every occurrence, as far as it is the same object for sure.
        home: Function, class or module it belongs to.
        foreign: The attribute read off something else than `self`: perhaps the same object.
    """

    text: str
    uses: tuple[cst.BaseExpression, ...]
    home: cst.CSTNode
    foreign: tuple[cst.Attribute, ...] = ()

    def stores(self, view: ModuleView) -> list[cst.BaseExpression]:
        """Occurrences that bind it."""
        return [use for use in self.uses if is_store(view, use)]

    def named(self, view: ModuleView, suffix: str) -> str:
        """Name for a companion: `xs_set`, `self.xs_set`, `XS_SET`."""
        last = self.text.rsplit(".", 1)[-1]
        ending = suffix.upper() if last.isupper() else suffix
        base = f"{last}_{ending}"
        if "." not in self.text:
            return view.fresh(base)
        taken = view.tree.identifiers
        return "self." + next(
            n for n in (base, *(f"{base}_{i}" for i in range(2, 99))) if n not in taken
        )


def subject_of(view: ModuleView, node: cst.BaseExpression) -> Subject | None:
    """The subject a name or `self.name` stands for, if all its occurrences are known."""
    if isinstance(node, cst.Name):
        home = function_of(view, node)
        bound = [n for n in view.occurrences(node.value, home) if is_store(view, n)]
        if not bound or any(_declares(view, n) for n in bound):
            return None
        uses = view.occurrences(node.value, home)
        return Subject(text=node.value, uses=tuple(uses), home=home)
    if isinstance(node, cst.Attribute) and code(node.value) == "self":
        owner = next((a for a in view.above(node) if isinstance(a, cst.ClassDef)), None)
        found = [a for a in view.all(cst.Attribute) if a.attr.value == node.attr.value]
        own = [a for a in found if code(a.value) == "self"]
        foreign = tuple(a for a in found if code(a.value) != "self")
        if owner is not None:
            inside = tuple(a for a in own if view.contains(owner, a))
            return Subject(text=code(node), uses=inside, home=owner, foreign=foreign)
    return None


def _declares(view: ModuleView, name: cst.CSTNode) -> bool:
    return isinstance(view.parent(name), cst.NameItem)


def value_of(view: ModuleView, store: cst.CSTNode) -> cst.BaseExpression | None:
    """What a plain assignment `store = value` assigns, if it stands on a line of its own."""
    above = view.parent(store)
    small = view.parent(above) if isinstance(above, cst.AssignTarget) else above
    if isinstance(small, cst.Assign) and (len(small.targets) != 1 or above is small):
        return None
    if not isinstance(small, cst.Assign | cst.AnnAssign) or only_line(view, small) is None:
        return None
    return small.value


def only_line(view: ModuleView, small: cst.CSTNode) -> cst.SimpleStatementLine | None:
    """The line in a block that holds just this small statement."""
    line = view.parent(small)
    if not isinstance(line, cst.SimpleStatementLine) or only_statement(line) is not small:
        return None
    return line if statement_of(view, small) is line else None


def list_likeness(view: ModuleView, subject: Subject) -> float:
    """How likely (0-1) the subject is a list or tuple rather than a dict, set or text."""
    used = {_method(view, use) for use in subject.uses} - {None}
    if used & _HASHED_METHODS or any(_text_key(view, use) for use in subject.uses):
        return 0.0
    if used - _LIST_ATTRIBUTES:  # no list has it; what else it is, nobody knows
        return 0.0
    chances = [_store_likeness(view, store) for store in subject.stores(view)]
    return min(chances, default=0.0)


def dict_likeness(view: ModuleView, node: cst.BaseExpression) -> bool:
    """Whether a name or attribute is seen to be a dict: made, annotated or used as one."""
    subject = subject_of(view, node)
    if subject is None:
        return False
    if {_method(view, use) for use in subject.uses} & {"items", "values", "keys", "setdefault"}:
        return True
    return any(_makes_dict(view, store) for store in subject.stores(view))


def _makes_dict(view: ModuleView, store: cst.CSTNode) -> bool:
    parent = view.parent(store)
    if isinstance(parent, cst.Param):
        return type_name(parent.annotation).startswith(_DICT_NOTES)
    value = value_of(view, store)
    if isinstance(value, cst.Call):
        return code(value.func).rsplit(".", 1)[-1] in _DICT_CALLS
    return isinstance(value, cst.Dict | cst.DictComp)


def _store_likeness(view: ModuleView, store: cst.CSTNode) -> float:
    parent = view.parent(store)
    if isinstance(parent, cst.Param):
        return _param_likeness(parent)
    value = value_of(view, store)
    if isinstance(value, _LISTS):
        return 1.0
    if value is None or isinstance(value, _HASHED):
        return 0.0
    if isinstance(value, cst.Call):
        called = code(value.func).rsplit(".", 1)[-1]
        if called in _LIST_CALLS or called in _LIST_METHODS:
            return 1.0
        return 0.0 if called in _HASHED_CALLS or called[:1].isupper() else 0.3
    return 0.0


def _param_likeness(param: cst.Param) -> float:
    if param.annotation is not None:
        return 0.8 if type_name(param.annotation).startswith(_LIST_NOTES) else 0.0
    if param.default is not None:
        return 0.8 if isinstance(param.default, _LISTS) else 0.3
    return 0.4


def _method(view: ModuleView, use: cst.CSTNode) -> str | None:
    parent = view.parent(use)
    if isinstance(parent, cst.Attribute) and parent.value is use:
        return parent.attr.value
    return None


def _text_key(view: ModuleView, use: cst.CSTNode) -> bool:
    parent = view.parent(use)
    return (
        isinstance(parent, cst.Subscript)
        and parent.value is use
        and any(isinstance(n, cst.SimpleString) for s in parent.slice for n in view.nodes(s))
    )


def method_call(view: ModuleView, use: cst.CSTNode) -> tuple[str, cst.Call] | None:
    """`("append", call)` if the occurrence is the `xs` of `xs.append(…)`."""
    attribute = view.parent(use)
    call = view.parent(attribute) if attribute is not None else None
    if (
        isinstance(attribute, cst.Attribute)
        and attribute.value is use
        and isinstance(call, cst.Call)
        and call.func is attribute
    ):
        return attribute.attr.value, call
    return None


def membership(view: ModuleView, use: cst.CSTNode) -> cst.ComparisonTarget | None:
    """The `in xs` or `not in xs` around an occurrence."""
    parent = view.parent(use)
    if isinstance(parent, cst.ComparisonTarget) and isinstance(parent.operator, cst.In | cst.NotIn):
        return parent
    return None


def is_use_of(subject: Subject, node: cst.CSTNode) -> bool:
    """Whether a node is written as the subject is."""
    return same(subject.uses[0], node)
