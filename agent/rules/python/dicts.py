"""Dictionaries asked twice, and counting by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import BlockForm, block_finder, foldable
from speedwright.agent.rules.python.change import Change, Edit, become
from speedwright.agent.rules.python.forms import Form, finder, found_by
from speedwright.agent.rules.python.nodes import same
from speedwright.agent.rules.python.pattern import Bindings, make
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_invariant, is_simple, is_store, used_after
from speedwright.agent.rules.python.subject import dict_likeness
from speedwright.agent.rules.python.view import ModuleView

_COUNTS = (
    "  if E in V:\n    V[E] += 1\n  else:\n    V[E] = 1\n",
    "  if E not in V:\n    V[E] = 1\n  else:\n    V[E] += 1\n",
    "  if E not in V:\n    V[E] = 0\n  V[E] += 1\n",
    "  V[E] = V.get(E, 0) + 1\n",
    "  if E in V:\n    V[E] = V[E] + 1\n  else:\n    V[E] = 1\n",
    "  if E not in V:\n    V[E] = 1\n  else:\n    V[E] = V[E] + 1\n",
    "  if E in V.keys():\n    V[E] += 1\n  else:\n    V[E] = 1\n",
    "  if E in V.keys():\n    V[E] = V[E] + 1\n  else:\n    V[E] = 1\n",
    "  try:\n    V[E] += 1\n  except KeyError:\n    V[E] = 1\n",
)


def _counts(head: str, body: str, result: str) -> tuple[BlockForm, BlockForm]:
    own = re.sub(r"\bE\b", "VE", body)
    whole = {"guard": foldable, "call": ("collections", "Counter"), "builtins": ("dict",)}
    return (
        BlockForm(
            pattern=f"{head}for VE in X:\n{own}",
            template=result.replace("WHAT", "X"),
            **whole,  # type: ignore[arg-type]  # three fields, spelt once
        ),
        BlockForm(
            pattern=f"{head}for T in X:\n{body}",
            template=result.replace("WHAT", "E for T in X"),
            **whole,  # type: ignore[arg-type]  # the same
        ),
    )


_COUNTER = tuple(
    form
    for body in _COUNTS
    for head in ("V = {}\n", "V = dict()\n")
    for form in _counts(head, body, "V = dict(CALL(WHAT))\n")
)


def _simple_parts(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    key = found["K"]
    assert isinstance(key, cst.BaseExpression)
    return not any(isinstance(n, cst.Call | cst.NamedExpr) for n in view.nodes(key))


_STEPS = (
    *(
        BlockForm(pattern=pattern, template="D[K] = D.get(K, 0) + 1\n", guard=_simple_parts)
        for pattern in (
            "if K in D:\n  D[K] += 1\nelse:\n  D[K] = 1\n",
            "if K in D:\n  D[K] = D[K] + 1\nelse:\n  D[K] = 1\n",
            "if K not in D:\n  D[K] = 1\nelse:\n  D[K] += 1\n",
            "if K not in D:\n  D[K] = 0\nD[K] += 1\n",
        )
    ),
    *(
        BlockForm(pattern=pattern, template="D.setdefault(K, []).append(E)\n", guard=_simple_parts)
        for pattern in (
            "if K in D:\n  D[K].append(E)\nelse:\n  D[K] = [E]\n",
            "if K not in D:\n  D[K] = [E]\nelse:\n  D[K].append(E)\n",
            "if K not in D:\n  D[K] = []\nD[K].append(E)\n",
        )
    ),
    BlockForm(
        pattern="if K not in D:\n  D[K] = set()\nD[K].add(E)\n",
        template="D.setdefault(K, set()).add(E)\n",
        builtins=("set",),
        guard=_simple_parts,
    ),
)


def _cheap_default(view: ModuleView, node: cst.BaseExpression, found: Bindings) -> bool:
    other = found["X"]
    return isinstance(other, cst.BaseExpression) and is_simple(other)


_GET = finder(
    (
        Form(pattern="D[K] if K in D else X", template="D.get(K, X)", guard=_cheap_default),
        Form(pattern="X if K not in D else D[K]", template="D.get(K, X)", guard=_cheap_default),
    ),
    "looked the key up once with `get`",
)


def _cheap_block(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    other = found["X"]
    return isinstance(other, cst.BaseExpression) and is_simple(other)


_GET_BLOCK = block_finder(
    tuple(
        BlockForm(pattern=pattern, template="V = D.get(K, X)\n", guard=_cheap_block)
        for pattern in (
            "if K in D:\n  V = D[K]\nelse:\n  V = X\n",
            "if K not in D:\n  V = X\nelse:\n  V = D[K]\n",
            "try:\n  V = D[K]\nexcept KeyError:\n  V = X\n",
        )
    ),
    "looked the key up once with `get`",
)


def _find_items(view: ModuleView) -> Iterator[Change]:
    for loop in view.hot(cst.For):
        source = loop.iter
        if isinstance(source, cst.Call) and isinstance(source.func, cst.Attribute):
            source = source.func.value if source.func.attr.value == "keys" else source
        key = loop.target
        if not isinstance(key, cst.Name) or not is_simple(source):
            continue
        wanted = make("D[K]", {"D": source, "K": key})
        reads = [n for n in view.all(cst.Subscript, loop.body) if same(n, wanted)]
        if not reads or any(is_store(view, n) for n in view.occurrences(key.value, loop.body)):
            continue
        keys_asked = source is not loop.iter  # only dicts have `keys()`
        if not keys_asked and not dict_likeness(view, source):
            continue
        if not is_invariant(view, source, loop) or used_after(view, key.value, loop):
            continue
        value = view.fresh("value")
        edits: dict[cst.CSTNode, Edit] = {n: become(make(value, {})) for n in reads}
        edits[loop.target] = become(
            make("(A, B)", {"A": key, "B": value}).with_changes(lpar=(), rpar=())
        )
        edits[loop.iter] = become(make("D.items()", {"D": source}))
        yield Change(
            at=loop,
            edits=edits,
            summary="walked keys and values together instead of looking each value up",
        )


RULES = (
    PythonRule(
        id="py-counter",
        detects="A loop that counts elements into a dict by hand.",
        explanation=(
            "Every round looks the key up two or three times in bytecode. "
            "`collections.Counter` counts an iterable in a C loop."
        ),
        odds=0.6,
        find=block_finder(_COUNTER, "counted with `collections.Counter`"),
    ),
    PythonRule(
        id="py-dict-step",
        detects="`if key in d` before counting or appending under the key.",
        explanation=(
            "The key is hashed and looked up twice or more. "
            "`get` and `setdefault` find the place once."
        ),
        odds=0.15,
        find=block_finder(_STEPS, "found the key's place once"),
    ),
    PythonRule(
        id="py-dict-get",
        detects="`d[k] if k in d else x`, as an expression or as statements.",
        explanation=(
            "The key is hashed and looked up twice. `d.get(k, x)` does it once; "
            "an exception for a missing key costs far more than either."
        ),
        odds=0.2,
        find=found_by(_GET, _GET_BLOCK),
    ),
    PythonRule(
        id="py-dict-items",
        detects="A loop over a dict's keys that looks up each value.",
        explanation=(
            "Looking up the value hashes the key again in every round. "
            "`items()` hands out key and value together."
        ),
        odds=0.3,
        find=_find_items,
    ),
)
