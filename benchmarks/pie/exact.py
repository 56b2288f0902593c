"""Claims from clocks that say the same number in every run: one run of each program decides."""

from __future__ import annotations

from collections.abc import Mapping

from speedwright.benchmarks.pie.clock import SOURCE, ArmClaim, ArmTime, SourceFailed
from speedwright.eval.stats import MARGIN


def exact_claims(counted: Mapping[str, ArmTime], *, nothing: str) -> dict[str, ArmClaim]:
    """What may be said of every arm against `SOURCE`.

    Args:
        counted: Totals by arm, `SOURCE` among them.
        nothing: Words for a total of 0.

    Raises:
        SourceFailed: The slow program itself failed.
    """
    base = counted[SOURCE]
    if base.total is None:
        raise SourceFailed(base.fault)
    arms = {arm: found for arm, found in counted.items() if arm != SOURCE}
    return {arm: _claim(base.total, found, nothing) for arm, found in arms.items()}


def _claim(base: float, found: ArmTime, nothing: str) -> ArmClaim:
    if found.total is None or found.total <= 0:
        return ArmClaim(word="failed", fault=found.fault or nothing)
    ratio = base / found.total
    word = (
        "faster" if ratio > 1 + MARGIN else "slower" if ratio < 1 / (1 + MARGIN) else "equivalent"
    )
    return ArmClaim(word=word, speedup=ratio, ci_low=ratio, ci_high=ratio, pairs=1)
