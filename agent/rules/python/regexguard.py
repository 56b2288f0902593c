"""Regular expressions that cannot match a text without a certain character."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.forms import in_place_of
from speedwright.agent.rules.python.imports import module_alias
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import make
from speedwright.agent.rules.python.regexes import compiled_value
from speedwright.agent.rules.python.required import required_characters
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import function_of, is_simple, stores
from speedwright.agent.rules.python.subject import value_of
from speedwright.agent.rules.python.view import ModuleView

# Method -> where its text stands and what it answers when nothing matches.
_METHODS = {
    "sub": (1, "S"), "search": (0, "None"), "findall": (0, "[]"), "split": (0, "[S]"),
}  # fmt: skip
_COMMON = " etaoinsrhldcu\n"  # in most texts: asking for them first would only cost
_DEPTH = 6


def _find(view: ModuleView) -> Iterator[Change]:
    alias = module_alias(view, "re")
    for call in view.hot(cst.Call) if alias is not None else ():
        func = call.func
        if not isinstance(func, cst.Attribute) or func.attr.value not in _METHODS:
            continue
        place, empty = _METHODS[func.attr.value]
        compiled = compiled_value(view, func.value, alias or "re")
        if compiled is None or len(call.args) != place + 1:
            continue
        if any(a.keyword is not None or a.star for a in call.args):
            continue
        text = call.args[place].value
        harmless = all(is_simple(a.value) or isinstance(a.value, cst.Lambda) for a in call.args)
        if not isinstance(text, cst.Name) or not harmless or _guarded(view, call):
            continue
        wanted = _rarest(_required(view, compiled, alias or "re"))
        if wanted is not None:
            filling = {"R": call, "Q": cst.SimpleString(_literal(wanted)), "S": text}
            new = make(f"R if Q in S else {empty}", filling)
            yield Change(
                at=call,
                edits={call: become(in_place_of(view, call, new))},
                summary=f"asked for {_literal(wanted)} first, without which the pattern never fits",
            )


def _literal(text: str) -> str:
    shown = ascii(text)[1:-1].replace('"', '\\"') if text != "'" else text
    return f'"{shown}"'


def _guarded(view: ModuleView, call: cst.Call) -> bool:
    """A test for membership already stands in front of it."""
    for above in view.above(call):
        if isinstance(above, cst.IfExp | cst.If) and not view.contains(above.test, call):
            if " in " in code(above.test):
                return True
        if isinstance(above, cst.FunctionDef):
            return False
    return False


def _rarest(characters: frozenset[str]) -> str | None:
    """The one least likely in a text: control characters, then signs, then letters."""
    rare = [c for c in characters if c not in _COMMON]
    return min(rare, key=lambda c: (c.isprintable(), c.isalnum(), c), default=None)


def _required(view: ModuleView, compiled: cst.Call, alias: str) -> frozenset[str]:
    if not compiled.args or any(a.star for a in compiled.args):
        return frozenset()
    pattern = _text(view, compiled.args[0].value, _DEPTH)
    flags = 0
    for arg in compiled.args[1:]:
        number = _flags(arg.value, alias)
        if number is None:
            return frozenset()
        flags |= number
    return frozenset() if pattern is None else required_characters(pattern, flags)


def _flags(node: cst.BaseExpression, alias: str) -> int | None:
    """The number behind `re.X | re.I`."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        left, right = _flags(node.left, alias), _flags(node.right, alias)
        return None if left is None or right is None else left | right
    if isinstance(node, cst.Attribute) and code(node.value) == alias:
        flag = getattr(re, node.attr.value, None)
        return int(flag) if isinstance(flag, re.RegexFlag) else None
    return None


def _text(view: ModuleView, node: cst.BaseExpression, depth: int) -> str | None:
    """The text of an expression made of literals and constants of the module."""
    if depth == 0:
        return None
    if isinstance(node, cst.SimpleString):
        plain = node.evaluated_value
        return plain if isinstance(plain, str) else None
    if isinstance(node, cst.ConcatenatedString) or (
        isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add)
    ):
        left, right = (_text(view, side, depth - 1) for side in (node.left, node.right))
        return None if left is None or right is None else left + right
    if isinstance(node, cst.FormattedString):
        return _formatted(view, node, depth)
    if isinstance(node, cst.Name):
        bound = stores(view, node.value)
        if len(bound) == 1 and function_of(view, bound[0]) is view.tree.module:
            value = value_of(view, bound[0])
            return None if value is None else _text(view, value, depth - 1)
    return None


def _formatted(view: ModuleView, node: cst.FormattedString, depth: int) -> str | None:
    """A literal `f"…{NAME}…"` without conversions."""
    texts: list[str | None] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            literal = cst.SimpleString(
                f"{node.prefix.replace('f', '').replace('F', '')}{node.quote}{part.value}{node.end}"
            )
            plain = literal.evaluated_value
            texts.append(
                plain.replace("{{", "{").replace("}}", "}") if isinstance(plain, str) else None
            )
        elif isinstance(part, cst.FormattedStringExpression):
            bare = part.conversion is None and part.format_spec is None and part.equal is None
            texts.append(_text(view, part.expression, depth - 1) if bare else None)
    known = [t for t in texts if t is not None]
    return "".join(known) if len(known) == len(texts) else None


RULES = (
    PythonRule(
        id="py-regex-guard",
        detects="`PATTERN.sub(…, text)` whose constant pattern needs a rare character in the text.",
        explanation=(
            "Setting up and running the regular expression engine costs several times a test "
            "`'<' in text`. Where few texts hold a character that every match needs, most calls "
            "are spared; where nearly all do, the test is lost."
        ),
        odds=0.35,
        find=_find,
    ),
)
