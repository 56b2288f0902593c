"""Type tests against abstract classes."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.imports import access
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import make
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_builtin
from speedwright.agent.rules.python.view import ModuleView

# Abstract class -> builtin classes that are instances of it and are asked for first.
_CONCRETE = {
    "Mapping": ("dict",),
    "MutableMapping": ("dict",),
    "Sequence": ("list", "tuple", "str"),
    "MutableSequence": ("list",),
    "Set": ("set", "frozenset"),
    "MutableSet": ("set",),
    "Iterable": ("list", "tuple", "str", "dict"),
    "Collection": ("list", "tuple", "str", "dict"),
    "Sized": ("list", "tuple", "str", "dict"),
    "Container": ("list", "tuple", "str", "dict"),
    "Number": ("int", "float"),
    "Complex": ("int", "float"),
    "Real": ("int", "float"),
    "Rational": ("int",),
    "Integral": ("int",),
}
_NUMBERS = frozenset({"Number", "Complex", "Real", "Rational", "Integral"})


def _find(view: ModuleView) -> Iterator[Change]:
    if not is_builtin(view, "isinstance"):
        return
    known = {}
    for name, concrete in _CONCRETE.items():
        for module in ("numbers",) if name in _NUMBERS else ("collections.abc", "typing"):
            text, missing = access(view, module, name)
            if not missing and all(is_builtin(view, c) for c in concrete):
                known[text] = concrete
    callable_text, missing = access(view, "collections.abc", "Callable")
    for call in view.hot(cst.Call) if known or not missing else ():
        if code(call.func) != "isinstance" or len(call.args) != 2 or any(a.star for a in call.args):
            continue
        subject, asked = call.args[0].value, call.args[1].value
        if not missing and code(asked) == callable_text and is_builtin(view, "callable"):
            new = in_place_of(view, call, make("callable(X)", {"X": subject}))
            yield Change(at=call, edits={call: become(new)}, summary=_SUMMARY)
            continue
        many = [e.value for e in asked.elements] if isinstance(asked, cst.Tuple) else [asked]
        names = [code(m) for m in many]
        concrete = next((known[n] for n in names if n in known), ())
        extra = [c for c in concrete if c not in names]
        if concrete and len(extra) == len(concrete):
            new = make(f"({', '.join([*extra, *names])})", {})
            yield Change(at=call, edits={asked: become(new)}, summary=_SUMMARY)


_SUMMARY = "asked for the builtin classes before the abstract one"

RULES = (
    PythonRule(
        id="py-abstract-test",
        detects="`isinstance(x, Mapping)` or another abstract class, in hot code.",
        explanation=(
            "An abstract class answers `isinstance` through a Python method and a cache of weak "
            "references. Asked in a tuple behind the builtin classes that belong to it anyway, it "
            "is reached only by the others."
        ),
        odds=0.3,
        find=_find,
    ),
)
