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
    calls = [
        call
        for call in (view.hot(cst.Call) if alias is not None else ())
        if code(call.func) == f"{alias}.compile"
        and len(call.args) == 1
        and isinstance(call.args[0].value, cst.Name | cst.Attribute)
        and not _constant(view, call.args, alias or "")
        and any(isinstance(a, cst.FunctionDef) for a in view.above(call))
    ]
    if not calls:
        return
    cache, imports = access(view, "functools", "lru_cache")
    name = view.fresh("_compile")
    yield Change(
        at=max(calls, key=view.share),
        edits={call.func: become(make(name, {})) for call in calls},
        imports=imports,
        constants=make_block(f"{name} = {cache}(maxsize=512)({alias}.compile)\n", {}),
        summary="remembered compiled patterns in a cache quicker than that of `re`",
    )


RULES = (
    PythonRule(
        id="py-regex-cache",
        detects="`re.compile(pattern)` in hot code with a pattern that is no constant.",
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
