"""Interleaved rounds: every arm once in random order, a fresh process each, one clock outside.

Covers: drift and bursts (they hit all arms of a round alike), order effects, hash seeds.
Does not cover: other programs on the timed core; the A/A control and the interval show them.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speedwright.profiler import Sample, Timer
from speedwright.sandbox import Limits, Session

BASE = "base"
COPY = "copy"
CANDIDATE = "candidate"
MAX_STEAL = 0.01
MAX_DISCARDED_SHARE = 0.5


class SampleFailed(Exception):
    """A timed run of an arm failed."""

    def __init__(self, arm: str, sample: Sample) -> None:
        super().__init__(f"{arm}: {sample.result.outcome}")
        self.arm = arm
        self.sample = sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One sample of every arm.

    Attributes:
        seed: Seed of its samples.
        order: Arms in the order they ran.
        samples: By arm.
        steal: Share of CPU time that the hypervisor took meanwhile; 0 where nobody counts.
        is_discarded: Left out of the statistics, for the steal alone.
    """

    seed: int
    order: tuple[str, ...]
    samples: Mapping[str, Sample]
    steal: float
    is_discarded: bool


def machine_ticks() -> tuple[int, int]:
    """Stolen and all CPU ticks of the machine since boot; zeros where nobody counts."""
    try:
        first = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    except OSError:
        return 0, 0
    ticks = [int(word) for word in first[1:9]]
    return ticks[7] if len(ticks) > 7 else 0, sum(ticks)


class Timings:
    """Rounds that count.

    Args:
        kept: They.
    """

    def __init__(self, kept: Sequence[Round]) -> None:
        self._kept = tuple(kept)

    @property
    def kept(self) -> Sequence[Round]:
        """Rounds that count."""
        return self._kept

    def walls(self, arm: str) -> list[float]:
        """Wall seconds of an arm, by round."""
        return [r.samples[arm].wall_s for r in self.kept]

    def cpus(self, arm: str) -> list[float]:
        """CPU seconds of an arm, by round."""
        return [r.samples[arm].cpu_s for r in self.kept]


class Rounds(Timings):
    """Runs rounds and keeps them.

    Args:
        sessions: Open session of each arm; `base` among them.
        timer: Times one run.
        limits: Ceilings of one run.
        seed: Seed of the order and of the samples' seeds.
        ticks: Reads stolen and all CPU ticks of the machine.
    """

    def __init__(
        self,
        sessions: Mapping[str, Session],
        timer: Timer,
        limits: Limits,
        *,
        seed: int,
        ticks: Callable[[], tuple[int, int]] = machine_ticks,
    ) -> None:
        super().__init__(())
        self._sessions = dict(sessions)
        self._timer = timer
        self._limits = limits
        self._ticks = ticks
        self._random = random.Random(seed)
        self.all: list[Round] = []
        self.runs = 0

    @property
    def kept(self) -> list[Round]:
        """Rounds that count."""
        return [r for r in self.all if not r.is_discarded]

    def warm_up(self) -> dict[str, Sample]:
        """One discarded run of every arm: page cache, lazily written files."""
        return {arm: self._sample(arm, seed=0) for arm in self._sessions}

    def run_one(self) -> Round:
        """One round.

        Raises:
            SampleFailed: A run of an arm failed.
            SandboxError: The sandbox failed.
        """
        seed = self._random.randrange(1, 2**32 - 1)
        order = list(self._sessions)
        self._random.shuffle(order)
        before = self._ticks()
        samples = {arm: self._sample(arm, seed=seed) for arm in order}
        steal = _steal_share(before, self._ticks())
        # At most half may go, or a machine under constant steal would never end: the rest then
        # stays in and the A/A control decides.
        discarded = sum(r.is_discarded for r in self.all)
        is_discarded = steal > MAX_STEAL and discarded < MAX_DISCARDED_SHARE * (len(self.all) + 1)
        self.all.append(
            Round(
                seed=seed,
                order=tuple(order),
                samples=samples,
                steal=steal,
                is_discarded=is_discarded,
            )
        )
        return self.all[-1]

    def _sample(self, arm: str, *, seed: int) -> Sample:
        self.runs += 1
        sample = self._timer.sample(self._sessions[arm], seed=seed, limits=self._limits)
        has_answer = sample.setup_s is None or sample.result.reply is not None
        if not sample.result.is_success or not has_answer:
            raise SampleFailed(arm, sample)
        return sample


def sample_rows(rounds: Rounds) -> tuple[dict[str, Any], ...]:
    """Raw samples as plain rows, one a round, for the evidence."""
    rows = []
    for number, done in enumerate(rounds.all):
        samples = {
            arm: {
                "wall_s": s.wall_s,
                "cpu_s": s.cpu_s,
                "peak_rss_bytes": s.peak_rss_bytes,
                "setup_s": s.setup_s,
                "setup_cpu_s": s.result.setup_cpu_s,
                "teardown_s": s.result.teardown_s,
                "teardown_cpu_s": s.result.teardown_cpu_s,
                "involuntary_switches": s.result.involuntary_switches,
                "leftover_processes": s.result.leftover_processes,
            }
            for arm, s in done.samples.items()
        }
        rows.append(
            {
                "round": number,
                "seed": done.seed,
                "order": list(done.order),
                "steal": done.steal,
                "is_discarded": done.is_discarded,
                "samples": samples,
            }
        )
    return tuple(rows)


@contextmanager
def off_the_timed_cores(cpus: tuple[int, ...] | None) -> Iterator[None]:
    """Keep our own process away from the cores that are timed."""
    before = os.sched_getaffinity(0)
    rest = before - set(cpus or ())
    if cpus is None or not rest:
        yield
        return
    os.sched_setaffinity(0, rest)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def deadline_in(seconds: float | None) -> float | None:
    """A point on the monotonic clock, or `None`."""
    return None if seconds is None else time.monotonic() + seconds


def _steal_share(before: tuple[int, int], after: tuple[int, int]) -> float:
    total = after[1] - before[1]
    return (after[0] - before[0]) / total if total > 0 else 0.0
