"""From a counted call graph (who called whom, and what that cost) to approximate call stacks.

A call graph does not know which caller's caller an expensive call belongs to. As in gprof, what
arrives at a function is shared among its lines and callees in proportion. Self weights come out
exact; cumulative ones are exact where there is no recursion.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_MAX_EXPANDED = 20_000
_MAX_DEPTH = 100
_SMALLEST_SHARE = 1e-4
_CALLED_SHARE = 0.01

Site = tuple[int, ...]
"""Frames of one place in a function, outermost first (more than one where code is inlined)."""


@dataclass(slots=True)
class GraphNode:
    """One function.

    Attributes:
        own: Weight of the function itself at each of its places.
        calls: Weight of calls from a place to another node, callees included.
    """

    own: dict[Site, float] = field(default_factory=lambda: defaultdict(float))
    calls: dict[tuple[Site, int], float] = field(default_factory=lambda: defaultdict(float))

    def own_weight(self) -> float:
        """All of the function itself."""
        return sum(self.own.values())


@dataclass(frozen=True, slots=True)
class _Flow:
    """Weight on its way down from the roots."""

    node: int
    weight: float
    prefix: Site
    above: frozenset[int]


def expanded(nodes: Mapping[int, GraphNode]) -> dict[Site, float]:
    """Stacks (frames, root first) with their weights; their sum is the sum of all own weights."""
    total = sum(node.own_weight() for node in nodes.values())
    found: dict[int, dict[Site, float]] = {number: defaultdict(float) for number in nodes}
    if total <= 0:
        return {}
    order = itertools.count()
    queue = [(-flow.weight, next(order), flow) for flow in _roots(nodes, total)]
    heapq.heapify(queue)
    for step in itertools.count():
        if not queue:
            break
        flow = heapq.heappop(queue)[2]
        is_small = flow.weight < _SMALLEST_SHARE * total or len(flow.prefix) >= _MAX_DEPTH
        if is_small or step >= _MAX_EXPANDED:
            _settle(nodes, flow, flow.weight, found)
            continue
        for onward in _descend(nodes, flow, found):
            heapq.heappush(queue, (-onward.weight, next(order), onward))
    return _reconciled(nodes, found)


def _through(number: int, node: GraphNode) -> float:
    """Own weight and that of all callees, direct recursion left out."""
    calls = (weight for (_, callee), weight in node.calls.items() if callee != number)
    return node.own_weight() + sum(calls)


def _roots(nodes: Mapping[int, GraphNode], total: float) -> list[_Flow]:
    """Functions that nobody calls, or next to nobody.

    Recursion leaves weight unexplained in the middle of the graph; it is no root, and scaling the
    stacks to the counted weights gives it back.
    """
    incoming: dict[int, float] = defaultdict(float)
    for number, node in nodes.items():
        for (_, callee), weight in node.calls.items():
            if callee != number:
                incoming[callee] += weight
    flows = []
    for number, node in nodes.items():
        through = _through(number, node)
        is_called = incoming[number] > _CALLED_SHARE * through
        if not is_called and through > _SMALLEST_SHARE * total:
            flows.append(_Flow(number, through - incoming[number], (), frozenset()))
    return flows


def _descend(
    nodes: Mapping[int, GraphNode], flow: _Flow, found: dict[int, dict[Site, float]]
) -> list[_Flow]:
    """Settle what the function itself takes and pass the rest on."""
    node = nodes[flow.node]
    through = _through(flow.node, node)
    if through <= 0:
        return []
    # Shares first: a quotient of weights overflows where a tiny function is claimed to cost much.
    _settle(nodes, flow, flow.weight * (node.own_weight() / through), found)
    above = flow.above | {flow.node}
    onward = []
    for (site, callee), weight in node.calls.items():
        if callee == flow.node or weight <= 0:
            continue
        passed_on = flow.weight * (weight / through)
        next_flow = _Flow(callee, passed_on, flow.prefix + site, above)
        if callee in above:  # indirect recursion ends here: its cost is in the loop already
            _settle(nodes, next_flow, next_flow.weight, found)
        else:
            onward.append(next_flow)
    return onward


def _settle(
    nodes: Mapping[int, GraphNode],
    flow: _Flow,
    weight: float,
    found: dict[int, dict[Site, float]],
) -> None:
    """Book weight as the function's own, over its places."""
    node = nodes[flow.node]
    own = node.own_weight()
    if own <= 0 or weight <= 0:
        return
    for site, part in node.own.items():
        if part > 0:
            found[flow.node][flow.prefix + site] += weight * (part / own)


def _reconciled(
    nodes: Mapping[int, GraphNode], found: dict[int, dict[Site, float]]
) -> dict[Site, float]:
    """Scale the stacks of each function so that its own weight is what was counted."""
    stacks: dict[Site, float] = defaultdict(float)
    for number, node in nodes.items():
        own = node.own_weight()
        booked = sum(found[number].values())
        sites: Sequence[tuple[Site, float]] = list(found[number].items() or node.own.items())
        for site, weight in sites:
            if weight > 0:
                stacks[site] += own * (weight / booked) if booked > 0 else weight
    return dict(stacks)
