"""Loops that compare elements of one sequence with each other, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.blockforms import BlockForm, block_finder, foldable
from speedwright.agent.rules.python.change import Change, become_all
from speedwright.agent.rules.python.forms import found_by
from speedwright.agent.rules.python.pattern import Bindings, block, make_block, match_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_builtin, is_simple, used_after
from speedwright.agent.rules.python.view import ModuleView

_MIRRORS = ("len(X) - 1 - VT", "len(X) - VT - 1", "-1 - VT", "-VT - 1", "-(VT + 1)", "~VT")
_HALF = "X[: len(X) // 2]"
_OTHER_HALF = "X[: -(len(X) // 2) - 1 : -1]"


def _whole(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    return isinstance(found["X"], cst.CSTNode) and is_simple(found["X"])


def _counted(view: ModuleView, old: Sequence[cst.BaseStatement], found: Bindings) -> bool:
    return _whole(view, old, found) and foldable(view, old, found)


def _sides(mirror: str) -> tuple[str, str]:
    return f"X[VT] != X[{mirror}]", f"X[{mirror}] != X[VT]"


_TURNED = tuple(
    BlockForm(
        pattern=f"for VT in range({end}):\n  if {test}:\n    return False\nreturn True\n",
        template=f"return {_HALF} == {_OTHER_HALF}\n",
        builtins=("range", "len"),
        guard=_whole,
    )
    for end in ("len(X)", "len(X) // 2")
    for mirror in _MIRRORS
    for test in _sides(mirror)
)
_DIFFERS = "  if X[VI] != X[VJ]:\n    return False\n"
_INWARD = tuple(
    BlockForm(
        pattern=f"{start}while {test}:\n{_DIFFERS}{step}return True\n",
        template=f"return {_HALF} == {_OTHER_HALF}\n",
        builtins=("len",),
        guard=_whole,
    )
    for start in ("VI, VJ = 0, len(X) - 1\n", "VI = 0\nVJ = len(X) - 1\n")
    for test in ("VI < VJ", "VI <= VJ")
    for step in (
        "  VI += 1\n  VJ -= 1\n",
        "  VJ -= 1\n  VI += 1\n",
        "  VI, VJ = VI + 1, VJ - 1\n",
        "  VI = VI + 1\n  VJ = VJ - 1\n",
    )
)
_COUNTED = tuple(
    BlockForm(
        pattern=f"for VT in range(len(X) // 2):\n  if {test}:\n    V += 1\n",
        template=f"V += sum(map(CALL, {_HALF}, X[::-1]))\n",
        builtins=("range", "len", "sum", "map"),
        call=("operator", "ne"),
        guard=_counted,
    )
    for mirror in _MIRRORS
    for test in _sides(mirror)
)

MIRRORED = PythonRule(
    id="py-mirrored-compare",
    detects="A loop that compares each element with the one as far from the other end.",
    explanation=(
        "Two lookups, a comparison and the arithmetic of the positions are bytecode for every "
        "pair. Comparing one half with the other, turned round, is one step in C."
    ),
    odds=0.6,
    find=found_by(
        block_finder((*_TURNED, *_INWARD), "compared one half with the other, turned round"),
        block_finder(_COUNTED, "counted where the two halves differ in C"),
    ),
)

_Pair = tuple[str, str]
_ENUMERATED = "for VI, VA in enumerate(X):\n  for VJ in range(VI + 1, len(X)):\n"
_INDEXED = "for VI in range(len(X)):\n  for VJ in range(VI + 1, len(X)):\n"
_SEEN = "N = set()\nfor VA in {walked}:\n  if {rest} - VA in N:\n    return True\n  N.add(VA)\n"
_SUMS: tuple[_Pair, ...] = (
    (
        f"{_ENUMERATED}    if VA + X[VJ] == K:\n      return True\n",
        _SEEN.format(walked="X", rest="K"),
    ),
    (
        f"{_INDEXED}    if X[VI] + X[VJ] == K:\n      return True\n",
        _SEEN.format(walked="X", rest="K"),
    ),
    (
        "for VJ in range(S, len(X)):\n  for VK in range(VJ + 1, len(X)):\n"
        "    if A + X[VJ] + X[VK] == K:\n      return True\n",
        _SEEN.format(walked="X[S:]", rest="K - A"),
    ),
)
_NEAR = "N = sorted(X)\nfor VA, VB in zip(N, N[1:]):\n  if VB - VA {less} K:\n    return True\n"
_ALL_PAIRS = "for VI, VA in enumerate(X):\n  for VJ, VB in enumerate(X):\n    if VI != VJ:\n"
_CLOSE: tuple[_Pair, ...] = tuple(
    (pattern.format(less=less), _NEAR.format(less=less))
    for less in ("<", "<=")
    for pattern in (
        f"{_ALL_PAIRS}      VD = abs(VA - VB)\n      if VD {{less}} K:\n        return True\n",
        f"{_ALL_PAIRS}      if abs(VA - VB) {{less}} K:\n        return True\n",
        f"{_ENUMERATED}    if abs(VA - X[VJ]) {{less}} K:\n      return True\n",
        f"{_INDEXED}    if abs(X[VI] - X[VJ]) {{less}} K:\n      return True\n",
    )
)


def _pairs(view: ModuleView, pairs: Sequence[_Pair], name: str, summary: str) -> Iterator[Change]:
    """Nested loops that only look for one pair, replaced by one walk."""
    if not all(is_builtin(view, used) for used in ("range", "len", "enumerate", "sorted", "zip")):
        return
    for loop in view.hot(cst.For):
        for pattern, template in pairs:
            found = match_block(block(pattern), [loop])
            if found is None or not _only_reads(view, loop, found):
                continue
            element = found.get("VA") or view.fresh("value")
            other = found.get("VB") or view.fresh("following")
            filling = {**found, "N": view.fresh(name), "VA": element, "VB": other}
            new = make_block(template, filling)
            yield Change(at=loop, edits={loop: become_all(new)}, summary=summary)
            break


def _only_reads(view: ModuleView, loop: cst.For, found: Bindings) -> bool:
    """What is compared with stays as it is, and no variable of the loops is wanted later."""
    names = {n.value for hole, n in found.items() if hole[0] == "V" and isinstance(n, cst.Name)}
    for hole in ("X", "K", "A", "S"):
        value = found.get(hole)
        if value is None:
            continue
        assert isinstance(value, cst.BaseExpression)
        if view.variables(value) & names or any(isinstance(n, cst.Call) for n in view.nodes(value)):
            return False
    return not any(used_after(view, name, loop) for name in names)


def _find_sums(view: ModuleView) -> Iterator[Change]:
    yield from _pairs(view, _SUMS, "seen", "looked the missing part of each sum up in a set")


def _find_close(view: ModuleView) -> Iterator[Change]:
    yield from _pairs(view, _CLOSE, "ordered", "sorted, so that only neighbours need comparing")


PAIR_SUM = PythonRule(
    id="py-pair-sum",
    detects="Two nested loops that look for two elements with a given sum.",
    explanation=(
        "Every pair is added up, so the loops are quadratic. One walk suffices: the part that is "
        "missing to the sum is looked up among the elements that came before."
    ),
    odds=0.7,
    find=_find_sums,
)
CLOSE_PAIR = PythonRule(
    id="py-close-pair",
    detects="Two nested loops that look for two elements closer than a bound.",
    explanation=(
        "Every pair is compared, so the loops are quadratic. The closest two of a sorted list "
        "are neighbours, so sorting once leaves one walk."
    ),
    odds=0.7,
    find=_find_close,
)

RULES = (MIRRORED, PAIR_SUM, CLOSE_PAIR)
