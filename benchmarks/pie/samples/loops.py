"""Problems made fast by doing less in a loop."""

from __future__ import annotations

from speedwright.benchmarks.pie.samples.problem import Draw, Problem, lines


def polynomial(draw: Draw, n: int) -> str:
    """Degree n, 150 points."""
    return lines([n, 150], draw.many(n + 1, 0, 10**9), draw.many(150, 0, 10**9))


def rotate_letters(draw: Draw, n: int) -> str:
    """One long word."""
    return lines(draw.letters(n))


def close_pairs(draw: Draw, n: int) -> str:
    """Points all over the plane, pairs within a few percent of its width."""
    pairs = zip(draw.many(n, 0, 100_000), draw.many(n, 0, 100_000), strict=True)
    return lines([n, draw.whole(1000, 6000)], *[list(pair) for pair in pairs])


def steps_to_one(draw: Draw, n: int) -> str:
    """Three questions, the last one the largest."""
    return lines(3, *draw.many(2, 1, n), n)


PROBLEMS = (
    Problem(
        id="polynomial", number="p90026", edit="loop",
        generate=polynomial, small=12, large=4_000,
    ),
    Problem(
        id="rotate-letters", number="p90027", edit="loop",
        generate=rotate_letters, small=120, large=120_000,
    ),
    Problem(
        id="close-pairs", number="p90028", edit="loop",
        generate=close_pairs, small=40, large=9_000,
    ),
    Problem(
        id="steps-to-one", number="p90029", edit="loop",
        generate=steps_to_one, small=40, large=400_000,
    ),
)  # fmt: skip
