"""Pragmas and attributes that set compiler options, found by what g++ makes of the source."""

import time

import pytest

from speedwright.benchmarks.pie.build import Built, NotBuilt, open_compiler
from speedwright.benchmarks.pie.tuning import Tuning, may_be_tuned, untuned

MAIN = "int twice(int x) { return 2 * x; }\nint main() { return twice(0); }\n"


@pytest.fixture(scope="module")
def compiler(sandbox):
    with open_compiler(sandbox) as found:
        yield found


@pytest.mark.parametrize(
    "before",
    [
        '#pragma GCC optimize("Ofast")\n',
        '#pragma GCC target("avx2,bmi")\n',
        "  #  pragma   GCC\toptimize 3\n",
        '#pra\\\ngma GCC opti\\\nmize("Ofast")\n',
        '%:pragma GCC optimize("Ofast")\n',
        '/* a */ #pragma /* b */ GCC optimize("Ofast")\n',
        '_Pragma("GCC optimize(\\"Ofast\\")")\n',
        '#define FAST(x) _Pragma(#x)\nFAST(GCC optimize("Ofast"))\n',
        '#define JOIN(a, b) a##b\nJOIN(_Pra, gma)("GCC optimize(\\"Ofast\\")")\n',
        '#line 1 "/usr/include/stdio.h"\n#pragma GCC optimize("Ofast")\n',
        '# 1 "/usr/include/stdio.h" 1 3\n#pragma GCC optimize("Ofast")\n',
        '/* x\n*/ # 1 "stdio.h"\n#pragma GCC optimize("Ofast")\n',
        'const char *a = "/*";\n/**/ #line 1 "a.h"\n#pragma GCC optimize("Ofast")\n',
        '#/**/line 1 "a.h"\n#pragma GCC optimize("Ofast")\n',
        '#pragma GCC push_options\n#pragma GCC optimize("Ofast")\n',
    ],
)
def test_pragmas_are_taken_out(compiler, before):
    builds = compiler.both(before + MAIN)
    assert isinstance(builds.official, Built)
    assert builds.tuning is Tuning.STRIPPED
    assert isinstance(builds.untuned, Built)


@pytest.mark.parametrize(
    "before",
    [
        '__attribute__((optimize("Ofast"))) ',
        '__attribute__((hot, __target__("avx2"))) ',
        '[[gnu::optimize("Ofast")]] ',
        '[[using gnu: hot, target("avx2")]] ',
        '#define A __attribute__\nA((optimize("O3"))) ',
        '#define O optimize\n[[gnu::O("O3")]] ',
        '<:<:gnu::optimize("O3"):>:> ',
        '# 1 "/usr/include/stdio.h" 1 3\n[[gnu::optimize("O3")]] ',
    ],
)
def test_what_cannot_be_taken_out_earns_nothing(compiler, before):
    builds = compiler.both(before + MAIN)
    assert isinstance(builds.official, Built)
    assert builds.tuning is Tuning.HIDDEN
    assert isinstance(builds.untuned, NotBuilt)


@pytest.mark.parametrize(
    "before",
    [
        "#pragma once_more\n",
        'const char *text = "case #1"; // pragma\n',
        "#pragma GCC diagnostic push\n",
        '// #pragma GCC optimize("Ofast")\n',
        'const char *text = "#pragma GCC optimize";\n',
        "#define JOIN(a, b) a##b\nint JOIN(x, y) = 1;\n",
        "__attribute__((noinline)) ",
        "[[gnu::hot]] ",
        "int optimize(int x) { return x; }\n",
        "int target(int); [[maybe_unused]] static int y = 1;\n",
        "#include <immintrin.h>\n[[gnu::hot]] ",
    ],
)
def test_what_sets_no_options_is_left_alone(compiler, before):
    builds = compiler.both(before + MAIN)
    assert isinstance(builds.official, Built), builds.official
    assert builds.tuning is Tuning.NONE
    assert builds.untuned is builds.official


def test_allowed_pragmas_are_not_looked_for(compiler):
    builds = compiler.both('#pragma GCC optimize("Ofast")\n' + MAIN, are_pragmas_allowed=True)
    assert builds.untuned is builds.official


def test_most_programs_need_no_second_look():
    assert not may_be_tuned("#include <iostream>\nint main() { std::cout << 1; }")
    assert may_be_tuned("#pra\\\ngma GCC optimize(3)")


@pytest.mark.parametrize(
    "code", ["#/*" * 200_000, "[[" * 300_000, "target(" * 100_000, "# /**/" * 150_000]
)
def test_texts_that_would_keep_a_careless_search_busy(code):
    start_s = time.process_time()
    untuned(code, f'# 1 "main.cpp"\n{code}', "main.cpp")
    assert time.process_time() - start_s < 30
