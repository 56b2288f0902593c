"""Outcomes that a script asked to be told of by exit code 1."""

from __future__ import annotations

from speedwright.cli.options import FailOn
from speedwright.errors import GateFailed

FAILS = {
    FailOn.REGRESSION: frozenset(
        {"slower", "incorrect", "rejected", "build_failed", "timed_out", "crashed"}
    ),
    FailOn.NO_IMPROVEMENT: frozenset(),
}


def check_gate(verdict: str, gate: FailOn | None) -> None:
    """Compare a verdict with the gate, if there is one.

    Raises:
        GateFailed: The verdict is one that the gate does not let pass.
    """
    if gate is None:
        return
    failed = verdict != "faster" if gate is FailOn.NO_IMPROVEMENT else verdict in FAILS[gate]
    if failed:
        raise GateFailed(f"the verdict is `{verdict}`, and `--fail-on {gate.value}` was asked")
