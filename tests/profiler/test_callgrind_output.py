import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.errors import ProfilerError
from speedwright.profiler.tools.callgrind_output import CountedFunction, parse

# Written in the format's terms: compressed names, inlined code, relative and repeated positions,
# recursion, two dumps whose numbers mean different names.
TWO_DUMPS = b"""\
# callgrind format
version: 1
creator: callgrind-3.19.0
positions: line
events: Ir
summary: 100

ob=(1) /box/src/prog
fl=(1) /box/src/main.cpp
fn=(1) main
8 5
fi=(2) /usr/include/vector
+100 7
fe=(1)
-98 3
cfn=(2) fib(int)
calls=2 20
* 60
+1 1

fn=(2)
20 10
cfn=(3) fib(int)'2
calls=4 20
* 50

fn=(3)
20 50

# callgrind format
version: 1
positions: instr line
events: Ir Dr

fl=(1) other.c
fn=(2) helper [clone .isra.0]
0x400100 3 40 1
+4 * 2
"""


def by_name(data: bytes) -> dict[str, CountedFunction]:
    return {one.name: one for one in parse(data).values()}


def test_lines_calls_and_recursion() -> None:
    functions = by_name(TWO_DUMPS)
    main = functions["main"]
    assert main.file == "/box/src/main.cpp"
    assert [(cost.file[-8:], cost.line, cost.weight) for cost in main.costs] == [
        ("main.cpp", 8, 5),
        ("e/vector", 108, 7),
        ("main.cpp", 10, 3),
        ("main.cpp", 10, 60),
        ("main.cpp", 11, 1),
    ]
    call = main.costs[3]
    assert (call.calls, call.callee) == (2, "/box/src/prog\0fib(int)")
    fib = functions["fib(int)"]
    assert sum(cost.weight for cost in fib.costs if cost.callee is None) == 60
    assert [cost.calls for cost in fib.costs if cost.callee] == [4]


def test_numbers_hold_within_one_dump_and_the_first_event_counts() -> None:
    helper = by_name(TWO_DUMPS)["helper"]
    assert helper.file == "other.c"
    assert [(cost.line, cost.weight) for cost in helper.costs] == [(3, 40), (3, 2)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"# callgrind format\n",
        b"# callgrind format\n10 20\n",
        b"# callgrind format\nfn=(7)\n",
        b"# callgrind format\nfn=f\nx\n10 -5\n",
        b"# callgrind format\nfn=f\ncalls=\n",
        b"# callgrind format\nfn=f\n1 99999999999999999999999\n",
        b"# callgrind format\nfn=f\n1 " + b"9" * 5000 + b"\n",
    ],
)
def test_broken_files_are_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(ProfilerError, match="`callgrind` cannot be read"):
        parse(data)


@given(st.integers(0, len(TWO_DUMPS)), st.binary(max_size=8))
def test_truncated_and_corrupted_files(at: int, junk: bytes) -> None:
    for broken in (TWO_DUMPS[:at], TWO_DUMPS[:at] + junk + TWO_DUMPS[at + len(junk) :]):
        try:
            parse(broken)
        except ProfilerError:
            pass


WORDS = ["fn=", "cfn=", "fl=", "fi=", "calls=", "positions:", "(1)", "(2) f", "+1", "-", "*", "7"]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), max_size=20))
def test_lines_made_of_the_formats_words(lines: list[str]) -> None:
    try:
        parse(("# callgrind format\n" + "\n".join(lines)).encode())
    except ProfilerError:
        pass


def test_size_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speedwright.profiler.tools.callgrind_output._MAX_LINES", 5)
    with pytest.raises(ProfilerError, match="too long"):
        parse(TWO_DUMPS)
