"""Code that a rule must not touch, because the change would be wrong or for nothing."""

from __future__ import annotations

import pytest

from speedwright.agent.rules.cpp import RULES
from speedwright.agent.situation import HotFile

BY_ID = {rule.id: rule for rule in RULES}

LEFT_ALONE: list[tuple[str, str]] = [
    ("cpp-iostream-sync", '#include <iostream>\nint main() { printf("a"); std::cout << 1; }'),
    ("cpp-iostream-sync", "#include <iostream>\nvoid run() { std::cout << 1; }"),
    ("cpp-iostream-sync", "#include <vector>\nint main() { return 0; }"),
    ("cpp-iostream-sync", '#include "a.h"\n// #include <iostream>\nint main() { return 0; }'),
    ("cpp-endl", "void f() { std::cerr << 1 << std::endl; }"),
    ("cpp-endl", 'void f() { log("<< std::endl"); /* << std::endl */ }'),
    ("cpp-endl", "void f() { out << other::endl; std::cout << my.endl; }"),
    ("cpp-const-reference", "static void f(std::string s) { s += 'a'; }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { v.push_back(1); }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { v[0] = 1; }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { ++v[0]; }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { std::sort(v.begin(), v.end()); }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { keep(std::move(v)); }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { for (auto& x : v) x = 1; }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { auto& w = v; w[0] = 1; }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { int* p = &v[0]; *p = 1; }"),
    ("cpp-const-reference", "static void f(std::vector<int> v) { auto p = v.begin(); *p = 1; }"),
    ("cpp-const-reference", "static void f(std::string s) { std::cin >> s; }"),
    ("cpp-const-reference", "static void f(std::string s) { std::getline(std::cin, s); }"),
    ("cpp-const-reference", "static int f(std::map<int, int> m) { return m[1]; }"),
    ("cpp-const-reference", "static std::string f(std::string s) { return s; }"),
    ("cpp-const-reference", "static void f(const std::string& s) { use(s); }"),
    ("cpp-const-reference", "static void f(std::string* s) { use(s); }"),
    ("cpp-const-reference", "static void f(Kind k, T t) { use(k); t.size(); }"),
    ("cpp-const-reference", "static void f(Point p) { p.x = 1; p.y++; }"),
    ("cpp-const-reference", "static void f(Point p) { p.normalise(); }"),
    ("cpp-const-reference", "static void f(int n, double x) { use(n, x); }"),
    ("cpp-const-reference", "struct A { virtual int f(std::string s) { return s.size(); } };"),
    ("cpp-const-reference", "struct A : B { int f(std::string s) override { return s.size(); } };"),
    ("cpp-const-reference", '#include "f.h"\nint f(std::string s) { return s.size(); }'),
    ("cpp-const-reference", "int A::f(std::string s) { return s.size(); }"),
    (
        "cpp-const-reference",
        "static void g(std::string& t) { t += 'a'; } static void f(std::string s) { g(s); }",
    ),
    ("cpp-const-reference", "static void f(std::string s) { run([&s] { s += 'a'; }); }"),
    (
        "cpp-reserve",
        "void f(int n) { std::vector<int> v; for (int i = 0; i < n; i++)"
        " { if (i) v.push_back(i); } }",
    ),
    (
        "cpp-reserve",
        "void f(int n) { std::vector<int> v; v.reserve(n);"
        " for (int i = 0; i < n; i++) { v.push_back(i); } }",
    ),
    (
        "cpp-reserve",
        "void f(int n) { std::vector<int> v(3); for (int i = 0; i < n; i++) { v.push_back(i); } }",
    ),
    (
        "cpp-reserve",
        "void f(int n) { std::vector<int> v; for (int i = 0; i < g(n); i++) { v.push_back(i); } }",
    ),
    (
        "cpp-reserve",
        "void f(int n) { std::vector<int> v; if (n)"
        " for (int i = 0; i < n; i++) { v.push_back(i); } }",
    ),
    ("cpp-unordered", "void f() { std::map<int, int> m; m[1]++; for (auto& e : m) print(e); }"),
    ("cpp-unordered", "void f() { std::map<int, int> m; m[1]++; use(m.begin()->first); }"),
    ("cpp-unordered", "void f() { std::map<int, int> m; m[1]++; use(m.lower_bound(3)); }"),
    ("cpp-unordered", "void f() { std::map<int, int> m; m[1]++; show(m); }"),
    ("cpp-unordered", "auto f() { std::map<int, int> m; m[1]++; return m; }"),
    ("cpp-unordered", "void f() { std::map<std::pair<int, int>, int> m; m[{1, 2}]++; }"),
    ("cpp-unordered", "void f() { std::map<int, int, std::greater<int>> m; m[1]++; }"),
    ("cpp-unordered", "void f() { std::map<const char*, int> m; m[p]++; }"),
    ("cpp-unordered", "void f() { my::map<int, int> m; m[1]++; }"),
    ("cpp-unordered", "void f(std::map<int, int> m) { m[1]++; }"),
    ("cpp-unordered", "std::map<int, int> m;\nvoid f() { m[1]++; }"),
    ("cpp-unordered", "struct A { std::map<int, int> m; void f() { m[1]++; } };"),
    (
        "cpp-unordered",
        "void f() { std::map<int, int> m; m[1]++; auto it = m.find(1); ++it; use(it->first); }",
    ),
    (
        "cpp-unordered",
        "void f() { std::map<int, int> m; m[1]++; std::vector<int> v;"
        " for (auto& e : m) v.push_back(e.first); print(v); std::sort(v.begin(), v.end()); }",
    ),
    ("cpp-loop-length", "void f(char* s) { for (int i = 0; i < strlen(s); i++) s[i] = 0; }"),
    ("cpp-loop-length", "void f(char* s) { for (int i = 0; i < strlen(s); i++) cut(s++); }"),
    (
        "cpp-loop-length",
        "void f(std::string s) { int i = 0; while (i < strlen(s.c_str())) { i++; s += 'a'; } }",
    ),
    (
        "cpp-loop-length",
        "void f(char** all) { for (char* s : all) for (int i = 0; i < strlen(s); i++) g(); }",
    ),
    ("cpp-pow", "double f(double x) { return std::pow(x, 2.5) + pow(x, n) + my::pow(x, 2); }"),
    ("cpp-pow", "double f(double x) { return std::pow(next(), 2) + pow(i++, 2); }"),
    ("cpp-pow", "double pow(double x, int n);"),
    ("cpp-pow", "double f(A a) { return a.pow(b, 2); }"),
    (
        "cpp-erase-loop",
        "void f(std::vector<int>& v) { for (size_t i = 0; i < v.size();)"
        " { if (v[i] == v[0]) v.erase(v.begin() + i); else i++; } }",
    ),
    (
        "cpp-erase-loop",
        "void f(std::vector<int>& v) { for (size_t i = 0; i < v.size();)"
        " { if (i % 2) v.erase(v.begin() + i); else i++; } }",
    ),
    (
        "cpp-erase-loop",
        "void f(std::vector<int>& v) { for (size_t i = 0; i < v.size();)"
        " { if (v[i]) { log(); v.erase(v.begin() + i); } else i++; } }",
    ),
    (
        "cpp-erase-loop",
        "void f(std::vector<int>& v) { for (size_t i = 0; i < v.size(); i++)"
        " { if (v[i]) v.erase(v.begin() + i); } }",
    ),
    (
        "cpp-erase-loop",
        "void f(std::map<int, int>& m) { for (auto it = m.begin(); it != m.end();)"
        " { if (it->second) it = m.erase(it); else ++it; } }",
    ),
    ("cpp-loop-copy", "void f(std::vector<int> v) { for (auto x : v) use(x); }"),
    ("cpp-loop-copy", "void f(std::vector<char*> v) { for (auto x : v) use(x); }"),
    ("cpp-loop-copy", "void f(std::vector<std::string> v) { for (auto x : v) x += 'a'; }"),
    ("cpp-loop-copy", "void f(std::vector<std::string> v) { for (auto& x : v) use(x); }"),
    ("cpp-loop-copy", "void f(std::vector<std::string> v) { for (auto x : v) k(std::move(x)); }"),
    (
        "cpp-loop-copy",
        "void f(std::vector<std::string> v) { for (auto x : v) { v[0] = 'a'; use(x); } }",
    ),
    (
        "cpp-loop-copy",
        "void f(std::map<int, std::string> m) { for (auto [k, v] : m) { v += 'a'; use(v); } }",
    ),
    ("cpp-append", "void f(std::string s) { s = t + s; }"),
    ("cpp-append", "void f(std::string s) { s = s + (s + 'a'); }"),
    ("cpp-append", "void f(std::string s) { s = s + a < b ? c : d; }"),
    ("cpp-append", "void f(int s) { s = s + 1; }"),
    ("cpp-append", "void f(std::string s) { other.s = s + 'a'; t = s = s + 'a'; }"),
    (
        "cpp-double-lookup",
        "void f(std::map<int, int> m, int k) { if (m.count(k)) { k = 3; use(m[k]); } }",
    ),
    (
        "cpp-double-lookup",
        "void f(std::map<int, int> m, int k) { if (m.count(k)) { m.erase(1); use(m[k]); } }",
    ),
    (
        "cpp-double-lookup",
        "void f(std::map<int, int> m, int k) { if (m.count(k)) use(m[k + 1]); else m[k] = 1; }",
    ),
    (
        "cpp-double-lookup",
        "void f(std::map<int, int> m) { if (m.count(next())) use(m[next()]); }",
    ),
    (
        "cpp-double-lookup",
        "void f(std::multiset<int> m, int k) { if (m.count(k) > 0) use(k); }",
    ),
    ("cpp-static-regex", "void f(std::string p) { std::regex r(p); use(r); }"),
    ("cpp-static-regex", 'void f() { static const std::regex r("a"); use(r); }'),
    ("cpp-static-regex", 'void f() { std::regex r("a"); r = std::regex("b"); use(r); }'),
    ("cpp-static-regex", 'int main() { std::regex r("a"); use(r); }'),
    ("cpp-static-regex", 'std::regex r("a");'),
    ("cpp-element-copy", "void f(std::vector<int> v) { auto x = v[0]; use(x); }"),
    ("cpp-element-copy", "void f(std::vector<std::string> v) { auto x = v[0]; x += 'a'; }"),
    (
        "cpp-element-copy",
        "void f(std::vector<std::string> v) { auto x = v[0]; v[0] = 'a'; use(x); }",
    ),
    ("cpp-element-copy", "void f(std::map<int, std::string> m) { auto x = m[0]; use(x); }"),
    ("cpp-element-copy", "auto f(std::vector<std::string> v) { auto x = v[0]; return x; }"),
    ("cpp-element-copy", "void f(std::vector<std::string>* v) { auto x = v[0]; use(x); }"),
    ("cpp-substr-compare", 'bool f(std::string s) { return s.substr(1) == "a" + t; }'),
    ("cpp-substr-compare", 'bool f(View s) { return s.substr(1) == "a"; }'),
    ("cpp-substr-compare", "bool f(std::string s) { return s.substr(1) < t; }"),
]


@pytest.mark.parametrize(("rule_id", "source"), LEFT_ALONE)
def test_is_left_alone(rule_id: str, source: str) -> None:
    found = list(BY_ID[rule_id].rewrites(HotFile(path="a.cpp", source=source)))
    assert [rewrite.source for rewrite in found] == []


def test_every_rule_has_code_it_leaves_alone() -> None:
    assert {rule_id for rule_id, _ in LEFT_ALONE} == set(BY_ID)
