import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.errors import ProfilerError
from speedwright.profiler.tools.gprofng_output import parse

REPORT = b"""\
Current metrics: e.%totalcpu:i.%totalcpu:name
Functions Call Tree. Metric: Attributed Total CPU Time

Attr. Total    Name
CPU
 sec.      %
1.000 100.00   +-<Total>
1.000 100.00     +-<static>@0x271c1 (<libc.so.6>)
1.000 100.00       +-main
0.700  70.00         +-fib(int)
0.600  60.00         |  +-fib(int)
0.200  20.00         +-slow_map(int) [clone .constprop.0]
0.050   5.00           +-<static>@0x1550fc (<libc.so.6>) --  no functions found
Lines sorted by metric: Exclusive Total CPU Time

Excl. Total   Incl. Total    Name
CPU           CPU
 sec.      %   sec.      %
1.000 100.00  1.000 100.00   <Total>
0.700  70.00  0.700  70.00   fib(int), line 17 in "hot.cpp"
0.050   5.00  0.050   5.00   <Function: f, instructions without line numbers>
0.      0.    0.200  20.00   main, line 20 in "hot.cpp"
0.150  15.00  0.200  20.00   slow_map(int) [clone .constprop.0], \
line 375 in alternate source context "char_traits.h"
"""


def test_own_time_by_position_in_the_tree() -> None:
    rows = {row.names[1:]: row.own_s for row in parse(REPORT).tree}
    assert rows == pytest.approx(
        {
            ("main",): 0.1,
            ("main", "fib(int)"): 0.1,
            ("main", "fib(int)", "fib(int)"): 0.6,
            ("main", "slow_map(int)"): 0.15,
            ("main", "slow_map(int)", "?@0x1550fc in libc.so.6"): 0.05,
        }
    )


def test_lines_by_function() -> None:
    lines = parse(REPORT).lines
    assert [(one.file, one.line, one.own_s) for one in lines["fib(int)"]] == [("hot.cpp", 17, 0.7)]
    assert lines["slow_map(int)"][0].file == "char_traits.h"
    assert lines["main"][0].total_s == 0.2


@pytest.mark.parametrize("data", [b"", b"No experiments\n", b"Lines sorted by metric\n"])
def test_no_tree_is_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(ProfilerError, match="no call tree"):
        parse(data)


@given(st.integers(0, len(REPORT)), st.binary(max_size=8))
def test_truncated_and_corrupted_reports(at: int, junk: bytes) -> None:
    for broken in (REPORT[:at], REPORT[:at] + junk + REPORT[at + len(junk) :]):
        try:
            parse(broken)
        except ProfilerError:
            pass
