"""Sentences for people about a measurement."""

from __future__ import annotations

from speedwright.eval.judge.rounds import CANDIDATE, SampleFailed
from speedwright.eval.stats import (
    NOISY_GOAL,
    ClockLabel,
    Comparison,
    Control,
    Stop,
    Witness,
    Word,
    classify_clocks,
    is_wide_for,
)
from speedwright.eval.verdict import Crashed, InfraError, TimedOut, Verdict
from speedwright.sandbox import Outcome


def sentence(found: Comparison, gate: Control | None) -> str:
    """What the interval says, for people."""
    interval = f"{found.confidence:.1%} interval {found.ci_low:.3g}-{found.ci_high:.3g}"
    span = f"{found.speedup:.3g}x, {interval}"
    margin = f"the margin of {found.margin:.1%}"
    floor = f"; noise floor of this run {gate.noise_floor:.1%}" if gate else ""
    words = {
        Word.FASTER: f"the whole interval lies above {1 + found.margin:g}",
        Word.SLOWER: f"the whole interval lies below {1 / (1 + found.margin):.4g}",
        Word.EQUIVALENT: f"the whole interval lies within {found.margin:.1%} of 1",
        Word.INCONCLUSIVE: f"the interval does not settle it against {margin}",
    }
    return f"{span} over {found.pairs} pairs: {words[found.word]}{floor}"


def read_together(
    wall: Comparison, cpu: Comparison | None, base_cores: float, candidate_cores: float
) -> tuple[str, tuple[str, ...]]:
    """Label and sentences for what wall and CPU time say together."""
    if cpu is None:
        return "cpu_not_measured", ()
    label = classify_clocks(wall, cpu, base_cores=base_cores, candidate_cores=candidate_cores)
    gains = f"wall time {wall.speedup:.3g}x, CPU time {cpu.speedup:.3g}x"
    said = {
        ClockLabel.CONSISTENT: "",
        ClockLabel.PARALLELISED: f"parallelised ({gains}): more cores do the work",
        ClockLabel.WAITS_LESS: f"it waits less ({gains})",
        ClockLabel.IO_BOUND: f"{gains}: the workload waits for something else",
        ClockLabel.SUSPICIOUS: f"look at: the clocks contradict each other ({gains})",
    }[label]
    return label.value, (said,) if said else ()


def failure(failed: SampleFailed, limit_s: float) -> Verdict:
    """The verdict for a timed run that failed."""
    result = failed.sample.result
    said = result.stderr[-500:].decode("utf-8", "replace").strip()
    if failed.arm != CANDIDATE:
        return InfraError(
            reasons=(
                f"the {failed.arm} itself failed in a timed run ({result.outcome.value}, "
                f"exit status {result.exit_code}): {said}",
            )
        )
    match result.outcome:
        case Outcome.TIMED_OUT:
            return TimedOut(reasons=(f"a timed run took over {limit_s:.1f} s (5 x the base + 10)",))
        case Outcome.EXITED if result.exit_code == 0:
            return Crashed(reasons=("the workload ended without giving its result",))
        case Outcome.EXITED:
            return Crashed(reasons=(f"the workload ended with status {result.exit_code}: {said}",))
        case _:
            how = result.detail or result.outcome.value
            return Crashed(reasons=(f"the workload died ({how}): {said}",))


def why_ended_early(stop: Stop, goal: float | None) -> str:
    """Why no more pairs were run although nothing was settled; empty if that is not so."""
    if stop is Stop.GOAL_EXCLUDED and goal is not None:
        return f"ended early: a difference of {goal:.1%} or more, as asked for, is excluded"
    if stop is Stop.CPU_EXCLUDED:
        return (
            "wall time is noisy here and leaves it open, but CPU time excludes a difference of "
            f"{NOISY_GOAL if goal is None else goal:.1%} or more: more pairs are not worth it"
        )
    return ""


def who_vouches(found: Comparison, gate: Control, cpu: Witness | None) -> str:
    """That the word rests on the control of CPU time; empty if it does not need to."""
    if cpu is None or found.word is Word.INCONCLUSIVE or not is_wide_for(gate, found):
        return ""
    return (
        f"by wall time an unchanged copy of the base is known only to {gate.noise_floor:.1%}; CPU "
        f"time says {found.word.value} too, and knows the copy to {cpu.gate.noise_floor:.1%}"
    )


def why_hidden(hidden_s: float) -> str:
    """That the noise of starts and ends leaves room for work that was moved there."""
    return (
        f"look at: import, setup() and the end of the process vary so much here that "
        f"{hidden_s * 1e3:.2g} ms of the call's work may be done there unseen"
    )


def why_unstable(gate: Control) -> str:
    """Why the A/A control forbids a claim."""
    what = (
        f"an unchanged copy of the base measured {gate.ratio:.3f} of it "
        f"(99 % interval {gate.ci_low:.3f}-{gate.ci_high:.3f})"
    )
    why = "which is not 1" if not gate.contains_one else f"known only to {gate.noise_floor:.1%}"
    return f"{what}, {why}: this machine is too noisy for a claim now; try again on a quiet one"
