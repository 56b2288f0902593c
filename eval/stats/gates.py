"""Whether the A/A control lets a word stand.

Covers: a bias of the set-up between arms that are one program, and how large a one the control
    cannot exclude. Where wall time's control leaves too much open, CPU time may stand in for it.
Does not cover: what the word itself rests on; its interval has to hold either way.
"""

from __future__ import annotations

from math import log, log1p

from speedwright.eval.stats.comparison import Comparison, Control, Witness, Word


def is_wide_for(gate: Control, comparison: Comparison, cpu: Witness | None = None) -> bool:
    """Say whether the control is too wide for this word.

    It is not if it is narrow, or if a bias as large as the control cannot exclude would still
    leave the whole interval beyond the margin: twice as fast needs no control to three percent.
    Nor is it if CPU time, the quieter clock, says the same word by the same rule and its own
    control lets that stand: a bias that both clocks share would show in the quieter control, and
    what only wall time sees (waiting) is in the interval of the word.

    Args:
        gate: The control by wall time.
        comparison: The word by wall time.
        cpu: The same rounds by CPU time, if the arms compute on one core.
    """
    if gate.is_narrow:
        return False
    if cpu is not None and cpu.comparison.word is comparison.word and _stands(cpu):
        return False
    bias = max(abs(log(gate.ci_low)), abs(log(gate.ci_high)))
    edge = log1p(comparison.margin) + bias
    if comparison.word is Word.FASTER:
        return log(comparison.ci_low) <= edge
    if comparison.word is Word.SLOWER:
        return log(comparison.ci_high) >= -edge
    return True


def lets_stand(gate: Control, comparison: Comparison, cpu: Witness | None = None) -> bool:
    """Say whether the control lets the word stand: it shows no bias and is not too wide for it."""
    return gate.contains_one and not is_wide_for(gate, comparison, cpu)


def _stands(cpu: Witness) -> bool:
    return lets_stand(cpu.gate, cpu.comparison)
