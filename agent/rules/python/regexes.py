"""Regular expressions compiled or looked up again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from speedwright.agent.rules.python.change import Change, Edit, after, become
from speedwright.agent.rules.python.imports import access, module_alias
from speedwright.agent.rules.python.nodes import code
from speedwright.agent.rules.python.pattern import make, make_block
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.scope import function_of, statement_of, stores
from speedwright.agent.rules.python.subject import value_of
from speedwright.agent.rules.python.view import ModuleView

# Function of `re` -> how many arguments the compiled pattern's method takes before `flags`.
_FUNCTIONS = {
    "match": 1, "search": 1, "fullmatch": 1, "findall": 1, "finditer": 1, "split": 2,
    "sub": 3, "subn": 3,
}  # fmt: skip


def _find(view: ModuleView) -> Iterator[Change]:
    alias = module_alias(view, "re")
    if alias is None:
        return
    for call in view.hot(cst.Call):
        func = call.func
        if not isinstance(func, cst.Attribute) or code(func.value) != alias:
            continue
        if not _runs_often(view, call):
            continue
        if func.attr.value == "compile" and _constant(view, call.args, alias):
            yield _hoisted(view, alias, call, call.args, rest=None)
        elif func.attr.value in _FUNCTIONS:
            yield from _method(view, alias, call, func.attr.value)
            yield from _compiled(view, alias, call, func.attr.value)


def _method(view: ModuleView, alias: str, call: cst.Call, name: str) -> Iterator[Change]:
    flags = [a for a in call.args if a.keyword is not None and a.keyword.value == "flags"]
    plain = [a for a in call.args if a not in flags]
    if any(a.keyword is not None for a in plain[:1]) or any(a.star for a in plain):
        return
    positional = [a for a in plain[1:] if a.keyword is None]
    extra = positional[_FUNCTIONS[name] :]
    if len(extra) == 1 and not flags:
        flags, plain = extra, [a for a in plain if a is not extra[0]]
    compile_args = [*plain[:1], *flags]
    if len(extra) <= 1 and len(plain) > 1 and _constant(view, compile_args, alias):
        yield _hoisted(view, alias, call, compile_args, rest=(name, plain[1:]))


def _compiled(view: ModuleView, alias: str, call: cst.Call, name: str) -> Iterator[Change]:
    """`re.match(P, x)` where `P` is a compiled pattern of the module."""
    first, *rest = call.args
    if not rest or first.keyword is not None or any(a.star for a in call.args):
        return
    flags = any(a.keyword is not None and a.keyword.value == "flags" for a in rest)
    if flags or len(rest) > _FUNCTIONS[name] or not is_compiled(view, first.value, alias):
        return
    func = make(f"X.{name}", {"X": first.value})
    yield Change(
        at=call,
        edits={call: become(call.with_changes(func=func, args=rest))},
        odds=0.3,
        summary=f"called the compiled pattern's own `{name}` instead of the one of `{alias}`",
    )


def is_compiled(view: ModuleView, node: cst.BaseExpression, alias: str) -> bool:
    """Whether a name is bound once, at the top of the file, to a compiled pattern."""
    value = compiled_value(view, node, alias)
    return value is not None


def compiled_value(view: ModuleView, node: cst.BaseExpression, alias: str) -> cst.Call | None:
    """The `re.compile(…)` that a constant of the module stands for."""
    if not isinstance(node, cst.Name):
        return None
    bound = stores(view, node.value)
    if len(bound) != 1 or function_of(view, bound[0]) is not view.tree.module:
        return None
    value = value_of(view, bound[0])
    if isinstance(value, cst.Call) and code(value.func) == f"{alias}.compile":
        return value
    return None


def _hoisted(
    view: ModuleView,
    alias: str,
    call: cst.Call,
    args: Sequence[cst.Arg],
    rest: tuple[str, Sequence[cst.Arg]] | None,
) -> Change:
    text = args[0].value
    shown = text.value.strip("_") if isinstance(text, cst.Name) else ""
    name = view.fresh(f"_{shown}_PATTERN" if shown else "_PATTERN")
    values = ", ".join(code(a.value) for a in args)
    constants = make_block(f"{name} = {alias}.compile({values})\n", {})
    edits: dict[cst.CSTNode, Edit] = {}
    if isinstance(text, cst.Name):
        line = _definition(view, text)
        assert line is not None
        edits, constants = {line: after(constants)}, ()
    new = make(name, {})
    if rest is not None:
        method, others = rest
        new = cst.Call(func=make(f"{name}.{method}", {}), args=_joined(others))
    return Change(
        at=call,
        edits={**edits, call: become(new)},
        constants=constants,
        summary=f"compiled the pattern {code(args[0].value)} once, as a constant of the module",
    )


def _joined(args: Sequence[cst.Arg]) -> list[cst.Arg]:
    """The arguments without a comma left over at the end."""
    *head, last = args
    return [*head, last.with_changes(comma=cst.MaybeSentinel.DEFAULT)]


def _constant(view: ModuleView, args: Sequence[cst.Arg], alias: str) -> bool:
    """A literal pattern or the name of one, and flags spelt `re.X | re.Y`."""
    if not args or args[0].star:
        return False
    text = args[0].value
    if not _is_text(text) and not (isinstance(text, cst.Name) and _definition(view, text)):
        return False
    return all(_is_flags(a.value, alias) for a in args[1:])


def _definition(view: ModuleView, name: cst.Name) -> cst.BaseStatement | None:
    """The only assignment to a name, if it gives it a literal text at the top of the file."""
    bound = stores(view, name.value)
    if len(bound) != 1 or function_of(view, bound[0]) is not view.tree.module:
        return None
    value, line = value_of(view, bound[0]), statement_of(view, bound[0])
    return line if value is not None and _is_literal(value) else None


def _is_literal(value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.ConcatenatedString):
        return _is_literal(value.left) and _is_literal(value.right)
    return isinstance(value, cst.SimpleString)


def _is_text(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.ConcatenatedString):
        return "\n" not in code(node) and _is_text(node.left) and _is_text(node.right)
    return isinstance(node, cst.SimpleString)


def _is_flags(node: cst.BaseExpression, alias: str) -> bool:
    if isinstance(node, cst.BinaryOperation):
        return _is_flags(node.left, alias) and _is_flags(node.right, alias)
    if isinstance(node, cst.Attribute):
        return code(node.value) == alias
    return isinstance(node, cst.Integer)


def _runs_often(view: ModuleView, node: cst.CSTNode) -> bool:
    """In a function or loop, not merely once when the module or class is made."""
    return any(
        isinstance(a, cst.FunctionDef | cst.Lambda | cst.For | cst.While) for a in view.above(node)
    )


def _find_variable(view: ModuleView) -> Iterator[Change]:
    """Patterns that are no constants: `re.compile(pattern)` in a loop over patterns."""
    alias = module_alias(view, "re")
    if alias is None:
        return
    edits: dict[cst.CSTNode, Edit] = {}
    name = view.fresh("_compile")
    for call in view.hot(cst.Call):
        func = call.func
        if not isinstance(func, cst.Attribute) or code(func.value) != alias:
            continue
        if not any(isinstance(a, cst.FunctionDef) for a in view.above(call)):
            continue
        if func.attr.value == "compile" and _variable(view, call.args, alias):
            edits[func] = become(make(name, {}))
        elif func.attr.value in _FUNCTIONS and _variable(view, call.args[:1], alias):
            if len(call.args) - 1 <= _FUNCTIONS[func.attr.value] and not _flagged(call):
                new = make(f"{name}(X).{func.attr.value}", {"X": call.args[0].value})
                edits[call] = become(call.with_changes(func=new, args=call.args[1:]))
    edits = {n: e for n, e in edits.items() if not _inside(view, n, edits)}
    if not edits:
        return
    cache, imports = access(view, "functools", "lru_cache")
    yield Change(
        at=max(edits, key=view.share),
        edits=edits,
        imports=imports,
        constants=make_block(f"{name} = {cache}(maxsize=512)({alias}.compile)\n", {}),
        summary="remembered compiled patterns in a cache quicker than that of `re`",
    )


def _inside(view: ModuleView, node: cst.CSTNode, others: dict[cst.CSTNode, Edit]) -> bool:
    return any(other is not node and view.contains(other, node) for other in others)


def _flagged(call: cst.Call) -> bool:
    return any(a.star or (a.keyword and a.keyword.value in {"flags"}) for a in call.args)


def _variable(view: ModuleView, args: Sequence[cst.Arg], alias: str) -> bool:
    """A pattern that is no constant, as the one argument or with flags behind it."""
    if not 1 <= len(args) <= 2 or any(a.star for a in args) or args[0].keyword is not None:
        return False
    if is_compiled(view, args[0].value, alias):
        return False
    return not _is_text(args[0].value) and not _constant(view, args, alias)


RULES = (
    PythonRule(
        id="py-regex-cache",
        detects="`re.compile(p)` or `re.match(p, …)` in hot code where `p` is no constant.",
        explanation=(
            "`re` keeps compiled patterns too, but asks its cache in Python and forgets all of it "
            "when it is full. `functools.lru_cache` answers in C."
        ),
        odds=0.25,
        find=_find_variable,
    ),
    PythonRule(
        id="py-regex-constant",
        detects="A constant pattern compiled, or passed to `re.match` and the like, in hot code.",
        explanation=(
            "`re.compile` and `re.match(pattern, …)` look the pattern up in a cache on every call, "
            "or compile it again when the cache is full. A compiled pattern kept in a module "
            "constant is called directly."
        ),
        odds=0.4,
        find=_find,
    ),
)
