"""speedup: how many times faster the candidate is than the reference."""

from __future__ import annotations

from math import isfinite


def speedup(ref_wall_s: float, cand_wall_s: float) -> float:
    """`ref_wall_s / cand_wall_s`; above 1 is faster.

    A quotient of two times says nothing of its error: a claim needs `eval.stats.compare`.

    Raises:
        ValueError: A time, or their quotient, is not finite and above 0.

    >>> speedup(3.0, 1.5)
    2.0
    """
    for wall_s in (ref_wall_s, cand_wall_s):
        if not (isfinite(wall_s) and wall_s > 0):
            raise ValueError(f"a time must be finite and above 0, not `{wall_s}`")
    ratio = ref_wall_s / cand_wall_s
    if not (isfinite(ratio) and ratio > 0):
        raise ValueError(f"`{ref_wall_s}` / `{cand_wall_s}` is no speedup a float can hold")
    return ratio
