"""Whether two outputs of a workload say the same.

Text is compared token by token: everything but floating-point numbers must be equal, and those
must agree to 1e-9 relative (1e-12 absolute near zero), since a faster sum may round differently.

Does not cover: outputs above the kept size, of which only digests are compared; equality of floats
within a program's own tolerance.
"""

from __future__ import annotations

import math
import re

FLOAT = re.compile(
    rb"(?<![\w.])[-+]?(?:\d+\.\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)"
)
REL_TOLERANCE = 1e-9
ABS_TOLERANCE = 1e-12
SHOWN = 120


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
