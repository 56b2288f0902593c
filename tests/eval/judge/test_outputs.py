"""What counts as the same output."""

from __future__ import annotations

import pytest

from speedwright.eval.judge.outputs import difference


@pytest.mark.parametrize(
    ("base", "candidate"),
    [
        (b"sum 0.30000000000000004\n", b"sum 0.3\n"),
        (b"[1.0, 2.5e-3]", b"[1.0000000000001, 0.0025]"),
        (b"0.0", b"-0.0"),
        (b"plain", b"plain"),
    ],
)
def test_rounding_is_no_difference(base: bytes, candidate: bytes) -> None:
    assert difference(base, candidate) == ""


@pytest.mark.parametrize(
    ("base", "candidate", "said"),
    [
        (b"sum 0.3\n", b"sum 0.30001\n", "a number differs: 0.3"),
        (b"n=10", b"n=11", "at byte 3"),
        (b"version 1.10.2", b"version 1.10.3", "differs|at byte"),
        (b"[1.0, 2.0]", b"[1.0]", "at byte"),
        (b"abc", b"abcd", "at byte 3"),
        (b"0.0", b"nan", "at byte"),
        (b"1e5", b"100000", "at byte"),
        (b"ok\n", b"", "at byte 0"),
    ],
)
def test_everything_else_is(base: bytes, candidate: bytes, said: str) -> None:
    found = difference(base, candidate)
    assert any(part in found for part in said.split("|")), found


def test_control_characters_are_shown_escaped() -> None:
    assert "\x1b" not in difference(b"\x1b[31mred", b"\x1b[32mgreen")
