"""Whether two floats differ by no more than the base's own rounding.

The base is called again with every float of the arguments moved by one unit in the last place; a
candidate no further from the base than sixteen times the base is then from itself has only rounded
differently. A sum that cancels may so differ in its first digits, a product may not.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from speedwright.eval.differential.compare import Difference, Kind, compare_outcomes
from speedwright.eval.differential.document import call_documents, walk

TRIES = 4
ROOM = 16

Again = Callable[[Sequence[str]], Sequence[dict[str, Any]]]


def is_rounding(
    differences: Sequence[Difference], again: Again, text: str, base: dict[str, Any]
) -> bool:
    """Whether all differences are of floats, and small against the base's own error.

    Args:
        differences: Of the call.
        again: Calls the base with other encoded arguments.
        text: The call's own, encoded.
        base: Its outcome on the base.
    """
    if not differences or any(d.kind is not Kind.FLOAT for d in differences):
        return False
    moved = [t for t in (_moved(text, seed) for seed in range(TRIES)) if t != text]
    if not moved:
        return False
    own = 0.0
    for outcome in again(moved):
        if outcome["kind"] != "returned" or "unread" in outcome:
            continue
        found = compare_outcomes(base, outcome)
        own = max([own, *(d.absolute_error for d in found if d.kind is Kind.FLOAT)])
    return max(d.absolute_error for d in differences) <= ROOM * own


def _moved(text: str, seed: int) -> str:
    call = json.loads(text)
    draw = random.Random(seed)
    for node in walk(call_documents(call)):
        if type(node) is list and node[0] == "f":
            value = float.fromhex(node[1])
            if math.isfinite(value):
                node[1] = math.nextafter(value, draw.choice((-math.inf, math.inf))).hex()
    return json.dumps(call, separators=(",", ":"))
