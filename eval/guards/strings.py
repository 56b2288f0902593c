"""Strings that a program puts together from constants, and whether that hides something.

Covers: `+`, `*`, `%`, f-strings, `join`, `format`, `replace`, `decode`, case changes, slices with
constants, `chr`.
Does not cover: strings computed in a loop, read from a file, or decrypted.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

DEPTH = 60
MAX_CHARS = 10_000
Folded = str | bytes | int | None
METHODS = frozenset(
    ("join", "format", "replace", "decode", "encode", "lower", "upper", "strip", "removeprefix",
     "removesuffix", "casefold", "swapcase", "title")
)  # fmt: skip


def fold(node: ast.AST, depth: int = 0) -> Folded:
    """The constant that an expression comes to, `None` if that cannot be seen."""
    if depth > DEPTH:
        return None
    match node:
        case ast.Constant(value=value) if isinstance(value, str | bytes | int):
            return value
        case ast.JoinedStr(values=values):
            return _joined([fold(v, depth + 1) for v in values])
        case ast.FormattedValue(value=value, format_spec=None):
            found = fold(value, depth + 1)
            return str(found) if isinstance(found, str | int) else None
        case ast.BinOp(left=left, op=op, right=right):
            return _operated(fold(left, depth + 1), op, _operand(right, depth + 1))
        case ast.Subscript(value=value, slice=key):
            return _sliced(fold(value, depth + 1), key, depth + 1)
        case ast.Call():
            return _called(node, depth)
    return None


def is_assembled(node: ast.AST) -> bool:
    """Whether a string that could be written down is put together from pieces instead."""
    if isinstance(node, ast.Constant | ast.Name):
        return False
    return isinstance(fold(node), str) or any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in ("chr", "bytes")
        for n in ast.walk(node)
    )


def _operand(node: ast.AST, depth: int) -> Folded | tuple[Folded, ...]:
    if isinstance(node, ast.Tuple):
        return tuple(fold(n, depth) for n in node.elts)
    return fold(node, depth)


def _operated(left: Folded, op: ast.operator, right: Folded | tuple[Folded, ...]) -> Folded:
    if left is None or right is None or (isinstance(right, tuple) and None in right):
        return None
    if isinstance(op, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return (left + right)[:MAX_CHARS]
    if isinstance(op, ast.Add) and isinstance(left, bytes) and isinstance(right, bytes):
        return (left + right)[:MAX_CHARS]
    if isinstance(op, ast.Mod) and isinstance(left, str) and len(left) < 200 and "%" in left:
        return _quietly(lambda: left.replace("%r", "%s") % right if _is_plain(left) else None)
    return None


def _is_plain(pattern: str) -> bool:
    """Only `%s` and `%d`: a width would let a short pattern make a huge string."""
    rest = pattern.replace("%%", "").replace("%s", "").replace("%d", "").replace("%r", "")
    return "%" not in rest


def _sliced(value: Folded, key: ast.AST, depth: int) -> Folded:
    if not isinstance(value, str) or not isinstance(key, ast.Slice):
        return None
    parts = []
    for part in (key.lower, key.upper, key.step):
        found = None if part is None else _integer(part, depth)
        if part is not None and found is None:
            return None
        parts.append(found)
    return _quietly(lambda: value[slice(*parts)])


def _integer(node: ast.AST, depth: int) -> int | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        found = fold(node.operand, depth)
        return -found if isinstance(found, int) else None
    found = fold(node, depth)
    return found if isinstance(found, int) else None


def _called(node: ast.Call, depth: int) -> Folded:
    if isinstance(node.func, ast.Name) and node.func.id == "chr" and len(node.args) == 1:
        code = fold(node.args[0], depth + 1)
        return chr(code) if isinstance(code, int) and 0 <= code < 0x110000 else None
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in METHODS or node.keywords:
        return None
    text = fold(node.func.value, depth + 1)
    if not isinstance(text, str | bytes) or len(text) > 500:
        return None
    name = node.func.attr
    if name == "join":
        return _join(text, node, depth)
    arguments = [fold(a, depth + 1) for a in node.args]
    if any(not isinstance(a, str) or len(a) > 500 for a in arguments):
        return None
    if name == "format" and isinstance(text, str) and text.count("{") != text.count("{}"):
        return None
    method = getattr(text, name, None)
    found = _quietly(lambda: method(*arguments)) if method else None
    return found[:MAX_CHARS] if found is not None and not isinstance(found, int) else None


def _join(text: str | bytes, node: ast.Call, depth: int) -> Folded:
    if len(node.args) != 1 or not isinstance(text, str):
        return None
    if not isinstance(node.args[0], ast.List | ast.Tuple):
        # "".join(map(chr, …)), reversed("…") and the like: only one shape is worth reading.
        match node.args[0]:
            case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
                found = fold(inner, depth + 1)
                return found[::-1] if isinstance(found, str) and not text else None
        return None
    pieces = [fold(item, depth + 1) for item in node.args[0].elts]
    return _joined(pieces, text)


def _joined(pieces: list[Folded], text: str = "") -> str | None:
    known = [p for p in pieces if isinstance(p, str)]
    return text.join(known)[:MAX_CHARS] if len(known) == len(pieces) else None


def _quietly(action: Callable[[], Folded]) -> Folded:
    """The value, or `None` where the program itself would fail."""
    try:
        return action()
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
