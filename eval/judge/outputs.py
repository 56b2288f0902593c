"""Whether two outputs of a workload say the same.

Text is compared token by token: everything but floating-point numbers must be equal, and those
must agree to 1e-9 relative (1e-12 absolute near zero), since a faster sum may round differently.

Does not cover: outputs above the kept size, of which only digests are compared; equality of floats
within a program's own tolerance.
"""

from __future__ import annotations

import math
import re

from speedwright.eval.judge.rounds import BASE, CANDIDATE, Rounds
from speedwright.eval.verdict import Incorrect
from speedwright.profiler import Sample

FLOAT = re.compile(
    rb"(?<![\w.])[-+]?(?:\d+\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)"
)
REL_TOLERANCE = 1e-9
ABS_TOLERANCE = 1e-12
SHOWN = 120


def wrong_output(rounds: Rounds) -> Incorrect | None:
    """Outputs of timed runs are compared too: a fast wrong answer is no answer."""
    for done in rounds.all:
        base, candidate = done.samples[BASE], done.samples[CANDIDATE]
        if base.output_sha256 == candidate.output_sha256:
            continue
        said = difference(_output(base), _output(candidate))
        if said or _is_cut(base) or _is_cut(candidate):
            what = said or "the outputs differ beyond their first part"
            return Incorrect(reasons=(f"the workload's output differs {what}",))
    return None


def _output(sample: Sample) -> bytes:
    return sample.result.reply if sample.result.reply is not None else sample.result.stdout


def _is_cut(sample: Sample) -> bool:
    result = sample.result
    kept = len(_output(sample))
    return kept < (result.stdout_bytes if result.reply is None else result.reply_bytes)


def difference(base: bytes, candidate: bytes) -> str:
    """One sentence on the first difference, empty if the outputs agree."""
    if base == candidate:
        return ""
    base_text = FLOAT.split(base)
    candidate_text = FLOAT.split(candidate)
    if base_text != candidate_text:
        return _first_difference(base, candidate)
    pairs = zip(FLOAT.findall(base), FLOAT.findall(candidate), strict=True)
    for before, after in pairs:
        if not math.isclose(
            float(before), float(after), rel_tol=REL_TOLERANCE, abs_tol=ABS_TOLERANCE
        ):
            return f"a number differs: {before.decode()} on the base, {after.decode()} after it"
    return ""


def _first_difference(base: bytes, candidate: bytes) -> str:
    at = next(
        (i for i, (a, b) in enumerate(zip(base, candidate, strict=False)) if a != b),
        min(len(base), len(candidate)),
    )
    start = max(0, at - 20)
    return (
        f"at byte {at}: {_shown(base[start:])} on the base, {_shown(candidate[start:])} "
        "with the patch"
    )


def _shown(data: bytes) -> str:
    return ascii(data[:SHOWN].decode("utf-8", "replace"))
