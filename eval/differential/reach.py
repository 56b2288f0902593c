"""Added lines that no compared call reaches, seen by making the calls once more under a tracer.

Made-up calls are traced only for the lines that the recorded ones miss: tracing is slow.
"""

from __future__ import annotations

from collections.abc import Sequence

from speedwright.eval.differential.bench import Bench
from speedwright.eval.differential.driving import replay
from speedwright.eval.differential.faults import CallUnderTest

CALL_S = 50.0

Lines = tuple[tuple[str, int], ...]


def missed_lines(
    bench: Bench, calls: Sequence[CallUnderTest], wanted: dict[str, list[int]]
) -> Lines | None:
    """Path and number of the wanted lines that no call reaches on the candidate.

    Returns:
        The lines; `None` if there is nothing to call or to reach.

    Raises:
        SandboxError: The sandbox failed.
    """
    if not calls or not wanted:
        return None
    batch, total_s = bench.batch(calls), bench.left_s / 2
    return replay(bench.candidate, batch, call_s=CALL_S, total_s=total_s, lines=wanted).missed


def still_missed(
    bench: Bench, calls: Sequence[CallUnderTest], missed: Lines | None
) -> Lines | None:
    """What is left of the missed lines once these calls were made too.

    Raises:
        SandboxError: The sandbox failed.
    """
    if not missed or not calls:
        return missed
    wanted: dict[str, list[int]] = {}
    for file, line in missed:
        wanted.setdefault(file, []).append(line)
    return missed_lines(bench, calls, wanted)
