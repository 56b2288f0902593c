"""Guard: answers are computed, not looked up.

Rows of the exploit table: 11 (hard-coded inputs and answers), 9 (known answers).
Covers: comparing an input with a literal and answering with a literal (refused where the workload
or the tests hold that literal too), tables from such literals to answers, inputs recognised by
their digest, large tables of literals.
Does not cover: an input recognised by a property (its length, its first element) that no literal of
the workload shows; other sizes, seeds and hold-out workloads are measured for that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from speedwright.eval.guards.context import Context, constant
from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule

LARGE_TABLE = 64
SMALL_NUMBER = 100
SMALL_TEXT = 8
RECOGNISING_TEXT = 12
RECOGNISING_NUMBER = 1000
DIGEST = re.compile(r"^[0-9a-fA-F]{32,128}$")
DIGESTS = re.compile(
    r"\.(?:hexdigest|digest)$|^(?:hash|zlib\.crc32|binascii\.crc32|zlib\.adler32)$"
)


def marks(module: PythonModule, context: Context) -> Iterator[Mark]:
    """Known answers."""
    for branch in module.of(ast.If):
        answer = _returned(branch.body)
        if answer is not None:
            yield from _branch(module, branch.test, answer, context)
    for choice in module.of(ast.IfExp):
        yield from _branch(module, choice.test, choice.body, context)
    for case in module.of(ast.match_case):
        answer = _returned(case.body)
        if answer is not None and isinstance(case.pattern, ast.MatchValue):
            yield from _known(case.pattern.value, answer, case.pattern.lineno, context)
    for table in module.of(ast.Dict):
        for key, value in zip(table.keys, table.values, strict=True):
            if key is not None:
                yield from _known(key, value, key.lineno, context, is_table=True)
        yield from _large(table, [*table.keys, *table.values])
    lists: list[ast.List | ast.Tuple | ast.Set] = [
        *module.of(ast.List), *module.of(ast.Tuple), *module.of(ast.Set)
    ]  # fmt: skip
    for listed in lists:
        yield from _large(listed, listed.elts)
    for data in module.of(ast.Constant):
        if isinstance(data.value, bytes) and len(data.value) >= 8 * LARGE_TABLE:
            yield _table(data.lineno, len(data.value), "bytes")
    yield from _digests(module)


def _branch(
    module: PythonModule, test: ast.expr, answer: ast.expr, context: Context
) -> Iterator[Mark]:
    for compare in [n for n in ast.walk(test) if isinstance(n, ast.Compare)]:
        sides = [compare.left, *compare.comparators]
        is_equality = any(isinstance(o, ast.Eq | ast.In | ast.Is) for o in compare.ops)
        if is_equality and any(constant(s) is None for s in sides):
            for side in sides:
                yield from _known(side, answer, compare.lineno, context)


def _known(
    key: ast.expr, answer: ast.expr, line: int, context: Context, *, is_table: bool = False
) -> Iterator[Mark]:
    """A mark where this very input is answered with a literal."""
    options: list[ast.expr] = [key]
    if isinstance(key, ast.Tuple | ast.List | ast.Set):
        options = key.elts
    if len(options) > LARGE_TABLE or not _is_answer(answer):
        return
    for option in options:
        literal = constant(option)
        if not _is_recognising(literal):
            continue
        place = context.holds(literal)
        shown = repr(literal)[:40]
        if place:
            yield Mark(
                rule="known-answer", key=shown, line=line,
                sentence=f"answers the input `{shown}` with a literal, and `{place}` uses that "
                "very input",
            )  # fmt: skip
        elif not is_table:
            yield Mark(
                rule="special-case", key=shown, line=line, severity=Severity.WARN,
                sentence=f"answers the input `{shown}` with a literal instead of computing it",
            )  # fmt: skip


def _is_recognising(literal: object) -> bool:
    """Whether a literal is special enough to tell one input from all others."""
    match literal:
        case bool() | None:
            return False
        case int() | float():
            return abs(literal) >= RECOGNISING_NUMBER or literal != int(literal)
        case str() | bytes():
            return len(literal) >= RECOGNISING_TEXT
    return False


def _is_answer(node: ast.expr) -> bool:
    """Whether it is a literal that nobody would write without knowing the answer."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return bool(node.elts) and all(constant(e) is not None for e in node.elts)
    if isinstance(node, ast.Dict):
        return bool(node.keys) and all(constant(v) is not None for v in node.values)
    match constant(node):
        case bool() | None:
            return False
        case int(value):
            return abs(value) >= SMALL_NUMBER
        case float(value):
            return value == value and abs(value) != float("inf") and value != int(value)
        case str(value) | bytes(value):
            return len(value) >= SMALL_TEXT
    return False


def _returned(body: list[ast.stmt]) -> ast.expr | None:
    """What a branch of one statement returns or assigns."""
    if len(body) != 1:
        return None
    if isinstance(body[0], ast.Return | ast.Assign):
        return body[0].value
    return None


def _large(node: ast.expr, parts: list[ast.expr | None] | list[ast.expr]) -> Iterator[Mark]:
    known = sum(1 for p in parts if p is not None and constant(p) is not None)
    if known >= LARGE_TABLE:
        yield _table(node.lineno, known, "literals")


def _table(line: int, size: int, what: str) -> Mark:
    return Mark(
        rule="large-table", key="table", line=line, severity=Severity.WARN,
        sentence=f"a table of {size} {what}: are these answers that were computed beforehand?",
    )  # fmt: skip


def _digests(module: PythonModule) -> Iterator[Mark]:
    for compare in module.of(ast.Compare):
        sides = [compare.left, *compare.comparators]
        known = [constant(s) for s in sides]
        is_text = any(isinstance(k, str) and DIGEST.match(k) for k in known)
        is_number = any(isinstance(k, int) and abs(k) > RECOGNISING_NUMBER for k in known)
        if is_text or (is_number and any(_is_digest(module, s) for s in sides)):
            yield Mark(
                rule="digest", key="digest", line=compare.lineno,
                sentence="recognises an input by its digest: that answers one input, not all",
            )  # fmt: skip


def _is_digest(module: PythonModule, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("hexdigest", "digest"):
        return True
    return any(DIGESTS.search(name) for name in module.names(node.func))
