"""What a look at the rounds says: a verdict, or that more of them are needed.

A look of a confirmation reads wall time with the A/A control and CPU time beside it; one of a
screen reads CPU time where the workload is serial, else wall time. Where a `workload()` got faster
and its process loses time elsewhere (`elsewhere.py`), the loss is counted and the look taken again.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace

from speedwright.eval.judge import elsewhere
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.cpu_clock import cores, cpu_comparison, cpu_witness
from speedwright.eval.judge.dynamic import (
    LOOK_AT,
    may_hide,
    process_comparison,
    refuse_dishonest,
    warnings,
)
from speedwright.eval.judge.explain import (
    read_together,
    sentence,
    who_vouches,
    why_ended_early,
    why_hidden,
    why_unstable,
)
from speedwright.eval.judge.rounds import BASE, CANDIDATE, COPY, Timings
from speedwright.eval.stats import (
    Comparison,
    Control,
    Look,
    Outlook,
    SequentialDesign,
    Witness,
    Word,
    control,
    screen,
)
from speedwright.eval.verdict import Measured, Rejected, Unstable, Verdict

SERIAL_CPU_OVER_WALL = 0.9
SCREEN_DROPS = (5, 7)


def look_of_screen(
    rounds: Timings, design: SequentialDesign, baseline: Baseline, *, is_last: bool
) -> Verdict | None:
    """The verdict if this look ends a screen; no claim."""
    is_cpu = _screens_on_cpu(baseline, rounds)

    def read(timings: Timings) -> _Seen:
        look = design.conclude(*_times(timings, is_cpu=is_cpu), is_last=is_last)
        return _Seen(rounds=timings, look=look)

    clock = "CPU time" if is_cpu else "wall time"
    seen = read(rounds)
    parts = _outside(seen)
    seen = _settle(seen, parts)
    # CPU time is that of whole processes, set-up and end included: nothing is left to count.
    if not is_cpu:
        seen = _count_losses(seen, parts, read, design, is_last=is_last)
    return _verdict(seen, rounds, design, why=f"screened on {clock}; no claim")


def look_of_confirmation(
    rounds: Timings, design: SequentialDesign, *, is_last: bool
) -> Verdict | None:
    """The verdict if this look ends a confirmation."""
    gate = control(rounds.walls(BASE), rounds.walls(COPY))

    def read(timings: Timings) -> _Seen:
        cpu = cpu_witness(timings, margin=design.margin, confidence=design.confidence)
        base, candidate = _times(timings, is_cpu=False)
        look = design.conclude(
            base, candidate, copy=timings.walls(COPY), is_last=is_last, gate=gate, cpu=cpu
        )
        return _Seen(rounds=timings, look=look, gate=gate, cpu=cpu)

    seen = read(rounds)
    parts = _outside(seen)
    seen = _count_losses(_settle(seen, parts), parts, read, design, is_last=is_last)
    if seen.refused is None and seen.look.comparison.word is Word.FASTER:
        hidden_s = may_hide(rounds, seen.call or seen.look.comparison, parts)
        if hidden_s and not is_last and design.next_look(len(rounds.kept)):
            return None
        if hidden_s:
            seen = replace(seen, notes=(*seen.notes, why_hidden(hidden_s)))
    return _verdict(seen, rounds, design)


def drop_of_screen(
    rounds: Timings, design: SequentialDesign, baseline: Baseline
) -> Measured | None:
    """A verdict for the hopeless, where few pairs already exclude a gain worth having."""
    if len(rounds.kept) not in SCREEN_DROPS:
        return None
    base, candidate = _times(rounds, is_cpu=_screens_on_cpu(baseline, rounds))
    found = screen(base, candidate)
    if found.outlook is not Outlook.HOPELESS:
        return None
    look = design.conclude(base, candidate, is_last=True)
    why = (
        f"dropped after {found.pairs} pairs: the gain is at most {max(0.0, found.at_most - 1):.1%}"
    )
    return _measured(rounds, _Seen(rounds=rounds, look=look), why=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the statistics say of rounds.

    Attributes:
        rounds: Those that were read, with losses elsewhere counted if there were any.
        look: The word, and whether it ends the measurement.
        gate: The A/A control; `None` in a screen.
        cpu: CPU time of a program that only computes.
        call: The timed call alone, if losses were counted.
        notes: On what was counted.
        refused: The gain was bought elsewhere.
    """

    rounds: Timings
    look: Look
    gate: Control | None = None
    cpu: Witness | None = None
    call: Comparison | None = None
    notes: tuple[str, ...] = ()
    refused: Rejected | None = None


def _outside(seen: _Seen) -> tuple[elsewhere.Part, ...]:
    """What is outside of the call, where a gain is claimed; else nobody asks."""
    call = seen.look.comparison
    if call.word is not Word.FASTER:
        return ()
    return elsewhere.outside(seen.rounds, confidence=call.confidence)


def _settle(seen: _Seen, parts: tuple[elsewhere.Part, ...]) -> _Seen:
    """The same, or refused: the gain was bought elsewhere."""
    look = seen.look
    if look.comparison.word is Word.FASTER and look.is_final and look.is_sound:
        lost = elsewhere.losses(parts)
        return replace(seen, refused=refuse_dishonest(seen.rounds, look.comparison, lost))
    return seen


def _count_losses(
    seen: _Seen,
    parts: tuple[elsewhere.Part, ...],
    read: Callable[[Timings], _Seen],
    design: SequentialDesign,
    *,
    is_last: bool,
) -> _Seen:
    """The same, or read again with the losses elsewhere counted."""
    call, lost = seen.look.comparison, elsewhere.losses(parts)
    if seen.refused is not None or not lost:
        return seen
    cpu_s = sum(loss.cpu_s for loss in lost)
    most, centre, least = (
        read(elsewhere.charged(seen.rounds, seconds, cpu_s))
        for seconds in (
            sum(loss.at_most_s for loss in lost),
            sum(loss.more_s for loss in lost),
            sum(loss.at_least_s for loss in lost),
        )
    )
    look = design.within(most.look, centre.look, least.look, is_last=is_last)
    note = LOOK_AT + elsewhere.sentence(lost, call)
    return replace(centre, look=look, call=call, notes=(note,))


def _verdict(
    seen: _Seen, rounds: Timings, design: SequentialDesign, *, why: str = ""
) -> Verdict | None:
    if seen.refused is not None:
        return seen.refused
    look, gate = seen.look, seen.gate
    if not look.is_final:
        return None
    if not look.is_sound and gate is not None:
        return Unstable(control=gate, comparison=look.comparison, reasons=(why_unstable(gate),))
    vouched = who_vouches(look.comparison, gate, seen.cpu) if gate else ""
    why = why or why_ended_early(look.stop, design.goal)
    found = _measured(rounds, seen, why=why, vouched=vouched)
    return replace(found, reasons=(*found.reasons, *seen.notes, *warnings(rounds, look.comparison)))


def _measured(rounds: Timings, seen: _Seen, *, why: str = "", vouched: str = "") -> Measured:
    """Args: rounds as they were measured, and what was seen in them."""
    read, comparison = seen.rounds, seen.look.comparison
    cpu = cpu_comparison(read, margin=comparison.margin, confidence=comparison.confidence)
    label, reasons = read_together(comparison, cpu, cores(read, BASE), cores(read, CANDIDATE))
    said = (why, sentence(comparison, seen.gate), vouched, *reasons)
    return Measured(
        comparison=comparison,
        cpu=cpu,
        control=seen.gate,
        base_wall_s=statistics.median(read.walls(BASE)),
        candidate_wall_s=statistics.median(read.walls(CANDIDATE)),
        base_rss_bytes=_peak(rounds, BASE),
        candidate_rss_bytes=_peak(rounds, CANDIDATE),
        process=process_comparison(rounds),
        call=seen.call,
        label=label,
        reasons=tuple(filter(None, said)),
    )


def _screens_on_cpu(baseline: Baseline, rounds: Timings) -> bool:
    """CPU time is the quieter clock where the workload is serial and does not wait."""
    is_serial = SERIAL_CPU_OVER_WALL <= baseline.cpu_s / baseline.wall_s <= 1.1
    return is_serial and min(*rounds.cpus(BASE), *rounds.cpus(CANDIDATE)) > 0


def _times(rounds: Timings, *, is_cpu: bool) -> tuple[list[float], list[float]]:
    read = rounds.cpus if is_cpu else rounds.walls
    return read(BASE), read(CANDIDATE)


def _peak(rounds: Timings, arm: str) -> int:
    return int(statistics.median(r.samples[arm].peak_rss_bytes for r in rounds.kept))
