"""Which differences speak against a candidate, and which are only said.

A difference on a recorded call always counts, with five exceptions. A private function whose
callers or parameters changed with it: what it hands out is between them. The answer of a private
function that no public one of the target names: a framework finds such a hook by its name, and
tests, output and other calls compare what is made of the answer. Another type from a private
function that has a public caller. Floats no further apart than the base is from itself when its
inputs move in their last digit.

The fifth: what a module's function that also returns an answer leaves in an argument, where the
answer is the same and the base changes arguments too (on any of the calls). Elimination in place
and parsers that eat their input use it as working space, and a better algorithm leaves other
remains. It is said; what a caller reads of it shows in the tests, the output and the caller's own
calls. Memos are said too: private state of an argument that one side has filled and the other has
not yet. A function that returns nothing changes its argument on purpose, a method its object, and a
candidate may not begin to change what the base leaves alone.

A difference on a made-up call counts if the call is near the recorded ones (`slots.py`) and the
base returned or raised deliberately: by a `raise` statement of the target, or with a type seen in a
recorded call. An error the base runs into by accident promises nothing. On a private function with
a public caller the made-up calls may break what the caller ensures, so there they are only said.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from speedwright.eval.differential.changed_function import ChangedFunction
from speedwright.eval.differential.compare import (
    Difference,
    Kind,
    compare_outcomes,
    is_same,
)
from speedwright.eval.differential.shown import shown

MALFORMED = (IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError,
             AttributeError, struct.error)  # fmt: skip
ENDED = ("hung", "died")
ANSWERS = (Kind.VALUE, Kind.TYPE)


class Origin(StrEnum):
    """Where a call comes from."""

    RECORDED = "recorded"
    NEAR = "near"
    FAR = "far"


class Standing(StrEnum):
    """What came of comparing one call."""

    SAME = "same"
    FAULT = "fault"
    WARNING = "warning"
    NOTE = "note"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUnderTest:
    """One call with what is known of it.

    Attributes:
        function: Whose.
        text: Encoded.
        origin: Where it comes from.
        raised: Recorded calls: type name of what it raised then.
        seen_types: Types that recorded calls of the function raised.
    """

    function: ChangedFunction
    text: str
    origin: Origin
    raised: str | None = None
    seen_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found on one call; `ending`: `hung` or `died`, if the candidate did so."""

    standing: Standing
    said: str = ""
    ending: str = ""
    differences: tuple[Difference, ...] = ()


def why_dropped(call: CallUnderTest, first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """Why the base itself rules a call out; empty if it does not.

    Args:
        call: The call.
        first: Its outcome on the base.
        second: The same again, with other hashes.
    """
    kind = first["kind"]
    if kind == "unmade":
        return "arguments that cannot be rebuilt"
    if kind not in ("returned", "raised"):
        return (
            "the base does not finish them in time"
            if kind in ("hung", "skipped")
            else (f"the base: {first.get('why', kind)}")
        )
    if "unread" in first:
        return "results too large or too deep to be compared"
    if call.origin is Origin.RECORDED:
        raised = first["types"][0].rpartition(".")[2] if kind == "raised" else None
        if (raised is None) != (call.raised is None):
            return "they depend on more than their arguments"
    if second["kind"] != kind or not is_same(first, second):
        return "the base itself does not repeat them"
    return ""


def judge_call(
    call: CallUnderTest,
    base: Mapping[str, Any],
    candidate: Mapping[str, Any],
    *,
    uses_up: bool = False,
) -> Finding:
    """Compare one call of base and candidate; the candidate's answer is untrusted.

    Args:
        call: The call.
        base: Its outcome on the base.
        candidate: The same on the candidate.
        uses_up: Whether the base changes arguments of this function, on this call or another.
    """
    kind = candidate["kind"]
    if kind in ("skipped", "unmade"):
        return Finding(standing=Standing.DROPPED, said="the patched version did not get to them")
    if kind == "missing" and (call.function.is_gone or call.function.is_private):
        return Finding(standing=Standing.DROPPED, said=f"`{call.function.name}` is gone")
    try:
        found = compare_outcomes(base, candidate)
        arguments = _arguments(call.text)
    except MALFORMED as error:
        said = f"{call.function.shown}: its answer is malformed ({type(error).__name__})"
        return Finding(standing=Standing.FAULT, said=said)
    faults = tuple(d for d in found if d.is_fault)
    said = f"{call.function.shown}({arguments}): {(faults or found or _NONE)[0].said}"
    if not faults:
        standing = Standing.NOTE if found else Standing.SAME
        return Finding(standing=standing, said=said if found else "", differences=found)
    is_said_only = uses_up and _is_working_space(base, faults)
    counts = not is_said_only and _counts(call, base, faults)
    standing = Standing.FAULT if counts else Standing.WARNING
    ending = kind if kind in ENDED else ""
    return Finding(standing=standing, said=said, ending=ending, differences=faults)


_NONE = (Difference(kind=Kind.NOTE, said=""),)


def _counts(call: CallUnderTest, base: Mapping[str, Any], faults: tuple[Difference, ...]) -> bool:
    if call.function.is_contract_free:
        return False
    if call.function.is_private:
        if not call.function.has_public_caller and all(d.kind in ANSWERS for d in faults):
            return False
        if call.origin is not Origin.RECORDED or all(d.kind is Kind.TYPE for d in faults):
            return False
    if call.origin is Origin.RECORDED:
        return True
    if call.origin is Origin.FAR:
        return False
    if base["kind"] == "raised":
        return bool(base["is_meant"]) or base["types"][0].rpartition(".")[2] in call.seen_types
    return True


def uses_arguments_up(call: CallUnderTest, base: Mapping[str, Any]) -> bool:
    """Whether the base's function, no method, leaves other arguments than it was given."""
    if base["kind"] != "returned" or "unread" in base or "." in call.function.name:
        return False
    if "is_used_up" in base:  # of tables and tensors, which are written down in two ways
        return bool(base["is_used_up"])
    return bool(json.loads(call.text) != [base["args"], base["keywords"]])


def _is_working_space(base: Mapping[str, Any], faults: tuple[Difference, ...]) -> bool:
    """Whether only what is left in an argument differs, beside an answer that is the same."""
    if base["kind"] != "returned" or base.get("value") is None:
        return False
    return all(d.kind is Kind.MUTATION for d in faults)


def call_shown(call: CallUnderTest) -> str:
    """The call as people write it."""
    return f"{call.function.shown}({_arguments(call.text)})"


def _arguments(text: str) -> str:
    """An encoded call, for people."""
    args, keywords = json.loads(text)
    words = [shown(a) for a in args] + [f"{k}={shown(v)}" for k, v in keywords]
    return ", ".join(words)[:300]
