"""The same key looked up again and again in a map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from speedwright.agent.rules.cpp.lexer import Kind
from speedwright.agent.rules.cpp.names import Names, names_of
from speedwright.agent.rules.cpp.rule import Change, Edit, SourceRule, lines_of, replace
from speedwright.agent.rules.cpp.types import ARITHMETIC, inner
from speedwright.agent.rules.cpp.unit import Span, Unit

_MAPS = frozenset({"map", "unordered_map"})
_SAYS_FOUND: dict[tuple[str, ...], bool] = {("!=",): True, ("==",): False}
_SAYS_COUNT: dict[tuple[str, ...], bool] = {
    (): True,
    (">", "0"): True,
    ("!=", "0"): True,
    ("==", "1"): True,
    ("==", "0"): False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """`if (m.find(k) != m.end())` and its relatives: where it stands and what it says."""

    keyword: int
    map: int
    key: tuple[str, ...]
    is_present: bool


def _find(unit: Unit) -> Iterator[Change]:
    names = names_of(unit)
    for index in range(len(unit.tokens)):
        test = _test(unit, names, index)
        if test is None:
            continue
        change = _counted(unit, names, test) or _found_once(unit, test)
        if change is not None:
            yield change


def _test(unit: Unit, names: Names, index: int) -> _Test | None:
    if unit.at(index) != "if" or unit.at(index + 1) != "(" or unit.at(index + 3) != ".":
        return None
    condition = unit.inside(index + 1)
    method, opening = unit.at(index + 4), index + 5
    if method not in ("find", "count", "contains") or unit.at(opening) != "(":
        return None
    variable = names.of(condition.first)
    if variable is None or variable.type.base not in _MAPS or "*" in variable.type.mark:
        return None
    close = unit.partner[opening]
    rest = unit.words(Span(first=close + 1, last=condition.last))
    map_name = unit.at(condition.first)
    if method == "find":
        rest = rest[:1] if rest[1:] == (map_name, ".", "end", "(", ")") else ("?",)
    says = _SAYS_FOUND if method == "find" else _SAYS_COUNT
    key = unit.inside(opening)
    if rest not in says or not _is_plain(unit, key):
        return None
    return _Test(keyword=index, map=condition.first, key=unit.words(key), is_present=says[rest])


def _is_plain(unit: Unit, key: Span) -> bool:
    """A name, a literal, `a.b` or `a[i]`: no calls, nothing that changes."""
    allowed = (".", "->", "[", "]", "::")
    return 0 <= key.last - key.first <= 6 and all(
        unit.kind(i) is not Kind.MARK or unit.at(i) in allowed for i in key.indexes()
    )


def _branches(unit: Unit, test: _Test) -> tuple[Span, Span] | None:
    """What happens with the key in the map and without it; the second may be empty."""
    first = unit.partner[test.keyword + 1] + 1
    then_end = _branch_end(unit, first)
    if then_end is None:
        return None
    then = Span(first=first, last=then_end)
    other = Span(first=then_end + 1, last=then_end)
    if unit.at(then_end + 1) == "else":
        end = _branch_end(unit, then_end + 2)
        if end is None:
            return None
        other = Span(first=then_end + 2, last=end)
    return (then, other) if test.is_present else (other, then)


def _branch_end(unit: Unit, first: int) -> int | None:
    """End of a branch that is a block or a plain statement."""
    if unit.at(first) == "{":
        return unit.partner[first]
    if unit.at(first) in ("if", "for", "while", "do", "switch"):
        return None
    return unit.statement_end(first)


def _bare(unit: Unit, span: Span) -> tuple[str, ...]:
    words = unit.words(span)
    return words[1:-1] if words[:1] == ("{",) else words


def _counted(unit: Unit, names: Names, test: _Test) -> Change | None:
    """`if (known) m[k]++; else m[k] = 1;` becomes `++m[k];`."""
    branches = _branches(unit, test)
    if branches is None:
        return None
    variable = names.of(test.map)
    value = (
        inner(unit, variable.type.arguments[1])
        if variable and len(variable.type.arguments) == 2
        else None
    )
    if value is None or value.mark or value.base not in ARITHMETIC:
        return None
    place = (unit.at(test.map), "[", *test.key, "]")
    more = {
        ("++", *place, ";"),
        (*place, "++", ";"),
        (*place, "+=", "1", ";"),
        (*place, "=", *place, "+", "1", ";"),
    }
    if _bare(unit, branches[0]) not in more or _bare(unit, branches[1]) != (*place, "=", "1", ";"):
        return None
    whole = Span(first=test.keyword, last=max(branches[0].last, branches[1].last))
    if unit.has_comment(whole):
        return None
    key = unit.source(unit.inside(test.map + 3))
    first_line, last_line = lines_of(unit, whole)
    return Change(
        edits=(replace(unit, whole, f"++{unit.at(test.map)}[{key}];"),),
        first_line=first_line,
        last_line=last_line,
        summary=f"Count in `{unit.at(test.map)}` with one lookup: a new key starts at 0.",
    )


def _found_once(unit: Unit, test: _Test) -> Change | None:
    """`if (m.count(k)) use(m[k]);` becomes one find whose result is used."""
    branches = _branches(unit, test)
    if branches is None or not test.is_present:
        return None
    then = branches[0]
    name = unit.at(test.map)
    places = [i for i in then.indexes() if unit.at(i) == name and unit.is_free(i)]
    edits: list[Edit] = []
    iterator = "found"
    while iterator in unit.names():
        iterator += "_"
    for index in places:
        if unit.at(index + 1) != "[" or unit.words(unit.inside(index + 1)) != test.key:
            return None
        whole = Span(first=index, last=unit.partner[index + 1])
        edits.append(replace(unit, whole, f"{iterator}->second"))
    if not edits or _is_key_changed(unit, test, then):
        return None
    condition = unit.inside(test.keyword + 1)
    key = unit.source(unit.inside(test.map + 3))
    text = f"const auto {iterator} = {name}.find({key}); {iterator} != {name}.end()"
    first_line, last_line = lines_of(unit, Span(first=test.keyword, last=then.last))
    return Change(
        edits=(replace(unit, condition, text), *edits),
        first_line=first_line,
        last_line=last_line,
        summary=f"Look the key up in `{name}` once and use what was found.",
    )


def _is_key_changed(unit: Unit, test: _Test, span: Span) -> bool:
    parts = {word for word in test.key if word.isidentifier()}
    changing = ("=", "+=", "-=", "++", "--")
    return any(
        unit.at(i) in parts and (unit.at(i + 1) in changing or unit.at(i - 1) in ("++", "--"))
        for i in span.indexes()
    )


RULE = SourceRule(
    id="cpp-double-lookup",
    detects="A test whether a map has a key, followed by `m[key]` for the same key.",
    explanation=(
        "`m.count(k)` or `m.find(k)` and then `m[k]` search the map twice or three times for one "
        "key. Keep the iterator that find returns; for counting, `++m[k]` alone does, since a new "
        "number starts at 0."
    ),
    find=_find,
)
