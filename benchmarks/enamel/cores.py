"""Which core is for timing, and which are free beside it.

Asked once, before anything is timed: while it is, our own process keeps off the timed core, and the
same question would have another answer.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from speedwright.eval.judge.boxes import timing_cpus


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """Cores of this machine by what they are for.

    Attributes:
        timed: The core for timing, `None` if there is one core for all.
        spare: The others; empty if there are none.
    """

    timed: tuple[int, ...] | None
    spare: tuple[int, ...]

    @classmethod
    def here(cls) -> Cores:
        """Of what this process may use."""
        timed = timing_cpus(is_parallel=False)
        spare = os.sched_getaffinity(0) - set(timed) if timed else ()
        return cls(timed=timed, spare=tuple(sorted(spare)))
