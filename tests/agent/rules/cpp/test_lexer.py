from __future__ import annotations

import pytest

from speedwright.agent.rules.cpp.lexer import Kind, NotCpp, lex
from speedwright.agent.rules.cpp.names import Names
from speedwright.agent.rules.cpp.structure import counted, functions, loops, range_fors
from speedwright.agent.rules.cpp.types import type_at
from speedwright.agent.rules.cpp.unit import Unit, parse


def words(text: str) -> list[str]:
    return [token.text for token in lex(text).tokens]


def unit(text: str) -> Unit:
    found = parse(text)
    assert found is not None
    return found


def test_comments_are_no_code() -> None:
    assert words("a // b\n/* c\n */ d /**/ e // f \\\n g\nh") == ["a", "d", "e", "h"]


def test_literals_hide_what_looks_like_code() -> None:
    text = r"""f("/* \" */", '"', '\'', u8"//", R"x(a)" b)x", L'{')"""
    found = lex(text).tokens
    literals = [t.text for t in found if t.kind in (Kind.STRING, Kind.CHARACTER)]
    assert literals == [r'"/* \" */"', "'\"'", r"'\''", 'u8"//"', 'R"x(a)" b)x"', "L'{'"]


def test_numbers() -> None:
    text = "1'000'000 0xFFu 1.5e-3 .5f 3.max"
    assert words(text) == ["1'000'000", "0xFFu", "1.5e-3", ".5f", "3.max"]


def test_directives_with_continuations_are_set_aside() -> None:
    text = "#define A { \\\n  (\nint x;\n  # include <a> // }\n"
    lexed = lex(text)
    assert [t.text for t in lexed.tokens] == ["int", "x", ";"]
    assert [text[a:b] for a, b in lexed.directives] == [
        "#define A { \\\n  (",
        "# include <a> // }",
    ]


def test_two_closing_angles_stay_apart() -> None:
    assert words("a<b<c>> d >>= e >> f") == "a < b < c > > d > >= e > > f".split()


def test_lines_are_counted_through_everything() -> None:
    text = '/*\n\n*/ a\nR"(\n)" b \\\nc\n#x \\\n\nd'
    assert {t.text: t.line for t in lex(text).tokens if t.kind is Kind.NAME} == {
        "a": 3, "b": 5, "c": 6, "d": 9,
    }  # fmt: skip


@pytest.mark.parametrize("text", ['"open', "'", "/* open", 'R"(open', "a @ b", "`", '"a\nb"'])
def test_what_is_no_cpp(text: str) -> None:
    with pytest.raises(NotCpp, match="line 1"):
        lex(text)


@pytest.mark.parametrize("text", ["(", ")", "(]", "{ ( }", "{"])
def test_brackets_must_match(text: str) -> None:
    assert parse(text) is None


def test_functions_are_found_where_they_are_defined() -> None:
    text = """
    namespace n { int a(int x) { return b(x); } }
    struct S { void m() const noexcept { if (x) { f(); } } S(int y) {} };
    auto t(std::vector<int> v) -> std::pair<int, int> { return {}; }
    int prototype(int);
    int S::out() && { return 1; }
    int x = call(1);
    """
    found = [unit(text).at(f.name) for f in functions(unit(text))]
    assert found == ["a", "m", "S", "t", "out"]


def test_loops_with_and_without_braces() -> None:
    text = "void f() { for (;;) if (a) b(); else { c(); } d(); while (e) for (;;) g(); h(); }"
    read = unit(text)
    bodies = [read.source(loop.body) for loop in loops(read)]
    assert bodies == ["if (a) b(); else { c(); }", "for (;;) g();", "g();"]


def test_an_else_of_an_outer_if_does_not_belong_to_the_loop() -> None:
    read = unit("void f() { if (a) for (;;) b(); else c(); }")
    assert [read.source(loop.body) for loop in loops(read)] == ["b();"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("int i = 0; i < n; ++i", ("i", "0", "n")),
        ("std::size_t k = 1; k != v.size(); k += 1", ("k", "1", "v.size()")),
        ("int i = 0; i <= n; ++i", None),
        ("int i = 0; i < n; i += 2", None),
        ("i = 0; i < n; ++i", None),
        ("int i = 0, j = 1; i < n; ++i", None),
        ("int i = n; i > 0; --i", None),
        ("auto x : v", None),
    ],
)
def test_counted_loops(header: str, expected: tuple[str, str, str] | None) -> None:
    read = unit(f"void f() {{ for ({header}) g(); }}")
    found = counted(read, next(loops(read)))
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert (found.variable, read.source(found.start), read.source(found.bound)) == expected


def test_range_loops() -> None:
    read = unit("void f() { for (const auto& [a, b] : m.all()) g(); for (x ? y : z; ; ) h(); }")
    found = [(read.source(r.declaration), read.source(r.range)) for r in range_fors(read)]
    assert found == [("const auto& [a, b]", "m.all()")]


@pytest.mark.parametrize(
    ("text", "base", "core", "mark", "arguments"),
    [
        ("int x", "int", "int", "", []),
        ("unsigned long long x", "long", "unsigned long long", "", []),
        ("const std::string& s", "string", "std::string", "&", []),
        ("std::string const * p", "string", "std::string", "*", []),
        ("static std::map<int, std::pair<int, int>> m", "map",
         "std::map<int, std::pair<int, int>>", "", ["int", "std::pair<int, int>"]),
        ("std::map<int, int>::iterator it", "iterator", "std::map<int, int>::iterator", "", []),
        ("vector<function<int(int, int)>> v", "vector", "vector<function<int(int, int)>>", "",
         ["function<int(int, int)>"]),
    ],
)  # fmt: skip
def test_types(text: str, base: str, core: str, mark: str, arguments: list[str]) -> None:
    read = unit(text)
    kind = type_at(read, 0)
    assert kind is not None
    found = (kind.base, read.source(kind.core), kind.mark, [read.source(a) for a in kind.arguments])
    assert found == (base, core, mark, arguments)


@pytest.mark.parametrize("text", ["return x", "a < b && c > d", "new T", "(", "5 x"])
def test_what_is_no_type_of_a_variable(text: str) -> None:
    assert list(Names(unit(text.replace("(", "()"))).all()) == []


def test_names_stand_for_the_innermost_variable() -> None:
    text = "int v; void f(double v) { v; { char v; v; } v; } int g() { return v; } a.v; x::v;"
    read = unit(text)
    names = Names(read)
    found = [names.of(i) for i in range(len(read.tokens)) if read.at(i) == "v"]
    types = [read.source(d.type.core) if d else "" for d in found]
    assert types == ["int", "double", "double", "char", "char", "double", "int", "", ""]


def test_loop_variables_end_with_their_loop() -> None:
    read = unit("void f() { for (int i = 0, j = 1; i < j; ++i) g(i); i; }")
    names = Names(read)
    found = [names.of(i) is not None for i in range(len(read.tokens)) if read.at(i) == "i"]
    assert found == [True, True, True, True, False]
    assert {d.name for d in names.all()} >= {"i", "j"}
