"""What the guards know beside the patch: the files that measure and test the target."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from speedwright.eval.guards.texts import Texts, Unreadable

MAX_WITNESS_CHARS = 8_000_000


class Nothing:
    """No files at all."""

    def text(self, path: str) -> str | None:
        """There is none."""
        return None


@dataclass(frozen=True, kw_only=True)
class Context:
    """Files whose inputs and answers a patch must not know.

    Attributes:
        texts: Where they are read.
        workload: Paths of the files that the measurement itself uses.
        tests: Names the test files, asked only when something looks like a known answer.
    """

    texts: Texts = field(default_factory=Nothing)
    workload: tuple[str, ...] = ()
    tests: Callable[[], tuple[str, ...]] = tuple

    @cached_property
    def file_names(self) -> frozenset[str]:
        """Names of the workload's files, with suffix."""
        return frozenset(PurePosixPath(p).name for p in self.workload)

    @cached_property
    def modules(self) -> frozenset[str]:
        """Dotted names under which the workload's files may be imported."""
        found = set()
        for path in self.workload:
            pure = PurePosixPath(path)
            if pure.suffix == ".py":
                found |= {pure.stem, ".".join(pure.with_suffix("").parts)}
        return frozenset(found)

    def holds(self, literal: object) -> str:
        """The workload or test file in which a literal stands, or an empty string."""
        for pattern in _spellings(literal):
            for path, text in self._witnesses:
                if re.search(pattern, text):
                    return path
        return ""

    @cached_property
    def _witnesses(self) -> tuple[tuple[str, str], ...]:
        found, total = [], 0
        for path in dict.fromkeys((*self.workload, *self.tests())):
            try:
                text = self.texts.text(path) or ""
            except Unreadable:
                continue
            total += len(text)
            if total > MAX_WITNESS_CHARS:
                break
            found.append((path, text))
        return tuple(found)


def _spellings(literal: object) -> tuple[str, ...]:
    """Patterns for the ways in which a literal is written."""
    if isinstance(literal, bool) or literal is None:
        return ()
    if isinstance(literal, int):
        grouped = (str(literal), f"{literal:_}")
        return tuple(rf"(?<![\w.]){re.escape(s)}(?![\w.])" for s in dict.fromkeys(grouped))
    if isinstance(literal, float):
        return (rf"(?<![\w.]){re.escape(repr(literal))}(?![\w.])",)
    if isinstance(literal, str):
        return (rf"[\"']{re.escape(literal)}[\"']",)
    return (re.escape(repr(literal)),)


def constant(node: ast.AST) -> object | None:
    """The number, text or bytes of a literal, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = constant(node.operand)
        return -inner if isinstance(inner, int | float) else None
    return node.value if isinstance(node, ast.Constant) else None
