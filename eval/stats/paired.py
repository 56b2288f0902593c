"""Base against candidate: the one rule that turns times of the same rounds into a word.

Covers: pairs measured in random order next to each other. Drift, bursts and heavy tails then
    cost power, never honesty.
Does not cover: all of one arm before all of the other (drift becomes a verdict), looking again
    after every pair (`looks`), choosing the best of many candidates (measure the winner anew).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, isfinite, log1p
from typing import TYPE_CHECKING

from speedwright.eval.stats.comparison import Comparison, Control, Word
from speedwright.eval.stats.signed_rank import Interval, interval
from speedwright.eval.stats.threes import interval_of_threes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_PAIRS = 6
"""With 5 pairs the smallest one-sided p is 1/32: no claim at 95 % can rest on them."""

MARGIN = 0.01
"""Gains below this never count, so that small biases of the set-up do not either."""

CONTROL_CONFIDENCE = 0.99
CONTROL_MAX_HALF_WIDTH = 0.03

_ROUNDING = 1e-12  # log ratios are good to about 1e-15; a tie with the margin is not above it
_LARGEST_LOG = 700.0  # exp() of more overflows


def compare(
    base: Sequence[float],
    candidate: Sequence[float],
    *,
    margin: float = MARGIN,
    confidence: float = 0.95,
) -> Comparison:
    """Say in one word whether the candidate is faster than the base, with the interval.

    Pair i is `(base[i], candidate[i])`, two times in the same unit, measured next to each other
    in random order. Fewer than 6 pairs, or too few for the confidence, are `inconclusive`.

    Args:
        base: Times of the base.
        candidate: Times of the candidate, as many.
        margin: Smallest relative gain that counts; symmetric in logs.
        confidence: Two-sided level of the interval.

    Returns:
        The word, the speedup (base / candidate) and its interval. The word follows from the
        interval alone.

    Raises:
        ValueError: The lengths differ, there is no pair, a time is not finite and above 0, or
            margin or confidence make no sense.

    >>> compare([1.10] * 10, [1.00] * 10).word.value
    'faster'
    >>> compare([1.10] * 5, [1.00] * 5).word.value
    'inconclusive'
    """
    found = interval(log_ratios(base, candidate), confidence=confidence)
    return _compared(found, pairs=len(base), margin=margin)


def compare_with_copy(
    base: Sequence[float],
    copy: Sequence[float],
    candidate: Sequence[float],
    *,
    margin: float = MARGIN,
    confidence: float = 0.95,
) -> Comparison:
    """The same of rounds in which a byte-identical copy of the base ran as well.

    Base and copy are one program, so both say what the candidate is to be measured by: about two
    thirds of the rounds tell as much. Which of the three came first was drawn anew in each round.

    Args:
        base: Times of the base.
        copy: Times of its copy, as many.
        candidate: Times of the candidate, as many.
        margin: As for `compare`.
        confidence: As for `compare`.

    Raises:
        ValueError: As `compare`.
    """
    found = interval_of_threes(
        _logs(base=base, copy=copy, candidate=candidate).T, confidence=confidence
    )
    return _compared(found, pairs=len(base), margin=margin)


def control(
    base: Sequence[float],
    copy: Sequence[float],
    *,
    confidence: float = CONTROL_CONFIDENCE,
    max_half_width: float = CONTROL_MAX_HALF_WIDTH,
) -> Control:
    """Check the machine with a byte-identical copy of the base measured in the same rounds.

    Args:
        base: Times of the base.
        copy: Times of its copy, as many.
        confidence: Level of the interval; sound runs fail about 1 - confidence of the time.
        max_half_width: Widest half-interval, relative, with which claims are still made.

    Returns:
        The gate. Not sound means: no claim, the machine's fault.

    Raises:
        ValueError: As `compare`.
    """
    found = interval(log_ratios(copy, base), confidence=confidence)
    noise_floor = (found.high - found.low) / 2
    contains_one = found.low <= 0 <= found.high
    is_narrow = noise_floor <= max_half_width and found.reaches_level and len(base) >= LEAST_PAIRS
    return Control(
        is_sound=contains_one and is_narrow,
        ratio=_ratio(found.point),
        ci_low=_ratio(found.low),
        ci_high=_ratio(found.high),
        noise_floor=noise_floor,
        pairs=len(base),
        contains_one=contains_one,
        is_narrow=is_narrow,
    )


def log_ratios(base: Sequence[float], candidate: Sequence[float]) -> NDArray[np.float64]:
    """ln(base / candidate) of each pair, above 0 where the candidate was faster.

    Raises:
        ValueError: The lengths differ, there is no pair, or a time is not finite and above 0.
    """
    # A difference of logs, not the log of a quotient: swapping the arms then negates it exactly.
    before, after = _logs(base=base, candidate=candidate)
    difference: NDArray[np.float64] = before - after
    return difference


def _logs(**arms: Sequence[float]) -> NDArray[np.float64]:
    """Logs of the times, a row an arm."""
    counts = {len(times) for times in arms.values()}
    if len(counts) > 1:
        found = ", ".join(f"`{len(times)}` {arm} times" for arm, times in arms.items())
        raise ValueError(f"pairs need every arm: {found}")
    if counts == {0}:
        raise ValueError("no pairs to compare")
    import numpy as np

    times = np.asarray(tuple(arms.values()), dtype=np.float64)
    if not (times.min() > 0 and times.max() < inf):  # both are false for NaN
        bad = float(times[~(np.isfinite(times) & (times > 0))][0])
        raise ValueError(f"a time must be finite and above 0, not `{bad}`")
    logs: NDArray[np.float64] = np.log(times)
    return logs


def _compared(found: Interval, *, pairs: int, margin: float) -> Comparison:
    if not (isfinite(margin) and margin >= 0):
        raise ValueError(f"margin must be 0 or more, not `{margin}`")
    return Comparison(
        word=_word(found, pairs=pairs, margin=margin),
        speedup=_ratio(found.point),
        ci_low=_ratio(found.low),
        ci_high=_ratio(found.high),
        confidence=found.confidence,
        pairs=pairs,
        margin=margin,
    )


def _ratio(log_ratio: float) -> float:
    return exp(min(max(log_ratio, -_LARGEST_LOG), _LARGEST_LOG))


def _word(found: Interval, *, pairs: int, margin: float) -> Word:
    edge = log1p(margin)
    if pairs < LEAST_PAIRS or not found.reaches_level:
        return Word.INCONCLUSIVE
    if found.low > edge + _ROUNDING:
        return Word.FASTER
    if found.high < -edge - _ROUNDING:
        return Word.SLOWER
    if -edge + _ROUNDING < found.low and found.high < edge - _ROUNDING:
        return Word.EQUIVALENT
    return Word.INCONCLUSIVE
