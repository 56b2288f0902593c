"""Heavy parameters taken by value."""

from __future__ import annotations

from collections.abc import Iterator

from speedwright.agent.rules.cpp.names import Declaration, Names, names_of
from speedwright.agent.rules.cpp.rule import Change, Edit, SourceRule, replace
from speedwright.agent.rules.cpp.structure import Function, functions
from speedwright.agent.rules.cpp.types import is_heavy, parameters_of
from speedwright.agent.rules.cpp.unit import Span, Unit
from speedwright.agent.rules.cpp.uses import is_only_read


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for function in functions(unit):
        if not _may_change(unit, function):
            continue
        for place, part in enumerate(parameters_of(unit, function.parameters)):
            variable = _heavy_parameter(unit, names, part)
            if variable is None or not is_only_read(unit, names, variable, function.body):
                continue
            if any(
                unit.at(i - 1) == "return" and unit.at(i + 1) == ";" for i in names.uses(variable)
            ):
                continue  # the copy would only move to the return
            yield Change(
                edits=(_edit(unit, variable), *_prototypes(unit, function, place, variable)),
                first_line=unit.tokens[function.name].line,
                last_line=unit.tokens[function.body.last].line,
                summary=f"Take `{variable.name}` of `{unit.at(function.name)}` by const reference "
                "instead of copying it at each call.",
            )


def _heavy_parameter(unit: Unit, names: Names, part: Span) -> Declaration | None:
    for declaration in names.all():
        if declaration.index in part and declaration.type.span.first == part.first:
            is_costly = is_heavy(unit, declaration.type) or _is_object(unit, names, declaration)
            return declaration if is_costly else None
    return None


def _is_object(unit: Unit, names: Names, variable: Declaration) -> bool:
    """Whether it looks like a class of the project: a capital letter, only its members used."""
    kind, uses = variable.type, names.uses(variable)
    is_plain = not kind.mark and kind.base[:1].isupper() and not kind.base.isupper()
    return is_plain and bool(uses) and all(unit.at(i + 1) == "." for i in uses)


def _may_change(unit: Unit, function: Function) -> bool:
    """Whether every declaration of the function stands in this file."""
    start = function.name
    while start > 0 and unit.at(start - 1) not in (";", "}", "{", ":"):
        start -= 1
    before = unit.words(Span(first=start, last=function.name - 1))
    after = unit.words(Span(first=function.parameters.last + 2, last=function.body.first - 1))
    if "virtual" in before or {"override", "final"} & set(after) or "operator" in before:
        return False
    if not before or unit.at(function.name - 1) == "~":
        return False  # a constructor or a macro
    if unit.at(function.name - 1) == "::":
        return any(True for _ in _prototype_lists(unit, function))
    in_class = _is_in_class(unit, function)
    if in_class or "static" in before or _is_in_anonymous_namespace(unit, function):
        return True
    own_headers = ("".join(unit.text[s:e].split()) for s, e in unit.directives)
    return not any(line.startswith('#include"') for line in own_headers)


def _is_in_class(unit: Unit, function: Function) -> bool:
    up = unit.parent[function.name]
    start = up
    while start > 0 and unit.at(start - 1) not in (";", "}", "{"):
        start -= 1
    return up >= 0 and bool({"class", "struct"} & set(unit.words(Span(first=start, last=up - 1))))


def _is_in_anonymous_namespace(unit: Unit, function: Function) -> bool:
    up = unit.parent[function.name]
    while up >= 0:
        if unit.at(up) == "{" and unit.at(up - 1) == "namespace":
            return True
        up = unit.parent[up]
    return False


def _edit(unit: Unit, variable: Declaration) -> Edit:
    core = unit.source(variable.type.core)
    return replace(unit, variable.type.span, f"const {core}&")


def _prototype_lists(unit: Unit, function: Function) -> Iterator[Span]:
    """Parameter lists of declarations of the same name."""
    for index in range(len(unit.tokens)):
        if index == function.name or unit.at(index) != unit.at(function.name):
            continue
        if unit.at(index + 1) != "(" or unit.at(index - 1) in (".", "->", "(", ",", "=", "return"):
            continue
        after = unit.partner[index + 1] + 1
        while unit.at(after) in ("const", "noexcept"):
            after += 1
        if unit.at(after) == ";":
            yield unit.inside(index + 1)


def _prototypes(
    unit: Unit, function: Function, place: int, variable: Declaration
) -> Iterator[Edit]:
    """Edits of the declarations that go with the definition."""
    wanted = unit.words(variable.type.core)
    count = len(parameters_of(unit, function.parameters))
    for parameters in _prototype_lists(unit, function):
        parts = parameters_of(unit, parameters)
        if len(parts) != count:
            continue
        part = parts[place]
        first = part.first + (unit.at(part.first) == "const")
        core = Span(first=first, last=first + len(wanted) - 1)
        if core.last <= part.last and unit.words(core) == wanted and unit.at(core.last + 1) != "&":
            yield replace(
                unit, Span(first=part.first, last=core.last), f"const {unit.source(core)}&"
            )


RULE = SourceRule(
    id="cpp-const-reference",
    detects="A string or container parameter taken by value that the function only reads.",
    explanation=(
        "A string, vector or map parameter taken by value is copied, with an allocation for each "
        "element that owns memory, every time the function is called. A `const` reference passes "
        "an address. Functions declared in another file need the same change there."
    ),
    find=_find,
)
