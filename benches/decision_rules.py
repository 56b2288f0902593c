"""Decision rules side by side on the same recorded runs: false words, gains found, runs used.

    python benches/decision_rules.py [FOLDER]      FOLDER holds quiet.json and noisy.json

Both arms of every window are the same unchanged program; for the columns of gains the candidate's
times are multiplied by 1 - e. `false` counts `faster` and `slower` at e = 0, in percent of windows.
Designs: blocks (all of one arm first), pairs (adjacent, the order by a coin), rounds (as pairs,
with a copy of the base as the third run: the A/A control, without which nothing is claimed).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu, ttest_ind

from speedwright.eval.stats import (
    LOOKS,
    Look,
    SequentialDesign,
    Witness,
    Word,
    compare,
    compare_with_copy,
    control,
)

Times = NDArray[np.float64]
Said = tuple[Word, int]
Rule = Callable[..., Said]
Window = tuple[Times, ...]
SEEDS = 10


def ratio_rule(statistic: Callable[[Times], float], threshold: float) -> Rule:
    """`faster` if the ratio of the arms' statistic exceeds the threshold."""

    def rule(base: Times, candidate: Times) -> Said:
        ratio = statistic(base) / statistic(candidate)
        return _word(ratio > 1 + threshold, ratio < 1 / (1 + threshold)), 2 * base.size

    return rule


def p_rule(p_value: Callable[[Times, Times], float], level: float) -> Rule:
    """`faster` if a one-sided test that the candidate is less gives p below the level."""

    def rule(base: Times, candidate: Times) -> Said:
        said = _word(p_value(candidate, base) < level, p_value(base, candidate) < level)
        return said, 2 * base.size

    return rule


def welch(less: Times, more: Times) -> float:
    return float(ttest_ind(less, more, equal_var=False, alternative="less").pvalue)


def mann_whitney(less: Times, more: Times) -> float:
    return float(mannwhitneyu(less, more, alternative="less").pvalue)


def filtered_mann_whitney(less: Times, more: Times) -> float:
    return mann_whitney(_without_outliers(less), _without_outliers(more))


def ours(base: Times, candidate: Times) -> Said:
    return compare(base.tolist(), candidate.tolist()).word, 2 * base.size


def ours_in_looks(base: Times, candidate: Times) -> Said:
    design = SequentialDesign()
    for done in LOOKS:
        look = design.conclude(base[:done].tolist(), candidate[:done].tolist())
        if look.is_final:
            break
    return look.comparison.word, 2 * done


def claim(goal: float | None) -> Rule:
    """What a confirmation does: rounds of three, looks, control, and CPU time as the witness."""
    design = SequentialDesign(goal=goal)

    def rule(base: Times, candidate: Times, copy: Times, *shares: Times) -> Said:
        walls = np.stack((base, copy, candidate))
        cpus = walls * np.stack(shares) if shares else None
        for done in design.looks:
            look = _looked(design, walls[:, :done], None if cpus is None else cpus[:, :done])
            if look.is_final:
                break
        return look.comparison.word if look.is_sound else Word.INCONCLUSIVE, 3 * done

    return rule


def _looked(design: SequentialDesign, walls: Times, cpus: Times | None) -> Look:
    base, copy, candidate = walls.tolist()
    cpu = None if cpus is None else _cpu(cpus)
    return design.conclude(base, candidate, copy=copy, gate=control(base, copy), cpu=cpu)


def _cpu(cpus: Times) -> Witness:
    base, copy, candidate = cpus.tolist()
    found = compare_with_copy(base, copy, candidate, confidence=SequentialDesign().confidence)
    return Witness(comparison=found, gate=control(base, copy))


def blocks(times: Times, k: int) -> Iterator[Window]:
    """Take k runs of the base, then k of the candidate: what most tools do."""
    for start in range(0, times.size - 2 * k + 1, max(1, k // 4)):
        yield times[start : start + k], times[start + k : start + 2 * k]


def rounds(times: Times, k: int, cpus: Times | None = None) -> Iterator[Window]:
    """Take k rounds of three adjacent runs, shuffled in each: base, candidate, copy.

    With CPU times, the share of each time that was CPU time follows: base, copy, candidate.
    """
    rows = times[: times.size // 3 * 3].reshape(-1, 3)
    shares = np.ones_like(rows) if cpus is None else cpus[: rows.size].reshape(-1, 3) / rows
    rng = np.random.default_rng(k)
    for start in range(0, len(rows) - k + 1, max(1, k // 4)):
        for _ in range(SEEDS):
            places = rng.permuted(np.tile(np.arange(3), (k, 1)), axis=1)
            found = np.take_along_axis(rows[start : start + k], places, axis=1).T
            of = np.take_along_axis(shares[start : start + k], places, axis=1).T
            yield (*found,) if cpus is None else (*found, of[0], of[2], of[1])


def pairs(times: Times, k: int) -> Iterator[Window]:
    """Take k adjacent pairs, the order inside each by a coin; many coins for each window."""
    rows = times[: times.size // 2 * 2].reshape(-1, 2)
    rng = np.random.default_rng(k)
    for start in range(0, len(rows) - k + 1, max(1, k // 4)):
        window = rows[start : start + k]
        for coin in rng.random((SEEDS, k)) < 0.5:
            yield (
                np.where(coin, window[:, 0], window[:, 1]),
                np.where(coin, window[:, 1], window[:, 0]),
            )


RULES: list[tuple[str, str, Rule, int]] = [
    *(("mean > 2 %", "blocks", ratio_rule(np.mean, 0.02), k) for k in (10, 20, 40)),
    ("mean > 5 %, five repeats", "blocks", ratio_rule(np.mean, 0.05), 5),
    ("minimum > 5 %, five repeats", "blocks", ratio_rule(np.min, 0.05), 5),
    *((f"minimum of {k} > 2 %", "blocks", ratio_rule(np.min, 0.02), k) for k in (10, 40)),
    *(("Welch t, 2.5 %", "blocks", p_rule(welch, 0.025), k) for k in (10, 20, 40)),
    *(("Mann-Whitney, 2.5 %", "blocks", p_rule(mann_whitney, 0.025), k) for k in (10, 20, 40)),
    ("outliers out, Mann-Whitney, 10 %", "blocks", p_rule(filtered_mann_whitney, 0.1), 20),
    ("mean > 2 %", "pairs", ratio_rule(np.mean, 0.02), 20),
    ("Mann-Whitney, 2.5 %", "pairs", p_rule(mann_whitney, 0.025), 20),
    *(("speedwright, one look", "pairs", ours, k) for k in (10, 20, 40)),
    ("speedwright, eight looks", "pairs", ours_in_looks, LOOKS[-1]),
    ("speedwright, looks and control", "rounds", claim(None), LOOKS[-1]),
    ("the same, with CPU time", "rounds and CPU", claim(None), LOOKS[-1]),
    ("the same, goal 2 %", "rounds and CPU", claim(0.02), LOOKS[-1]),
    ("the same, goal 3 %", "rounds and CPU", claim(0.03), LOOKS[-1]),
]
DESIGNS = {"blocks": blocks, "pairs": pairs, "rounds": rounds}


def share(rule: Rule, windows: list[Window], saved: float) -> tuple[float, float, float]:
    """Percent `faster`, percent `slower`, mean runs used."""
    said = [rule(base, candidate * (1 - saved), *rest) for base, candidate, *rest in windows]
    words = [word for word, _ in said]
    return (
        100 * words.count(Word.FASTER) / len(words),
        100 * words.count(Word.SLOWER) / len(words),
        fmean(runs for _, runs in said),
    )


def main() -> None:
    shared = Path(os.environ.get("SPEEDWRIGHT_SHARED", Path(__file__).parents[2] / "shared"))
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "data" / "traces"
    for name, clock in [(n, c) for c in ("wall", "cpu") for n in ("quiet", "noisy")]:
        document = json.loads((folder / f"{name}.json").read_text())
        clocks = {
            name: np.array([row[at] for row in document["rows"]], dtype=float)
            for at, name in enumerate(document["columns"])
        }
        times, cpus = clocks[f"{clock}_ns"], clocks["cpu_ns"]
        designs = DESIGNS | {"rounds and CPU": partial(rounds, cpus=cpus)}
        print(f"\n{name} {clock}: {times.size} runs\n")
        print(
            "| rule | design | runs an arm | false faster | false slower | 3 % found | 5 % found "
            "| 10 % found | runs used at 0 / 5 % |\n|---|---|---|---|---|---|---|---|---|"
        )
        for title, design, rule, k in RULES:
            windows = list(designs[design](times, k))
            faster, slower, none = share(rule, windows, 0.0)
            three, _, _ = share(rule, windows, 0.03)
            five, _, runs = share(rule, windows, 0.05)
            ten, _, _ = share(rule, windows, 0.1)
            print(
                f"| {title} | {design} | {k} | {faster:.1f} | {slower:.1f} | {three:.0f} "
                f"| {five:.0f} | {ten:.0f} | {none:.0f} / {runs:.0f} |"
            )


def _word(is_faster: bool, is_slower: bool) -> Word:
    if is_faster:
        return Word.FASTER
    return Word.SLOWER if is_slower else Word.INCONCLUSIVE


def _without_outliers(times: Times) -> Times:
    low, high = np.quantile(times, [0.25, 0.75])
    return times[(times >= low - (high - low)) & (times <= high + (high - low))]


if __name__ == "__main__":
    main()
