"""Made-up calls from recorded ones: edge values, errors, other sizes and orders.

One edge value at a time, then several changes at once as Hypothesis draws them (it likes corners,
and likes to repeat itself), then plain random ones for breadth. Runs in the harness on plain data
alone; deterministic for a seed.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from speedwright.eval.differential.arrays import OFFSET, array_edges, random_array
from speedwright.eval.differential.cut import cut
from speedwright.eval.differential.document import children, walk
from speedwright.eval.differential.relations import other_attributes, related
from speedwright.eval.differential.slots import LISTS, Slot, habits, put, slots
from speedwright.eval.differential.tables import random_rows, table_edges

MAX_SEED_CHARS = 8_000
MAX_SEEDS = 40
MAX_CHANGES = 3
BIG_INTS = (2**31, -(2**31) - 1, 2**53 + 1, 2**63)
# ruff: noqa: RUF001 (letters that look alike are the point)
WORDS = ("", " ", "a", "A", "ß", "İstanbul", "ſ", "é", "e\u0301", "Ⅷ", "x y", "\n", "\t", "0", "-1",
         "ΑΣ", "\u00a0", "🙂", "aa", "a,b", "²")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A made-up call.

    Attributes:
        text: `[args, keywords]`, encoded.
        is_far: Unlike the recorded ones in a way the function may never have promised to bear.
    """

    text: str
    is_far: bool


def generate(
    calls: Sequence[Any],
    *,
    seed: int,
    count: int,
    settable: Set[tuple[str, str]] = frozenset(),
) -> tuple[Generated, ...]:
    """Calls like the recorded ones, but different from all of them.

    Args:
        calls: Encoded recorded calls of one function.
        seed: Of the choice.
        count: Most calls made; related and simple ones come first.
        settable: Class and name of attributes that instances may have otherwise.
    """
    known = {_text(c) for c in calls}
    rules = habits(calls)
    seeds = _seeds(calls)
    made: dict[str, bool] = {}
    drawn = _drawn(seeds, seed, count // 3)
    first = [*related(seeds), *other_attributes(seeds, settable)]
    for call in (*first, *_simple(seeds), *drawn, *_scattered(seeds, seed, 2 * count)):
        text = _text(call)
        if text not in known and text not in made:
            made[text] = rules.is_broken_by(call)
    near = [Generated(text=t, is_far=False) for t, is_far in made.items() if not is_far]
    far = [Generated(text=t, is_far=True) for t, is_far in made.items() if is_far]
    kept = near[: max(count - len(far), 4 * count // 5)]
    return (*kept, *far[: count - len(kept)])


def _seeds(calls: Sequence[Any]) -> list[Any]:
    small = [c for c in calls if len(_text(c)) <= MAX_SEED_CHARS]
    if not small:
        small = [cut(c) for c in calls]
    step = max(1, len(small) // MAX_SEEDS)
    return small[::step][:MAX_SEEDS]


def _simple(seeds: Sequence[Any]) -> list[Any]:
    """One edge value in one argument at a time: what a reviewer would try first."""
    found = []
    for call in seeds[:8]:
        for slot in slots(call)[:12]:
            for node in _fitting(slot, _edges(slot.node, call)):
                found.append(_with(call, slot, node))
    return found


def _drawn(seeds: Sequence[Any], seed: int, count: int) -> list[Any]:
    """Several changes at once, chosen by Hypothesis."""
    import hypothesis
    from hypothesis import strategies as st

    found: list[Any] = []

    @st.composite
    def variants(draw: Callable[..., Any]) -> Any:
        call = copy.deepcopy(draw(st.sampled_from(seeds)))
        if len(seeds) > 1 and draw(st.booleans()):
            _cross(call, draw(st.sampled_from(seeds)), draw(st.integers(0, 5)))
        for _ in range(draw(st.integers(1, MAX_CHANGES))):
            places = slots(call)
            if not places:
                break
            slot = places[draw(st.integers(0, len(places) - 1))]
            alike = [s.node for s in places if s.key == slot.key and type(s.node) is not list]
            # Equal keys, ties and repeated names need two places with one value.
            if len(alike) > 1 and draw(st.booleans()):
                put(call, slot.path, draw(st.sampled_from(alike)))
            else:
                put(call, slot.path, draw(_like(slot, call)))
        return call

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(variants())
    def collect(call: Any) -> None:
        found.append(call)

    if seeds and any(slots(c) for c in seeds):
        collect()
    return found


def _scattered(seeds: Sequence[Any], seed: int, count: int) -> list[Any]:
    """Several changes at once, evenly at random: cheap, and seldom the same twice."""
    draw = random.Random(seed)
    found = []
    for _ in range(count if seeds else 0):
        call = copy.deepcopy(draw.choice(seeds))
        for _ in range(draw.randint(1, MAX_CHANGES)):
            places = slots(call)
            if not places:
                break
            slot = draw.choice(places)
            alike = [s.node for s in places if s.key == slot.key and type(s.node) is not list]
            choices = [_random(slot.node, draw)]
            if draw.choice((False, True)):
                choices += [*_fitting(slot, _edges(slot.node, call))[:9], *alike[:9]]
            put(call, slot.path, draw.choice(choices))
        found.append(call)
    return found


def _random(node: Any, draw: random.Random) -> Any:
    """Another value of the type, around the size of this one."""
    if type(node) is int:
        room = max(10, 2 * abs(node))
        return draw.randint(-room, room)
    if type(node) is str:
        letters = [*(node or "ab"), draw.choice("aZ ß9")]
        return "".join(draw.choices(letters, k=draw.randint(0, len(node) + 3)))
    if type(node) is list and node[0] == "f" and "n" not in node[1]:
        value = float.fromhex(node[1])
        return ["f", (draw.uniform(-2, 2) * (value or 1.0)).hex()]
    if type(node) is list and node[0] == "np":
        return random_array(node, draw)
    return random_rows(node, draw) if type(node) is list and node[0] == "mk" else node


def _fitting(slot: Slot, nodes: list[Any]) -> list[Any]:
    """Those that can stand at a place: in a table, arrays of its length."""
    if not slot.is_part:
        return nodes
    return [node for node in nodes if node[:1] == ["np"] and node[3] == slot.node[3]]


def _like(slot: Slot, call: Any) -> Any:
    """A strategy for values that might stand at a place."""
    from hypothesis import strategies as st

    node = slot.node
    edges = st.sampled_from(_fitting(slot, _edges(node, call)) or [node])
    if type(node) is int:
        room = max(10, 2 * abs(node))
        return st.one_of(edges, st.integers(-10, 20), st.integers(-room, room))
    if type(node) is str:
        alphabet = st.sampled_from(sorted(set(node)) or ["a", "b"])
        return st.one_of(
            edges,
            st.text(alphabet, max_size=2 * len(node) + 4),
            st.text(max_size=8),
        )
    if type(node) is list and node[0] == "f":
        size = max(10.0, 2 * abs(float.fromhex(node[1]))) if "n" not in node[1] else 10.0
        numbers = st.floats(-min(size, 1e300), min(size, 1e300), allow_nan=False)
        return st.one_of(edges, numbers.map(lambda v: ["f", v.hex()]))
    if type(node) is list and node[0] in LISTS and node[2]:
        return st.one_of(edges, _shuffled(node, call))
    if type(node) is list and node[0] in ("np", "mk"):
        again = st.integers(0, 2**32).map(lambda seed: _random(node, random.Random(seed)))
        return st.one_of(edges, again)
    return edges


def _shuffled(node: Any, call: Any) -> Any:
    """Items of a list drawn anew, with repetition."""
    from hypothesis import strategies as st

    drawn = st.lists(st.sampled_from(node[2]), max_size=len(node[2]) + 3)
    return drawn.map(lambda items: _list(node, items, call))


def _edges(node: Any, call: Any) -> list[Any]:
    """Edge values in a value's place, the likeliest first; the last ones are of a wrong type."""
    if type(node) is bool:
        return [not node, None, 0]
    if type(node) is int:
        near = [0, 1, -1, 2, node + 1, node - 1, -node]
        return [*near, *([["i", hex(n)] for n in BIG_INTS]), ["f", (1.5).hex()], None, "1", True]
    if type(node) is str:
        changed = (node.upper(), node.lower(), node[::-1], node[:1], node * 2, node + "ß")
        return [*WORDS, *changed, None, 1]
    if node is None:
        return [0, "", ["l", _fresh(call), []]]
    if node[0] == "f":
        return [*_float_edges(node), 1, None, "1.0"]
    if node[0] in LISTS:
        return [*(_list(node, items, call) for items in _list_edges(node[2])), None, 1]
    if node[0] in ("s", "z"):
        return [_list(node, node[2][:n], call) for n in range(min(3, len(node[2])))]
    if node[0] == "d":
        return [["d", _fresh(call), copy.deepcopy(pairs)] for pairs in _dict_edges(node[2])]
    if node[0] == "b":
        return [["b", ""], ["b", "00"], ["b", "ff80"], ["b", node[1] * 2], ["b", node[1][:2]], ""]
    if node[0] == "np":
        return array_edges(node)
    return table_edges(node) if node[0] == "mk" else []


def _float_edges(node: Any) -> list[Any]:
    value = float.fromhex(node[1])
    numbers = (0.0, -0.0, 1.0, -1.0, 0.5, -value, value / 3, value + 1, 1e-9, 1e16)
    odd = ("nan", "inf", "-inf")
    return [*(["f", n.hex()] for n in numbers), *(["f", text] for text in odd)]


def _list_edges(items: list[Any]) -> list[list[Any]]:
    found: list[list[Any]] = [[], items[:1], items[:2], items[1:], items[:-1], items[::-1]]
    found += [items * 2, [i for i in items[:20] for _ in (0, 1)], items[:1] * 3]
    if items and all(type(i) is type(items[0]) and type(i) in (int, str) for i in items):
        found += [sorted(items), sorted(items, reverse=True)]
        if type(items[0]) is int:
            found += [[-i for i in items], [0 for _ in items], [OFFSET + i for i in items]]
    if len(items) > 1 and all(type(i) is list and i[0] == "f" and "n" not in i[1] for i in items):
        found.append([["f", (OFFSET + float.fromhex(i[1])).hex()] for i in items])
    return found


def _dict_edges(pairs: list[Any]) -> list[list[Any]]:
    found = [[], pairs[:1], pairs[1:], pairs[::-1]]
    if pairs and type(pairs[0][0]) is str and type(pairs[0][1]) is not list:
        found.append([*pairs, [pairs[0][0] + "x", pairs[0][1]]])
    return found


def _list(node: Any, items: list[Any], call: Any) -> Any:
    """A container like `node` with other items; what stands in it twice is two things."""
    fresh = _fresh(call)
    numbers = iter(range(fresh + 1, fresh + 1_000_000))
    return [node[0], fresh, [_renumbered(i, numbers) for i in items], *node[3:]]


def _renumbered(document: Any, numbers: Any) -> Any:
    if type(document) is not list or not children(document):
        return document
    if any(
        type(n) is list and n[0] in ("r", "o", "dd", "no", "mk", "pa") for n in walk([document])
    ):
        return document
    document = copy.deepcopy(document)
    for node in walk([document]):
        if type(node) is list and node[0] in ("l", "t", "d", "s", "z", "dq"):
            node[1] = next(numbers)
    return document


def _fresh(call: Any) -> int:
    """A number that no value of the call has."""
    return 1_000_000 + sum(1 for _ in walk([*call[0], *(v for _, v in call[1])]))


def _cross(call: Any, other: Any, at: int) -> None:
    """Take one argument from another call."""
    if len(call[0]) != len(other[0]) or not call[0]:
        return
    at %= len(call[0])
    if not any(type(n) is list and n[0] == "r" for c in (call, other) for n in walk(c[0])):
        call[0][at] = _list_if_container(other[0][at], call)


def _list_if_container(node: Any, call: Any) -> Any:
    if type(node) is list and node[0] in (*LISTS, "s", "z"):
        return _list(node, list(node[2]), call)
    return copy.deepcopy(node)


def _with(call: Any, slot: Slot, node: Any) -> Any:
    changed = copy.deepcopy(call)
    put(changed, slot.path, node)
    return changed


def _text(call: Any) -> str:
    return json.dumps(call, separators=(",", ":"))
