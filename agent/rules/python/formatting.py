"""Texts put together by `str.format` and `%`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

import libcst as cst

from speedwright.agent.rules.python.change import Change, become
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import expression
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import is_simple
from speedwright.agent.rules.python.view import ModuleView, parses

_PERCENT = re.compile(r"%(?:%|([sr]))")
_BARRED = frozenset("'\"\\{}\n#:!")  # cannot stand inside a field of an f-string everywhere
_PREFIXES = frozenset({"", "r", "u"})
Piece = tuple[str, cst.BaseExpression | None, str, str]  # text, value, conversion, format


def _find(view: ModuleView) -> Iterator[Change]:
    for call in view.hot(cst.Call):
        func = call.func
        if isinstance(func, cst.Attribute) and func.attr.value == "format":
            literal = func.value
            if isinstance(literal, cst.SimpleString) and _plain(literal):
                yield from _change(call, literal, _braces(literal, call.args))
    for operation in view.hot(cst.BinaryOperation):
        literal, right = operation.left, operation.right
        if (
            isinstance(operation.operator, cst.Modulo)
            and isinstance(literal, cst.SimpleString)
            and isinstance(right, cst.Tuple)
            and _plain(literal)
        ):
            yield from _change(operation, literal, _percents(literal, right))


def _plain(literal: cst.SimpleString) -> bool:
    return literal.prefix.lower() in _PREFIXES and len(literal.quote) == 1


def _change(
    node: cst.BaseExpression, literal: cst.SimpleString, pieces: list[Piece] | None
) -> Iterator[Change]:
    if not pieces or all(value is None for _, value, _, _ in pieces):
        return
    text = "".join(
        part.replace("{", "{{").replace("}", "}}")
        + ("" if value is None else "{" + code(value) + conversion + spec + "}")
        for part, value, conversion, spec in pieces
    )
    prefix = "rf" if literal.prefix.lower() == "r" else "f"
    source = f"{prefix}{literal.quote}{text}{literal.quote}"
    if parses(f"x = {source}\n"):
        new = expression(source).with_changes(lpar=node.lpar, rpar=node.rpar)
        yield Change(at=node, edits={node: become(new)}, summary="put the text together directly")


def _shown(value: cst.BaseExpression) -> bool:
    return not _BARRED & set(code(value)) and not isinstance(
        value, cst.Lambda | cst.NamedExpr | cst.Yield | cst.GeneratorExp | cst.ConcatenatedString
    )


def _percents(literal: cst.SimpleString, right: cst.Tuple) -> list[Piece] | None:
    """Pieces of `"%s is %r" % (a, b)`; None if a field is of another kind."""
    values = [e.value for e in right.elements if isinstance(e, cst.Element)]
    if len(values) != len(right.elements) or not all(map(_shown, values)):
        return None
    raw = literal.raw_value
    if "%" in _PERCENT.sub("", raw):
        return None
    pieces: list[Piece] = []
    last, text = 0, ""
    for found in _PERCENT.finditer(raw):
        text += raw[last : found.start()]
        last = found.end()
        if found.group(1) is None:
            text += "%"
            continue
        if not values:
            return None
        pieces.append((text, values.pop(0), f"!{found.group(1)}", ""))
        text = ""
    return None if values else [*pieces, (text + raw[last:], None, "", "")]


def _braces(literal: cst.SimpleString, args: tuple[cst.Arg, ...] | object) -> list[Piece] | None:
    """Pieces of `"{} is {name}".format(a, name=b)`; None if it cannot be told."""
    assert isinstance(args, list | tuple)
    if any(a.star or not _shown(a.value) for a in args):
        return None
    named = {a.keyword.value: a.value for a in args if a.keyword is not None}
    placed = [a.value for a in args if a.keyword is None]
    pieces: list[Piece] = []
    used: list[cst.BaseExpression] = []
    try:
        fields = list(string.Formatter().parse(literal.raw_value))
    except ValueError:
        return None
    for index, (text, field, spec, conversion) in enumerate(fields):
        if field is None:
            pieces.append((text, None, "", ""))
            continue
        count = sum(f is not None for _, f, _, _ in fields[:index])
        number = int(field) if field.isdecimal() else count if field == "" else -1
        value = placed[number] if 0 <= number < len(placed) else named.get(field)
        if value is None or "{" in (spec or ""):
            return None
        used.append(value)
        pieces.append(
            (text, value, f"!{conversion}" if conversion else "", f":{spec}" if spec else "")
        )
    every = [a.value for a in args]
    in_order = len(used) == len(every) and all(u is e for u, e in zip(used, every, strict=True))
    if not in_order and not (all(map(is_simple, every)) and {*used} == {*every}):
        return None
    return pieces


RULES = (
    PythonRule(
        id="py-format-string",
        detects='`"{} {}".format(a, b)` or `"%s %s" % (a, b)` in hot code.',
        explanation=(
            "Both read their template again on every call. An f-string is taken apart once, when "
            "the file is compiled, and joins its pieces directly."
        ),
        odds=0.2,
        find=_find,
    ),
)
