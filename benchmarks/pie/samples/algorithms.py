"""Problems made fast by another algorithm."""

from __future__ import annotations

from speedwright.benchmarks.pie.samples.problem import Draw, Problem, lines


def range_sums(draw: Draw, n: int) -> str:
    """As many queries as a third of the integers, with long ranges."""
    q = max(1, n // 3)
    pairs = [sorted(draw.many(2, 1, n)) for _ in range(q)]
    return lines([n, q], draw.many(n, -1_000_000, 1_000_000), *pairs)


def pair_sums(draw: Draw, n: int) -> str:
    """Values spread so that a few pairs hit the target."""
    span = max(4, 3 * n)
    return lines([n, draw.whole(-span, span)], draw.many(n, -span, span))


def count_primes(draw: Draw, n: int) -> str:
    """A handful of ranges up to about n."""
    pairs = [sorted(draw.many(2, 0, n)) for _ in range(7)]
    return lines(len(pairs) + 1, *pairs, [0, n])


def rising_subsequence(draw: Draw, n: int) -> str:
    """Values with many ties for small n."""
    return lines(n, draw.many(n, -n, n))


def inversions(draw: Draw, n: int) -> str:
    """An unordered sequence."""
    return lines(n, draw.many(n, 0, 2 * n))


def recurrence(draw: Draw, n: int) -> str:
    """Four queries, the first with the largest index."""
    rows = [[*draw.many(2, 0, 1_000_000_006), draw.whole(0, n)] for _ in range(3)]
    return lines(4, [*draw.many(2, 1, 1_000_000_006), n], *rows)


def edit_distance(draw: Draw, n: int) -> str:
    """Two words of few letters, about equally long."""
    return lines(draw.letters(n, "abcd"), draw.letters(draw.whole(max(1, n - 5), n), "abcd"))


def window_maximum(draw: Draw, n: int) -> str:
    """Windows of a tenth of the sequence; falling stretches among random values."""
    values = [v - (i % 50) * 1000 for i, v in enumerate(draw.many(n, -1000, 1000))]
    return lines([n, draw.whole(max(1, n // 12), max(1, n // 10))], values)


def find_pattern(draw: Draw, n: int) -> str:
    """Long runs of one letter, so that a comparison does not end early."""
    k = max(1, n // 50)
    text = "".join(
        "a" * draw.whole(k, 3 * k) + draw.letters(1, "ab") for _ in range(1 + n // k // 2)
    )
    return lines(text[:n] or "a", "a" * k)


def cheapest_path(draw: Draw, n: int) -> str:
    """Four edges a node, some nodes out of reach."""
    m = 4 * n
    ends = zip(draw.many(m, 1, n), draw.many(m, 1, n), draw.many(m, 1, 1000), strict=True)
    return lines([n, m], *[list(edge) for edge in ends])


PROBLEMS = (
    Problem(
        id="range-sums", number="p90001", edit="algorithm",
        generate=range_sums, small=40, large=45_000,
    ),
    Problem(
        id="pair-sums", number="p90002", edit="algorithm",
        generate=pair_sums, small=40, large=24_000,
    ),
    Problem(
        id="count-primes", number="p90003", edit="algorithm",
        generate=count_primes, small=200, large=300_000,
    ),
    Problem(
        id="rising-subsequence", number="p90004", edit="algorithm",
        generate=rising_subsequence, small=40, large=14_000,
    ),
    Problem(
        id="inversions", number="p90005", edit="algorithm",
        generate=inversions, small=40, large=15_000,
    ),
    Problem(
        id="recurrence", number="p90006", edit="algorithm",
        generate=recurrence, small=60, large=12_000_000,
    ),
    Problem(
        id="edit-distance", number="p90007", edit="algorithm",
        generate=edit_distance, small=20, large=650,
    ),
    Problem(
        id="window-maximum", number="p90008", edit="algorithm",
        generate=window_maximum, small=60, large=80_000,
    ),
    Problem(
        id="find-pattern", number="p90009", edit="algorithm",
        generate=find_pattern, small=200, large=400_000,
    ),
    Problem(
        id="cheapest-path", number="p90010", edit="algorithm",
        generate=cheapest_path, small=15, large=6_000,
    ),
)  # fmt: skip
