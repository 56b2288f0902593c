import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.errors import ProfilerError
from speedwright.profiler.tools.cprofile import parse

GOOD = {
    "functions": [["/box/src/a.py", 3, "f", 10, 0.25, 0.5], ["", 0, "<built-in len>", 9, 0.1, 0.1]],
    "edges": [[0, 1, 9, 0.1]],
}


def test_functions_and_edges() -> None:
    functions, edges = parse(json.dumps(GOOD).encode())
    assert [(one.name, one.calls, one.own_s) for one in functions] == [
        ("f", 10, 0.25),
        ("<built-in len>", 9, 0.1),
    ]
    assert [(one.caller, one.callee, one.total_s) for one in edges] == [(0, 1, 0.1)]


@pytest.mark.parametrize(
    "change",
    [
        {"functions": [["a", 1, "f", 1, float("nan"), 0.0]]},
        {"functions": [["a", 1, "f", 1, float("-inf"), 0.0]]},
        {"functions": [["a", 1, "f", 1, 1e300, 0.0]]},
        {"functions": [["a", 1, "f", -1, 0.0, 0.0]]},
        {"functions": [["a", 1, "f", True, 0.0, 0.0]]},
        {"functions": [["a", 1, "f", 1, 0.0]]},
        {"functions": [[1, 1, "f", 1, 0.0, 0.0]]},
        {"functions": {"a": 1}},
        {"functions": None},
        {"edges": [[0, 2, 1, 0.1]]},
        {"edges": [[-1, 0, 1, 0.1]]},
        {"edges": [[0, 1, 1, 10**400]]},
    ],
)
def test_broken_fields(change: dict[str, object]) -> None:
    with pytest.raises(ProfilerError, match="`cprofile` cannot be read"):
        parse(json.dumps({**GOOD, **change}).encode())


@given(st.integers(0, 200), st.binary(max_size=6))
def test_truncated_and_corrupted_files(at: int, junk: bytes) -> None:
    data = json.dumps(GOOD).encode()
    for broken in (data[:at], data[:at] + junk + data[at + len(junk) :], junk):
        try:
            parse(broken)
        except ProfilerError:
            pass
