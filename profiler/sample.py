"""One timed run."""

from __future__ import annotations

from dataclasses import dataclass

from speedwright.sandbox import ProcessResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One fresh process, timed from outside.

    Attributes:
        wall_s: Seconds on the supervisor's monotonic clock.
        cpu_s: User and system seconds of everything it started.
        peak_rss_bytes: Largest resident set.
        setup_s: Import and `setup()` of a function workload, else `None`.
        output_sha256: Digest of the return value (function) or of stdout (command).
        seed: Seed of this sample (PYTHONHASHSEED; equal within a pair).
        result: Everything the sandbox reported.
    """

    wall_s: float
    cpu_s: float
    peak_rss_bytes: int
    setup_s: float | None
    output_sha256: str
    seed: int
    result: ProcessResult
