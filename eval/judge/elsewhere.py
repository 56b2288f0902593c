"""What a candidate loses outside of the timed call: in import and `setup()`, and after its answer.

Such a loss is counted into the call's time, so that moved work wins nothing, however little of it.
(From half of the gain on the patch is refused: `dynamic.py`.)

Covers: losses that are as sure as the gain, by the wall or by CPU time; their interval widens that
of the call. How much the noise may hide is told as well.
Does not cover: losses below the noise of a start, some 1 ms; programs, which are timed whole.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace

from speedwright.eval.judge.arms import seconds_of
from speedwright.eval.judge.rounds import BASE, CANDIDATE, Round, Timings
from speedwright.eval.stats import Comparison, Longer, longer
from speedwright.profiler import Sample

SET_UP = "import and setup()"
END = "the end of the process, after its answer,"

_Clock = Callable[[Sample], float | None]
_PARTS: tuple[tuple[str, _Clock, _Clock], ...] = (
    (SET_UP, lambda s: s.setup_s, lambda s: s.result.setup_cpu_s),
    (END, lambda s: s.result.teardown_s, lambda s: s.result.teardown_cpu_s),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Seconds by which a part outside of the timed call takes longer than on the base.

    Attributes:
        part: `SET_UP` or `END`.
        more_s: Centre over the pairs, on the clock that knows it better.
        at_least_s: Lower end of the interval.
        at_most_s: Upper end.
        cpu_s: Centre of CPU time; 0 where that shows no loss.
    """

    part: str
    more_s: float
    at_least_s: float
    at_most_s: float
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How much longer a part outside of the timed call takes; `None` on a clock that nobody reads.

    Attributes:
        name: `SET_UP` or `END`.
        by_wall: By wall time.
        by_cpu: By CPU time of the command's own process. Neighbours stretch the wall time of a
            start by more than what is moved there; what only waits is seen by the wall alone.
    """

    name: str
    by_wall: Longer | None
    by_cpu: Longer | None

    @property
    def known(self) -> list[Longer]:
        """What the clocks say."""
        return [found for found in (self.by_wall, self.by_cpu) if found is not None]


def outside(rounds: Timings, *, confidence: float) -> tuple[Part, ...]:
    """The parts outside of the timed call, set-up first.

    Args:
        rounds: Rounds of a function workload; of a program nothing is outside.
        confidence: Two-sided level, e.g. that of the look at which a gain is claimed.
    """
    return tuple(
        Part(
            name=name,
            by_wall=_longer(rounds, wall, confidence),
            by_cpu=_longer(rounds, cpu, confidence),
        )
        for name, wall, cpu in _PARTS
    )


def losses(parts: tuple[Part, ...]) -> tuple[Loss, ...]:
    """Losses that are sure."""
    return tuple(loss for loss in map(_loss, parts) if loss is not None)


def hidden_at_most_s(parts: tuple[Part, ...]) -> float:
    """Seconds that the candidate may have lost in set-up and end, for all that the noise tells.

    By the clock that knows each better: CPU time is blind to what only waits. Parts with a sure
    loss are left out: all of that is counted.
    """
    unsure = [part.known for part in parts if _loss(part) is None]
    most = [min((found.at_most_s for found in known), default=0.0) for known in unsure]
    return sum(max(0.0, seconds) for seconds in most)


def charged(rounds: Timings, seconds: float, cpu_s: float) -> Timings:
    """The same rounds with seconds that were lost elsewhere counted into the candidate's call.

    Args:
        rounds: As they were measured. Their set-up and end are left as they are.
        seconds: Counted into its wall time.
        cpu_s: Counted into its CPU time.
    """
    return Timings([_charged(done, seconds, cpu_s) for done in rounds.kept])


def gained_s(rounds: Timings) -> float:
    """Median seconds that the call won, pair by pair, so that drift cancels."""
    pairs = [(r.samples[BASE], r.samples[CANDIDATE]) for r in rounds.kept]
    return statistics.median(b.wall_s - c.wall_s for b, c in pairs)


def sentence(found: tuple[Loss, ...], call: Comparison) -> str:
    """What was counted, for people.

    Args:
        found: At least one loss.
        call: The timed call alone.
    """
    lost = " and ".join(
        f"{loss.part} {'take' if loss.part == SET_UP else 'takes'} {loss.more_s * 1e3:.2g} ms "
        f"longer than before (at most {loss.at_most_s * 1e3:.2g})"
        for loss in found
    )
    return (
        f"{lost}: counted into the time of the call, which by itself measured {call.speedup:.3g}x"
    )


def _loss(part: Part) -> Loss | None:
    sure = [found for found in part.known if found.is_sure]
    if not sure:
        return None
    at_least_s = max(found.at_least_s for found in sure)
    # CPU time knows it better, unless the process waits for more than it computes.
    can_be = [found for found in sure if found.at_most_s >= at_least_s]
    best = min(can_be, key=lambda found: found.at_most_s - found.at_least_s)
    return Loss(
        part=part.name,
        more_s=max(best.more_s, at_least_s),
        at_least_s=at_least_s,
        at_most_s=best.at_most_s,
        cpu_s=part.by_cpu.more_s if part.by_cpu is not None and part.by_cpu.is_sure else 0.0,
    )


def _longer(rounds: Timings, clock: _Clock, confidence: float) -> Longer | None:
    seconds = seconds_of(rounds, clock)
    return None if seconds is None else longer(*seconds, confidence=confidence)


def _charged(done: Round, seconds: float, cpu_s: float) -> Round:
    sample, result = done.samples[CANDIDATE], done.samples[CANDIDATE].result
    if result.setup_cpu_s is not None:
        # CPU time of the call is what set-up and end leave of the whole.
        result = replace(result, setup_cpu_s=result.setup_cpu_s - cpu_s)
    sample = replace(sample, wall_s=sample.wall_s + seconds, result=result)
    return replace(done, samples={**done.samples, CANDIDATE: sample})
