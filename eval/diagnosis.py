"""The doctor's findings with the one that needs the judge: the noise floor."""

from __future__ import annotations

from dataclasses import replace

from speedwright.errors import SpeedwrightError
from speedwright.eval.judge.rounds import SampleFailed
from speedwright.eval.noise import noise_floor
from speedwright.sandbox.choose import choose_sandbox
from speedwright.sandbox.doctor import Check, Diagnosis, Status, diagnose

QUIET = 0.03


def diagnose_machine(*, has_noise: bool = True) -> Diagnosis:
    """Everything the sandbox's doctor knows, and the noise floor in the best sandbox here."""
    found = diagnose()
    if not has_noise:
        return found
    return replace(found, checks=(*found.checks, _noise()))


def _noise() -> Check:
    try:
        sandbox = choose_sandbox("auto").sandbox
        gate = noise_floor(sandbox)
    except (SpeedwrightError, SampleFailed) as error:
        return Check(
            name="noise floor",
            value=f"not measured: {str(error).splitlines()[0]}",
            status=Status.MISSING,
        )
    is_quiet = gate.contains_one and gate.noise_floor <= QUIET
    return Check(
        name="noise floor",
        value=f"{gate.noise_floor:.1%} over {gate.pairs} pairs of a 10 ms program in "
        f"{sandbox.name} (copy / base {gate.ratio:.3f})",
        status=Status.OK if is_quiet else Status.WARN,
        remedy="" if is_quiet else "close what else runs; gains below this need more pairs",
    )
