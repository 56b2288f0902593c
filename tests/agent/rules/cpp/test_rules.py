"""What a rule promises: one change a rewrite, hot lines only, hottest first, an end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speedwright.agent.rules.cpp import RULES
from speedwright.agent.rules.cpp.unit import parse
from speedwright.agent.rules.interfaces import Rule
from speedwright.agent.situation import HotFile

PROGRAMS = Path(__file__).parent / "programs"
BY_ID = {rule.id: rule for rule in RULES}
TEXTS = {rule.id: (PROGRAMS / f"{rule.id}.cpp").read_text() for rule in RULES}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))


def changed(rule_id: str, source: str) -> list[str]:
    rewrites = BY_ID[rule_id].rewrites(HotFile(path="a.cpp", source=source))
    return [rewrite.source for rewrite in rewrites]


@each_rule
def test_says_what_it_does(rule: Rule) -> None:
    assert rule.id.startswith("cpp-")
    assert rule.detects.endswith(".")
    assert 2 <= rule.explanation.count(". ") + 1 <= 5


@each_rule
def test_each_rewrite_is_one_readable_change(rule: Rule) -> None:
    source = TEXTS[rule.id]
    found = list(rule.rewrites(HotFile(path="a.cpp", source=source)))
    assert found
    assert len({rewrite.fingerprint for rewrite in found}) == len(found)
    for rewrite in found:
        assert rewrite.source != source
        assert parse(rewrite.source) is not None
        assert 1 <= rewrite.line <= source.count("\n")
        assert rewrite.summary.endswith(".")


@each_rule
def test_applied_changes_are_not_proposed_again(rule: Rule) -> None:
    source = TEXTS[rule.id]
    count = len(list(rule.rewrites(HotFile(path="a.cpp", source=source))))
    for left in range(count - 1, -1, -1):
        source = next(rule.rewrites(HotFile(path="a.cpp", source=source))).source
        assert len(list(rule.rewrites(HotFile(path="a.cpp", source=source)))) <= left
    assert list(rule.rewrites(HotFile(path="a.cpp", source=source))) == []


@each_rule
def test_only_hot_lines_are_touched(rule: Rule) -> None:
    source = TEXTS[rule.id]
    cold = HotFile(path="a.cpp", source=source, line_share={9999: 1.0})
    assert list(rule.rewrites(cold)) == []
    everywhere = {line: 0.5 for line in range(1, source.count("\n") + 1)}
    hot = HotFile(path="a.cpp", source=source, line_share=everywhere)
    assert len(list(rule.rewrites(hot))) == len(changed(rule.id, source))


def test_hottest_change_comes_first() -> None:
    source = TEXTS["cpp-loop-copy"]
    lines = source.splitlines()
    shares = {
        number: 0.9 if "parts())" in line else 0.1 for number, line in enumerate(lines, start=1)
    }
    file = HotFile(path="a.cpp", source=source, line_share=shares)
    found = list(BY_ID["cpp-loop-copy"].rewrites(file))
    assert "for (const std::string& word : parts())" in found[0].source


@each_rule
def test_other_languages_are_left_alone(rule: Rule) -> None:
    assert list(rule.rewrites(HotFile(path="a.py", source=TEXTS[rule.id]))) == []


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@each_rule
def test_line_endings_of_untouched_lines_stay(rule: Rule, ending: str) -> None:
    source = TEXTS[rule.id].replace("\n", ending)
    for text in changed(rule.id, source):
        kept = set(text.splitlines(keepends=True)) & set(source.splitlines(keepends=True))
        assert len(kept) >= 3


EXPECTED = [
    ("cpp-iostream-sync", "#include <iostream>\nint main() {\n\tint n; std::cin >> n;\n}",
     "#include <iostream>\nint main() {\n\tstd::ios_base::sync_with_stdio(false);\n"
     "\tstd::cin.tie(nullptr);\n\tint n; std::cin >> n;\n}"),
    ("cpp-const-reference", "int f(std::string s);\nint f(std::string s) { return s[0]; }",
     "int f(const std::string& s);\nint f(const std::string& s) { return s[0]; }"),
    ("cpp-const-reference", "int f(map<int, int>);\nint f(map<int, int> m) { return m.size(); }",
     "int f(const map<int, int>&);\nint f(const map<int, int>& m) { return m.size(); }"),
    ("cpp-unordered", "#pragma once\nvoid f() { std::set<char> s; s.insert(c); }",
     "#include <unordered_set>\n#pragma once\n"
     "void f() { std::unordered_set<char> s; s.insert(c); }"),
    ("cpp-unordered", "#include <bits/stdc++.h>\nvoid f() { map<int, int> m; m[1]++; }",
     "#include <bits/stdc++.h>\nvoid f() { unordered_map<int, int> m; m[1]++; }"),
    ("cpp-reserve",
     "void f(int n) { vector<int> v; for (int i = 0; i < n; ++i) { v.push_back(i); } }",
     "void f(int n) { vector<int> v; if (n > 0) v.reserve(n);\n"
     "for (int i = 0; i < n; ++i) { v.push_back(i); } }"),
    ("cpp-append", "void f(string s) { s = s + 'a' + g(1 + 2); }",
     "void f(string s) { (s += 'a') += g(1 + 2); }"),
    ("cpp-pow", "double a = pow(x[i].y - 1, 2);",
     "double a = (static_cast<double>(x[i].y - 1) * (x[i].y - 1));"),
    ("cpp-endl", "void f() { cout << 1 /* endl */ << endl << 2; // endl\n}",
     "void f() { cout << 1 /* endl */ << '\\n' << 2; // endl\n}"),
    ("cpp-double-lookup",
     "void f(map<int, int>& m, int k) { if (m.find(k) == m.end()) { m[k] = 1; } else { ++m[k]; } }",
     "void f(map<int, int>& m, int k) { ++m[k]; }"),
    ("cpp-double-lookup", "int f(map<int, int>& m) { if (m.count(7)) return m[7]; return 0; }",
     "int f(map<int, int>& m) { if (const auto found = m.find(7); found != m.end()) "
     "return found->second; return 0; }"),
    ("cpp-loop-length", "void f(char* s) { for (int i = 0; i < strlen(s); ++i) n += s[i]; }",
     "void f(char* s) { const auto s_length = strlen(s);\n"
     "for (int i = 0; i < s_length; ++i) n += s[i]; }"),
]  # fmt: skip


@pytest.mark.parametrize(("rule_id", "source", "expected"), EXPECTED)
def test_new_text(rule_id: str, source: str, expected: str) -> None:
    assert changed(rule_id, source) == [expected]


PIECES = sorted(
    {line for text in TEXTS.values() for line in text.splitlines()}
    | set("( ) { } [ ] < > ; , : \" ' /* */ // # \\ if for while else do = == << >> & * x".split())
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["\n", " ", ""]))
def test_no_rule_trips_over_scrambled_code(pieces: list[str], glue: str) -> None:
    source = glue.join(pieces)
    for rule in RULES:
        for rewrite in rule.rewrites(HotFile(path="a.cpp", source=source)):
            assert parse(rewrite.source) is not None
            assert rewrite.source != source


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_rule_trips_over_any_text(source: str) -> None:
    for rule in RULES:
        for rewrite in rule.rewrites(HotFile(path="a.cpp", source=source)):
            assert parse(rewrite.source) is not None


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_rule_trips_over_programs_with_a_hole(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(sorted(TEXTS.values())))
    read = parse(source)
    assert read is not None
    first = data.draw(st.integers(0, len(read.tokens) - 1))
    last = data.draw(st.integers(first, min(first + 6, len(read.tokens) - 1)))
    holed = source[: read.tokens[first].start] + source[read.tokens[last].end :]
    for rule in RULES:
        for rewrite in rule.rewrites(HotFile(path="a.cpp", source=holed)):
            assert parse(rewrite.source) is not None
