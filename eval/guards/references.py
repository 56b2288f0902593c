"""Finding names of a table wherever they are used: called, passed on, or bound to another name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule


@dataclass(frozen=True, slots=True, kw_only=True)
class Banned:
    """What is said of a name.

    Attributes:
        rule: The guard's rule.
        why: Follows "uses `NAME`: ".
        severity: What follows.
        is_softened: See `Mark`.
    """

    rule: str
    why: str
    severity: Severity = Severity.REFUSE
    is_softened: bool = False

    def mark(self, name: str, line: int, verb: str = "uses") -> Mark:
        """The mark of one use."""
        return Mark(
            rule=self.rule,
            key=name,
            line=line,
            sentence=f"{verb} `{name}`: {self.why}",
            severity=self.severity,
            is_softened=self.is_softened,
        )


def uses(module: PythonModule, table: Mapping[str, Banned]) -> Iterator[Mark]:
    """Marks for every expression that stands for a name of the table."""
    for node in module.of(ast.Name, ast.Attribute, ast.Call, ast.Subscript):
        # A name inside a longer dotted name is judged with the whole.
        for name in module.names(node):
            found = table.get(name)
            if found is not None:
                yield found.mark(name, node.lineno)
                break


def imported(module: PythonModule, table: Mapping[str, Banned]) -> Iterator[Mark]:
    """Marks for every import of a module of the table or of something inside it."""
    for name, node in module.imports():
        parts = name.split(".")
        for size in range(len(parts), 0, -1):
            top = ".".join(parts[:size])
            found = table.get(top)
            if found is not None:
                yield found.mark(top, getattr(node, "lineno", 1), verb="imports")
                break


def table(banned: Banned, *names: str) -> dict[str, Banned]:
    """A table in which all names are banned alike."""
    return dict.fromkeys(names, banned)
