"""Problems made fast by another data structure."""

from __future__ import annotations

from speedwright.benchmarks.pie.samples.problem import Draw, Problem, lines


def word_counts(draw: Draw, n: int) -> str:
    """Words from a vocabulary of a fifth of the text; low ranks are frequent."""
    known = draw.words(max(1, n // 5), 1, 9)
    places = [int(a * b / len(known)) for a, b in zip(
        draw.many(n, 0, len(known) - 1), draw.many(n, 0, len(known) - 1), strict=True)]  # fmt: skip
    return lines(n, *[known[place] for place in places])


def running_median(draw: Draw, n: int) -> str:
    """Values that drift downwards, which is the bad case of inserting."""
    return lines(n, [v - 3 * i for i, v in enumerate(draw.many(n, 0, 3 * n))])


def islands(draw: Draw, n: int) -> str:
    """As many edges as nodes."""
    return lines([n, n], *[draw.many(2, 1, n) for _ in range(n)])


def counting_out(draw: Draw, n: int) -> str:
    """A step that grows with the circle."""
    return lines([n, draw.whole(max(1, n // 50), max(2, n // 40))])


def best_scores(draw: Draw, n: int) -> str:
    """Twice as many scores as questions."""
    rows: list[str] = []
    held = 0
    for turn, score in enumerate(draw.many(n, 0, 1_000_000_000)):
        is_question = held > 0 and (turn > n // 2) and score % 2 == 0
        rows.append("?" if is_question else f"+ {score}")
        held += -1 if is_question else 1
    return lines(n, *rows)


def ranks(draw: Draw, n: int) -> str:
    """Values with a few ties."""
    return lines(n, draw.many(n, -2 * n, 2 * n))


def longest_line(draw: Draw, n: int) -> str:
    """N words, the first tenth of the line cut off."""
    return lines([n, draw.whole(0, n // 4)], draw.words(n, 1, 12))


def subset_ways(draw: Draw, n: int) -> str:
    """Weights of about a fortieth of the sum."""
    s = 12 * n
    return lines([n, s], draw.many(n, 1, max(2, s // 8)))


def reachable_sums(draw: Draw, n: int) -> str:
    """Large weights, so that the sums fill up slowly."""
    s = min(200_000, 60 * n)
    return lines([n, s], draw.many(n, max(1, s // 60), max(2, s // 4)))


PROBLEMS = (
    Problem(
        id="word-counts", number="p90011", edit="data structure",
        generate=word_counts, small=60, large=28_000,
    ),
    Problem(
        id="running-median", number="p90012", edit="data structure",
        generate=running_median, small=40, large=90_000,
    ),
    Problem(
        id="islands", number="p90013", edit="data structure",
        generate=islands, small=25, large=13_000,
    ),
    Problem(
        id="counting-out", number="p90014", edit="data structure",
        generate=counting_out, small=40, large=40_000,
    ),
    Problem(
        id="best-scores", number="p90015", edit="data structure",
        generate=best_scores, small=40, large=40_000,
    ),
    Problem(
        id="ranks", number="p90016", edit="data structure",
        generate=ranks, small=40, large=8_000,
    ),
    Problem(
        id="longest-line", number="p90017", edit="data structure",
        generate=longest_line, small=30, large=14_000,
    ),
    Problem(
        id="subset-ways", number="p90018", edit="data structure",
        generate=subset_ways, small=12, large=260,
    ),
    Problem(
        id="reachable-sums", number="p90019", edit="data structure",
        generate=reachable_sums, small=10, large=240,
    ),
)  # fmt: skip
