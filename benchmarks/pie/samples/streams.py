"""Problems made fast by reading and writing otherwise."""

from __future__ import annotations

from speedwright.benchmarks.pie.samples.problem import Draw, Problem, lines


def line_totals(draw: Draw, n: int) -> str:
    """Two integers a line."""
    pairs = zip(draw.many(n, -(10**9), 10**9), draw.many(n, -(10**9), 10**9), strict=True)
    return lines(n, *[list(pair) for pair in pairs])


def big_read(draw: Draw, n: int) -> str:
    """Many integers, eight a line."""
    values = draw.many(n, -(10**9), 10**9)
    return lines(n, *[values[at : at + 8] for at in range(0, n, 8)])


PROBLEMS = (
    Problem(
        id="line-totals", number="p90020", edit="input and output",
        generate=line_totals, small=25, large=80_000,
    ),
    Problem(
        id="big-read", number="p90021", edit="input and output",
        generate=big_read, small=60, large=150_000,
    ),
)  # fmt: skip
