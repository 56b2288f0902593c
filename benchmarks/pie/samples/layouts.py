"""Problems made fast by laying data out otherwise."""

from __future__ import annotations

from speedwright.benchmarks.pie.samples.problem import Draw, Problem, lines


def matrix_product(draw: Draw, n: int) -> str:
    """Size and seed."""
    return lines([n, draw.whole(0, 1000)])


def falling_drops(draw: Draw, n: int) -> str:
    """N drops, 400 steps."""
    pairs = zip(draw.many(n, 1, 1_000_003), draw.many(n, 1, 20_000), strict=True)
    return lines([n, 400], *[list(pair) for pair in pairs])


def living_cells(draw: Draw, n: int) -> str:
    """A nearly square field, eight steps."""
    h, w = n + 2, draw.whole(max(3, n), n + 4)
    return lines([h, w, 8], *[draw.letters(w, ".#.") for _ in range(h)])


def column_sums(draw: Draw, n: int) -> str:
    """Size, eight rounds, seed."""
    return lines([n, 8, draw.whole(0, 1000)])


PROBLEMS = (
    Problem(
        id="matrix-product", number="p90022", edit="loop and cache",
        generate=matrix_product, small=12, large=460,
    ),
    Problem(
        id="falling-drops", number="p90023", edit="data layout",
        generate=falling_drops, small=20, large=16_000,
    ),
    Problem(
        id="living-cells", number="p90024", edit="data layout",
        generate=living_cells, small=8, large=130,
    ),
    Problem(
        id="column-sums", number="p90025", edit="loop and cache",
        generate=column_sums, small=12, large=1_500,
    ),
)  # fmt: skip
