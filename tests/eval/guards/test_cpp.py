"""Every C++ rule: a sample that it stops, and an honest twin that passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.guards import GuardReport
from speedwright.eval.guards.context import Context
from speedwright.eval.guards.cpp_text import read_cpp

Check = Callable[..., GuardReport]

REFUSED = {
    "clock": ("clock-patch", "int clock_gettime(int id, struct timespec *t) { return 0; }\n",
              "int f() { return clock_gettime(CLOCK_MONOTONIC, &t); }\n"),
    "clock macro": ("clock-patch", "#define gettimeofday(a, b) 0\n", "#define LIMIT 10\n"),
    "extern": ("clock-patch", 'extern "C" time_t time(time_t *t) { return 0; }\n',
               "struct T { long times; int f() { return times; } };\n"),
    "wrap": ("clock-patch", "int __wrap_main(int c) { return 0; }\n", "int wrap_main(int c);\n"),
    "constructor": ("before-main", "__attribute__((constructor)) void f() {}\n",
                    "// __attribute__((constructor))\nstruct A { A(); };\n"),
    "gnu": ("before-main", "[[gnu::constructor]] void f() {}\n", "[[nodiscard]] int f();\n"),
    "fast math": ("fast-math", '#pragma GCC optimize("Ofast,fast-math")\n', "#pragma once\n"),
    "fast attribute": ("fast-math", '__attribute__((optimize("-ffast-math"))) int f();\n',
                       "__attribute__((always_inline)) int f();\n"),
    "system": ("detached-process", 'int f() { return system("ls"); }\n',
               'const char *s = "system(1)"; // system(2)\nint g(S &s) { return s.system(1); }\n'),
    "std system": ("detached-process", "int f() { return std::system(c); }\n",
                   "int file_system(int a) { return file_system(a); }\n"),
    "fork": ("detached-process", "void f() { if (!fork()) g(); }\n", "void fork_path(int a);\n"),
    "_exit": ("early-exit", "void f() { _exit(0); }\n", "void f() { exit_loop(); }\n"),
    "signal": ("signals", "void f() { alarm(1); }\n", "void f() { set_alarm(1); }\n"),
    "ptrace": ("system-calls", "void f() { ptrace(0, 0, 0, 0); }\n", "int ptraces;\n"),
    "syscall": ("system-calls", 'void f() { asm volatile("syscall"); }\n',
                "void f() { as_m(1); }\n"),
    "preload": ("system-calls", 'const char *p = "LD_PRELOAD";\n', "int LD_PRELOADED;\n"),
    "shm": ("kept-state", 'int f() { return shm_open("a", 0, 0); }\n', "int shm_opened;\n"),
    "tmp": ("kept-state", 'const char *p = "/tmp/x";\n', 'const char *p = "tmp/x";\n'),
    "socket": ("network", "#include <sys/socket.h>\n", "// #include <sys/socket.h>\n"),
    "proc": ("system-files", 'auto p = R"(/proc/self/maps)";\n', 'auto p = "procedure";\n'),
    "judge": ("harness", 'auto p = "PYTHONHASHSEED";\n', "int hashseed;\n"),
    "raw": ("raw-descriptors", "void f() { write(4, b, 1); }\n",
            "void f(W &w) { w.write(4, b, 1); }\n"),
    "file": ("file-write", "void f() { std::ofstream o(p); }\n", "void f(std::ostream &o) {}\n"),
    "bidi": ("unseen-character", "int a; // \u202e\n", "int a; // ä\n"),
    "packed": ("packed-data", f'auto p = "{"aB3" * 80}";\n', "int p = 1'000'000;\n"),
}  # fmt: skip
WARNED = {
    "options": ("compiler-options", "#pragma GCC target(\"avx2\")\n", "#pragma once\n"),
    "asm": ("assembly", 'void f() { asm("nop"); }\n', "void f() { assemble(1); }\n"),
    "thread": ("work-elsewhere", "void f() { std::thread t(g); }\n", "int threads;\n"),
    "omp": ("work-elsewhere", "#pragma omp parallel for\n", "#pragma omp simd\n"),
    "getenv": ("environment", 'auto e = std::getenv("X");\n', "auto e = get_env();\n"),
    "table": ("large-table", f"int t[] = {{{', '.join(map(str, range(80)))}}};\n",
              "int t[] = {1, 2, 3};\n"),
    "swallow": ("swallowed-error", "void f() { try { g(); } catch (...) { } }\n",
                "void f() { try { g(); } catch (...) { throw; } }\n"),
    "address": ("address-key", "static std::map<const Node *, int> cache;\n",
                "static std::map<int, int> cache;\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_never_honest_is_refused_and_its_twin_is_not(name: str, check: Check) -> None:
    rule, bad, good = REFUSED[name]
    found = check(bad, path="src/a.cpp")
    assert rule in {f.rule for f in found.refusals}, found
    assert not check(good, path="src/a.cpp").refusals
    assert not check(bad + "int x;\n", old=bad, path="src/a.cpp").refusals


@pytest.mark.parametrize("name", WARNED)
def test_what_may_be_honest_is_a_warning(name: str, check: Check) -> None:
    rule, suspect, good = WARNED[name]
    found = check(suspect, path="a.h")
    assert [f.rule for f in found.warnings] == [rule]
    assert not found.refusals
    assert rule not in {f.rule for f in check(good, path="a.h").warnings}


def test_lower_precision_and_lost_checks_are_named(check: Check) -> None:
    old = "double f(std::vector<double> &v) { if (v.empty()) throw 1; return v.at(0); }\n"
    new = "float f(std::vector<double> &v) { return v[0]; }\n"
    found = check(new, old=old, path="a.cpp")
    assert {w.rule for w in found.warnings} == {"precision", "dropped-check"}


def test_the_workloads_file_is_not_named(check: Check) -> None:
    context = Context(workload=("tools/bench.py",))
    found = check('auto p = "tools/bench.py";\n', path="a.cpp", context=context)
    assert [f.rule for f in found.refusals] == ["harness"]
    assert not check('auto p = "my_bench.py";\n', path="a.cpp", context=context).refusals


@pytest.mark.parametrize(
    "text",
    ["a /* b", 'x = "ab', "'", 'R"x(', 'R"x(a)y"b)x" c', "// a \\\n b\nc", "1'000'0", "u8'", "\\"],
)
def test_masking_keeps_every_offset(text: str) -> None:
    code = read_cpp(text).code
    assert len(code) == len(text)
    assert [i for i, c in enumerate(code) if c == "\n"] == [
        i for i, c in enumerate(text) if c == "\n"
    ]
