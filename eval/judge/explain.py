"""Sentences for people about a measurement."""

from __future__ import annotations

from speedwright.eval.judge.rounds import CANDIDATE, SampleFailed
from speedwright.eval.stats import Comparison, Control, Word
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


def read_together(wall: Comparison, cpu: Comparison | None) -> tuple[str, tuple[str, ...]]:
    """Label and sentences for what wall and CPU time say together."""
    if cpu is None:
        return "cpu_not_measured", ()
    if wall.word is Word.FASTER and cpu.word is Word.SLOWER:
        return "parallelised", (
            f"wall time fell but CPU time rose to {1 / cpu.speedup:.2f} of the base: more cores "
            "do the work",
        )
    if wall.word is not Word.FASTER and cpu.word is Word.FASTER:
        return "io_bound", (
            "CPU time fell but wall time did not: the workload waits for something",
        )
    if wall.word is Word.FASTER and wall.speedup > 2 * max(1.0, cpu.speedup):
        return "suspicious", (
            f"wall time fell {wall.speedup:.1f}x but CPU time only {cpu.speedup:.1f}x: "
            "look where the work went",
        )
    return "consistent", ()


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


def why_unstable(gate: Control) -> str:
    """Why the A/A control forbids a claim."""
    what = (
        f"an unchanged copy of the base measured {gate.ratio:.3f} of it "
        f"(99 % interval {gate.ci_low:.3f}-{gate.ci_high:.3f})"
    )
    why = "which is not 1" if not gate.contains_one else f"known only to {gate.noise_floor:.1%}"
    return f"{what}, {why}: this machine is too noisy for a claim now; try again on a quiet one"
