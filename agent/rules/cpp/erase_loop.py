"""Loops that erase elements one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from speedwright.agent.rules.cpp.names import names_of
from speedwright.agent.rules.cpp.rule import Change, SourceRule, replace
from speedwright.agent.rules.cpp.structure import Loop, loops
from speedwright.agent.rules.cpp.unit import Span, Unit

_CONTAINERS = frozenset({"vector", "deque", "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """A loop over all elements that either steps on or erases."""

    container: str
    walker: str
    is_index: bool
    condition: Span
    erases_if_true: bool


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for loop in loops(unit):
        walk = _walk(unit, loop)
        if walk is None:
            continue
        container = next(i for i in loop.header.indexes() if unit.at(i) == walk.container)
        variable = names.of(container)
        if variable is None or variable.type.base not in _CONTAINERS or "*" in variable.type.mark:
            continue
        condition = _on_element(unit, walk)
        if condition is None:
            continue
        test = condition if walk.erases_if_true else f"!({condition})"
        name = walk.container
        text = (
            f"{name}.erase(std::remove_if({name}.begin(), {name}.end(),\n"
            f"{unit.indent_of(loop.keyword)}    [&](const auto& element) {{ return {test}; }}),\n"
            f"{unit.indent_of(loop.keyword)}    {name}.end());"
        )
        yield Change(
            edits=(replace(unit, Span(first=loop.keyword, last=loop.body.last), text),),
            first_line=unit.tokens[loop.keyword].line,
            last_line=unit.tokens[loop.body.last].line,
            summary=f"Remove the elements of `{name}` in one pass instead of one at a time.",
            header="algorithm",
        )


def _walk(unit: Unit, loop: Loop) -> _Walk | None:
    parts = unit.split(loop.header, ";")
    if unit.at(loop.keyword) != "for" or len(parts) != 3 or parts[2].first <= parts[2].last:
        return None
    start, condition = unit.words(parts[0]), unit.words(parts[1])
    if len(start) < 4 or "=" not in start or "," in start:
        return None
    equals = start.index("=")
    walker, value = start[equals - 1], start[equals + 1 :]
    if (
        value == ("0",)
        and condition[:2] == (walker, "<")
        and condition[3:]
        == (
            ".",
            "size",
            "(",
            ")",
        )
    ):
        return _branches(unit, loop, condition[2], walker, is_index=True)
    is_begin = len(value) == 5 and value[1:] == (".", "begin", "(", ")")
    if is_begin and condition == (walker, "!=", value[0], ".", "end", "(", ")"):
        return _branches(unit, loop, value[0], walker, is_index=False)
    return None


def _branches(
    unit: Unit, loop: Loop, container: str, walker: str, *, is_index: bool
) -> _Walk | None:
    body = loop.body
    if unit.at(body.first) == "{":
        body = Span(first=body.first + 1, last=body.last - 1)
    if unit.at(body.first) != "if" or unit.at(body.first + 1) != "(" or unit.has_comment(body):
        return None
    condition = unit.inside(body.first + 1)
    first = unit.partner[body.first + 1] + 1
    end = first
    while end <= body.last and unit.at(end) != "else":
        end = unit.partner.get(end, end) + 1
    then, other = _bare(unit, first, end - 1), _bare(unit, end + 1, body.last)
    steps = {("++", walker, ";"), (walker, "++", ";"), (walker, "+=", "1", ";")}
    place = (container, ".", "begin", "(", ")", "+", walker) if is_index else (walker,)
    erase = (container, ".", "erase", "(", *place, ")", ";")
    erases = {erase} if is_index else {(walker, "=", *erase)}
    if then in erases and other in steps:
        is_true = True
    elif then in steps and other in erases:
        is_true = False
    else:
        return None
    return _Walk(
        container=container,
        walker=walker,
        is_index=is_index,
        condition=condition,
        erases_if_true=is_true,
    )


def _bare(unit: Unit, first: int, last: int) -> tuple[str, ...]:
    """Words of a statement without its braces."""
    if first > last:
        return ()
    if unit.at(first) == "{" and unit.partner[first] == last:
        return unit.words(Span(first=first + 1, last=last - 1))
    return unit.words(Span(first=first, last=last))


def _on_element(unit: Unit, walk: _Walk) -> str | None:
    """The condition on a parameter `element`, `None` if it looks at more than the element."""
    text, end = "", unit.tokens[walk.condition.first].start
    index, last = walk.condition.first, walk.condition.last
    while index <= last:
        span, word = _element_at(unit, walk, index)
        if word is None and unit.at(index) in (walk.container, walk.walker, "element"):
            return None
        text += unit.text[end : unit.tokens[index].start]
        text += unit.at(index) if word is None else word
        index = span.last + 1
        end = unit.tokens[span.last].end
    is_changing = {"=", "++", "--", "+=", "-="} & set(unit.words(walk.condition))
    return None if is_changing or not text else text


def _element_at(unit: Unit, walk: _Walk, index: int) -> tuple[Span, str | None]:
    """`v[i]`, `*it` and `it->` become `element`; anything else stays."""
    words = unit.words(Span(first=index, last=min(index + 3, walk.condition.last)))
    if walk.is_index and words == (walk.container, "[", walk.walker, "]"):
        return Span(first=index, last=index + 3), "element"
    if not walk.is_index and words[:2] == ("*", walk.walker):
        return Span(first=index, last=index + 1), "element"
    if not walk.is_index and words[:2] == (walk.walker, "->"):
        return Span(first=index, last=index + 1), "element."
    return Span(first=index, last=index), None


RULE = SourceRule(
    id="cpp-erase-loop",
    detects="A loop that erases the elements of a vector, deque or string that fulfil a condition.",
    explanation=(
        "Each `erase` in the middle moves all later elements, so the loop takes time in the "
        "square of the length. `erase(remove_if(...), end())` moves each kept element once. "
        "The order of the kept elements stays."
    ),
    find=_find,
)
