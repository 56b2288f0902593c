"""The call tree of a profile: recursion folded, small branches pruned."""

from __future__ import annotations

from dataclasses import dataclass, field

from speedwright.profiler.functions import FunctionKey, function_key
from speedwright.profiler.profile import Frame, Profile

_PLUMBING_SELF = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNode:
    """A function as called from its parent.

    Attributes:
        function: Name.
        file: File, as in `Frame`.
        line: Hottest line in this position, 0 if unknown.
        in_target: Whether the file belongs to the target.
        share: Of the run (0-1), callees included.
        self_share: Of the run, callees excluded.
        is_recursive: Whether calls of itself, direct or not, were folded into this node.
        skipped: Frames outside the target left out between the parent and this node.
        children: Callees, largest first.
    """

    function: str
    file: str
    line: int
    in_target: bool
    share: float
    self_share: float
    is_recursive: bool = False
    skipped: int = 0
    children: tuple[CallNode, ...] = ()


@dataclass(slots=True)
class _Growing:
    frame: Frame
    depth: int
    parent: _Growing | None
    weight: float = 0.0
    self_weight: float = 0.0
    is_recursive: bool = False
    lines: dict[int, float] = field(default_factory=dict)
    children: dict[FunctionKey, _Growing] = field(default_factory=dict)


def call_tree(
    profile: Profile, *, min_share: float = 0.02, max_depth: int = 24
) -> tuple[CallNode, ...]:
    """Roots of the tree, largest first; the depth counts nodes that are shown."""
    top: dict[FunctionKey, _Growing] = {}
    for stack in profile.stacks:
        _grow(top, [profile.frames[index] for index in stack.frames], stack.weight)
    return _frozen(top, profile.total, min_share, max_depth)


def _grow(top: dict[FunctionKey, _Growing], frames: list[Frame], weight: float) -> None:
    """Walk one stack down the tree; a function already on the way is gone back to."""
    path: dict[FunctionKey, _Growing] = {}
    node: _Growing | None = None
    touched: dict[int, tuple[_Growing, int]] = {}
    for frame in frames:
        key = function_key(frame)
        if key in path:
            node = path[key]
            node.is_recursive = True
            path = {one: at for one, at in path.items() if at.depth <= node.depth}
        else:
            children = top if node is None else node.children
            depth = 0 if node is None else node.depth + 1
            node = children.setdefault(key, _Growing(frame, depth, node))
            path[key] = node
        touched[id(node)] = (node, frame.line)
    if node is None:
        return
    node.self_weight += weight
    while node is not None:
        node.weight += weight
        line = touched[id(node)][1]
        node.lines[line] = node.lines.get(line, 0.0) + weight
        node = node.parent


def _frozen(
    nodes: dict[FunctionKey, _Growing], total: float, min_share: float, depth: int
) -> tuple[CallNode, ...]:
    if depth <= 0:
        return ()
    kept = [node for node in nodes.values() if node.weight / total >= min_share]
    kept.sort(key=lambda node: (-node.weight, node.frame.file, node.frame.function))
    return tuple(_freeze(node, total, min_share, depth) for node in kept)


def _freeze(node: _Growing, total: float, min_share: float, depth: int) -> CallNode:
    skipped = 0
    while (callee := _only_callee(node, total, min_share)) is not None:
        node, skipped = callee, skipped + 1
    return CallNode(
        function=node.frame.function,
        file=node.frame.file,
        line=max(node.lines, key=lambda line: (node.lines[line], -line), default=0),
        in_target=node.frame.in_target,
        share=node.weight / total,
        self_share=node.self_weight / total,
        is_recursive=node.is_recursive,
        skipped=skipped,
        children=_frozen(node.children, total, min_share, depth - 1),
    )


def _only_callee(node: _Growing, total: float, min_share: float) -> _Growing | None:
    """The one callee of a frame that only passes on, e.g. of a test runner or of importlib."""
    if node.frame.in_target or node.self_weight / total > _PLUMBING_SELF:
        return None
    large = [one for one in node.children.values() if one.weight / total >= min_share]
    if len(large) != 1 or node.weight - large[0].weight > _PLUMBING_SELF * total:
        return None
    return large[0]
