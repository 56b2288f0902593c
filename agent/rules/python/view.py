"""A hot file as rules look at it: parsed, with places, parents, names and heat."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from speedwright.agent.rules.python.nodes import children
from speedwright.agent.situation import HotFile

HOT_SHARE = 0.01
_BUILTIN_NAMES = frozenset(dir(builtins))
_NodeT = TypeVar("_NodeT", bound=cst.CSTNode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A parsed file.

    Attributes:
        module: The root.
        nodes: Every node, parents first.
        reach: Node -> first and one-past-last index in `nodes` of its subtree.
        parents: Node -> node above.
        lines: Node -> first and last line.
        names: Variable name -> its occurrences (attributes and keywords are no variables).
        identifiers: Every name in any role.
    """

    module: cst.Module
    nodes: tuple[cst.CSTNode, ...]
    reach: Mapping[cst.CSTNode, tuple[int, int]]
    parents: Mapping[cst.CSTNode, cst.CSTNode]
    lines: Mapping[cst.CSTNode, tuple[int, int]]
    names: Mapping[str, tuple[cst.Name, ...]]
    identifiers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleView:
    """A parsed file and where its time goes."""

    file: HotFile
    tree: Tree

    @classmethod
    def of(cls, file: HotFile) -> ModuleView | None:
        """The view, or None if the text is no Python that this interpreter can parse."""
        tree = _tree(file.source)
        return None if tree is None else cls(file=file, tree=tree)

    def all(self, kind: type[_NodeT], within: cst.CSTNode | None = None) -> Iterator[_NodeT]:
        """Every node of a kind, in the file or below a node (itself included)."""
        for node in self.nodes(within):
            if isinstance(node, kind):
                yield node

    def nodes(self, within: cst.CSTNode | None = None) -> tuple[cst.CSTNode, ...]:
        """Every node, in the file or below a node (itself included)."""
        start, stop = self.tree.reach[within or self.tree.module]
        return self.tree.nodes[start:stop]

    def hot(self, kind: type[_NodeT]) -> Iterator[_NodeT]:
        """Every node of a kind that touches a hot line."""
        for node in self.all(kind):
            if self.share(node) >= HOT_SHARE:
                yield node

    def share(self, node: cst.CSTNode) -> float:
        """Share of the time on the hottest line of a node; 1 where nothing is known."""
        shares = self.file.line_share
        if not shares:
            return 1.0
        first, last = self.tree.lines[node]
        return max((s for line, s in shares.items() if first <= line <= last), default=0.0)

    def line(self, node: cst.CSTNode) -> int:
        """First line of a node."""
        return self.tree.lines[node][0]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node above."""
        return self.tree.parents.get(node)

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """All nodes above, nearest first."""
        current = self.tree.parents.get(node)
        while current is not None:
            yield current
            current = self.tree.parents.get(current)

    def contains(self, outer: cst.CSTNode, inner: cst.CSTNode) -> bool:
        """Whether `inner` is `outer` or lies below it."""
        start, stop = self.tree.reach[outer]
        return start <= self.tree.reach[inner][0] < stop

    def occurrences(self, name: str, within: cst.CSTNode | None = None) -> list[cst.Name]:
        """Where a variable of that name stands, in the file or below a node."""
        found = self.tree.names.get(name, ())
        return [n for n in found if within is None or self.contains(within, n)]

    def variables(self, node: cst.CSTNode) -> set[str]:
        """Names of all variables below a node."""
        return {
            n.value for n in self.all(cst.Name, node) if is_variable(n, self.tree.parents.get(n))
        }

    def fresh(self, base: str) -> str:
        """A name that no variable or builtin has; attributes may share it."""
        taken = self.tree.names.keys() | _BUILTIN_NAMES
        if base not in taken:
            return base
        return next(f"{base}_{i}" for i in range(2, len(taken) + 3) if f"{base}_{i}" not in taken)


def is_variable(name: cst.Name, parent: cst.CSTNode | None) -> bool:
    """Whether a name stands for a variable, not for an attribute or keyword."""
    if isinstance(parent, cst.Attribute):
        return parent.attr is not name
    if isinstance(parent, cst.Arg):
        return parent.keyword is not name
    return True


def parses(source: str) -> bool:
    """Whether this interpreter compiles the text; warnings about it are nobody's business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<target>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return False
    return True


@lru_cache(maxsize=32)
def _tree(source: str) -> Tree | None:
    if not parses(source):
        return None
    try:
        module = cst.parse_module(source)
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError):
        return None
    if module.code != source:  # LibCST did not read what is written, so it cannot rewrite it
        return None
    nodes: list[cst.CSTNode] = []
    reach: dict[cst.CSTNode, tuple[int, int]] = {}
    parents: dict[cst.CSTNode, cst.CSTNode] = {}
    _number(module, nodes, reach, parents)
    lines = {
        node: (positions[node].start.line, positions[node].end.line)
        for node in nodes
        if node in positions
    }
    names: dict[str, list[cst.Name]] = {}
    for node in nodes:
        if isinstance(node, cst.Name) and is_variable(node, parents.get(node)):
            names.setdefault(node.value, []).append(node)
    return Tree(
        module=module,
        nodes=tuple(nodes),
        reach=reach,
        parents=parents,
        lines=lines,
        identifiers=frozenset(n.value for n in nodes if isinstance(n, cst.Name)),
        names={name: tuple(found) for name, found in names.items()},
    )


def _number(
    root: cst.CSTNode,
    nodes: list[cst.CSTNode],
    reach: dict[cst.CSTNode, tuple[int, int]],
    parents: dict[cst.CSTNode, cst.CSTNode],
) -> None:
    """Number the nodes parents first, without recursion (expressions may be deep)."""
    stack: list[tuple[cst.CSTNode, int]] = [(root, -1)]
    while stack:
        node, start = stack.pop()
        if start >= 0:
            reach[node] = (start, len(nodes))
            continue
        stack.append((node, len(nodes)))
        nodes.append(node)
        below = list(children(node))
        for child in reversed(below):
            parents[child] = node
            stack.append((child, -1))
