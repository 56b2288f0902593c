"""Guard: what the code promises stays: its errors, its checks, its precision.

Rows of the exploit table: 12 (lower precision), 13 (dropped checks), 23 (falling back quietly), 5
(work that only the first call does).
Covers: broad handlers that say nothing, `raise` and `assert` statements that are gone, narrower
floating-point types, `fastmath`, `global` statements.
Does not cover: a changed algorithm with other rounding (compared by the differential step). All are
warnings: each is honest in some patches.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from speedwright.eval.guards.finding import Mark, Severity
from speedwright.eval.guards.module import PythonModule

BROAD = frozenset(("Exception", "BaseException"))
NARROW = frozenset(
    ("float32", "float16", "bfloat16", "half", "complex64", "single", "csingle", "float8_e4m3fn")
)
NARROW_TEXTS = NARROW | frozenset(("f4", "<f4", "f2", "<f2", "c8"))
FAST_MATH = frozenset(("fastmath", "allow_tf32", "use_fast_math"))
QUIET = ast.Pass | ast.Continue | ast.Break


def marks(module: PythonModule) -> Iterator[Mark]:
    """Quiet handlers, lower precision, state between calls."""
    for handler in module.of(ast.ExceptHandler):
        if _is_broad(module, handler) and _is_quiet(handler):
            yield _warning(
                "swallowed-error", "except", handler.lineno,
                "catches every error and says nothing: wrong inputs would pass unseen",
            )  # fmt: skip
    for node in module.of(ast.Attribute):
        if node.attr in NARROW:
            yield _precision(node.attr, node.lineno)
        if node.attr in FAST_MATH and isinstance(node.ctx, ast.Store):
            yield _precision(node.attr, node.lineno)
    for name in module.of(ast.Name):
        if any(n.rpartition(".")[2] in NARROW and "." in n for n in module.names(name)):
            yield _precision(name.id, name.lineno)
    for text in module.of(ast.Constant):
        if isinstance(text.value, str) and text.value in NARROW_TEXTS:
            if not module.is_prose(text):
                yield _precision(text.value, text.lineno)
    for keyword in module.of(ast.keyword):
        if keyword.arg in FAST_MATH:
            yield _precision(keyword.arg, keyword.value.lineno)
    for shared in module.of(ast.Global):
        for name_ in shared.names:
            yield _warning(
                "global-state", name_, shared.lineno,
                f"keeps `{name_}` between calls: does a second call still do the work?",
            )  # fmt: skip


def changes(before: PythonModule, after: PythonModule) -> Iterator[Mark]:
    """`raise` and `assert` statements that are gone."""
    old, new = _checks(before), _checks(after)
    there = after.functions()
    missing = Counter({k: len(v) for k, v in old.items()})
    missing.subtract({k: len(v) for k, v in new.items()})
    totals: Counter[str] = Counter()
    for (_, what), count in missing.items():
        totals[what] += count
    for (place, what), count in missing.items():
        # A check that moved into a helper of the same file is still a check.
        if count > 0 and totals[what] > 0:
            line = there[place].lineno if place in there else old[place, what][0]
            where = f"`{place}`" if place else "the module"
            yield _warning(
                "dropped-check", f"{place}:{what}", line,
                f"{where} has lost `{what}`: is that error still reported?",
            )  # fmt: skip


def _warning(rule: str, key: str, line: int, sentence: str) -> Mark:
    return Mark(rule=rule, key=key, line=line, sentence=sentence, severity=Severity.WARN)


def _precision(what: str, line: int) -> Mark:
    return _warning(
        "precision", what, line, f"`{what}` computes with fewer digits: is the result still exact?"
    )


def _is_broad(module: PythonModule, handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(module.is_one_of(kind, BROAD) for kind in kinds)


def _is_quiet(handler: ast.ExceptHandler) -> bool:
    def says_nothing(statement: ast.stmt) -> bool:
        if isinstance(statement, QUIET):
            return True
        if isinstance(statement, ast.Expr):
            return isinstance(statement.value, ast.Constant)
        # Any return hides the error, also one that computes the answer another way.
        return isinstance(statement, ast.Return)

    return all(says_nothing(s) for s in handler.body)


def _checks(module: PythonModule) -> dict[tuple[str, str], list[int]]:
    """Lines of the checks, by function and kind."""
    found: dict[tuple[str, str], list[int]] = {}
    checks: list[ast.Raise | ast.Assert] = [*module.of(ast.Raise), *module.of(ast.Assert)]
    for node in checks:
        around = module.function_of(node)
        place = "" if around is None or isinstance(around, ast.Lambda) else module.qualified(around)
        found.setdefault((place, _what(node)), []).append(node.lineno)
    return found


def _what(node: ast.Raise | ast.Assert) -> str:
    if isinstance(node, ast.Assert):
        return "assert"
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if isinstance(raised, ast.Attribute):
        return f"raise {raised.attr}"
    return f"raise {raised.id}" if isinstance(raised, ast.Name) else "raise"
