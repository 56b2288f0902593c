"""Outcomes that a script asked to be told of by exit code 1."""

from __future__ import annotations

from speedwright.cli.options import FailOn
from speedwright.errors import GateFailed

REGRESSIONS = frozenset({"slower", "incorrect", "rejected", "build_failed", "timed_out", "crashed"})


def check_gate(verdict: str, gate: FailOn | None, *, is_found: bool | None = None) -> None:
    """Compare a verdict with the gate, if there is one.

    Args:
        verdict: The judge's word.
        gate: What the user asked for.
        is_found: Whether the improvement is the one asked for; by default, any `faster` is.

    Raises:
        GateFailed: The verdict is one that the gate does not let pass.
    """
    if gate is None:
        return
    is_gain = verdict == "faster" if is_found is None else is_found
    failed = not is_gain if gate is FailOn.NO_IMPROVEMENT else verdict in REGRESSIONS
    if failed:
        raise GateFailed(f"the verdict is `{verdict}`, and `--fail-on {gate.value}` was asked")
