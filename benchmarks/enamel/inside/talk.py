"""What the parent says to a repetition and hears from it, on its own clock.

A process is given its inputs one at a time, the next one when the answer before is whole. How long
it takes from there until it says that it is ready is told as `gap_s`: what a program did there
would count.

Covers: a process that does not read its input or never says ready (given up), that says something
before it is asked (ended), that answers too much or too late.
"""

from __future__ import annotations

import os
import select
import time

from speedwright.benchmarks.enamel.inside.program import HEAD, SAID_BYTES, SIZE, STATUS

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from typing import Any

READY_S = 30.0
LONG_S = 1e9
CHUNK_BYTES = 1 << 20


def give(go: int, given: memoryview) -> bool:
    """Write an input; whether all of it was taken, which a program may refuse."""
    deadline_s = time.monotonic() + READY_S
    poll = select.poll()
    poll.register(go, select.POLLOUT)
    for view in (memoryview(SIZE.pack(len(given))), given):
        while view:
            try:
                view = view[os.write(go, view) :]
            except BlockingIOError:
                left_s = deadline_s - time.monotonic()
                if left_s <= 0 or not poll.poll(left_s * 1000 + 1):
                    return False
            except BrokenPipeError:
                return False
    return True


def come(go: int) -> bool:
    """Call a process to the core for timing; whether it is still there."""
    try:
        os.write(go, b"c")
    except BrokenPipeError:
        return False  # killed by the one before
    return True


def is_quiet(out: int) -> bool:
    """Whether there is nothing to be heard, not even an end."""
    poll = select.poll()
    poll.register(out, select.POLLIN)
    return not poll.poll(0)


def is_ready(out: int) -> bool:
    """Wait until it says that it has its input, and nothing else."""
    poll = select.poll()
    poll.register(out, select.POLLIN)
    return bool(poll.poll(READY_S * 1000)) and os.read(out, 1) == b"R"


def heard(go: int, out: int, limit_s: float, output_bytes: int) -> dict[str, Any]:
    """Go, and what came back until the output was whole or time was up."""
    poll = select.poll()
    poll.register(out, select.POLLIN)
    clock = time.monotonic
    head, length, pieces, count = b"", -1, [], 0
    start_s = clock()
    deadline_s = start_s + limit_s
    try:
        os.write(go, b"g")
    except BrokenPipeError:
        return ended("died", 0.0)
    while length < 0 or count < length:
        left_s = deadline_s - clock()
        if left_s <= 0 or not poll.poll(left_s * 1000 + 1):
            return ended("timed-out", clock() - start_s)
        if length < 0:
            data = os.read(out, HEAD.size - len(head))
            head += data
            if len(head) == HEAD.size:
                length = HEAD.unpack(head)[-1]
                if length > output_bytes:
                    return ended("too-large", clock() - start_s)
        else:
            data = os.read(out, min(length - count, CHUNK_BYTES))
            pieces.append(data)
            count += len(data)
        if not data:
            return ended("died", clock() - start_s)
    return answered(head, b"".join(pieces), clock() - start_s)


def ended(status: str, wall_s: float) -> dict[str, Any]:
    """A repetition without an output."""
    return {"status": status, "wall_s": wall_s, "flags": []}


def answered(head: bytes, payload: bytes, wall_s: float) -> dict[str, Any]:
    """A repetition that has said something; all but `wall_s` is the program's word."""
    status, is_patched, call_s, program_s, _ = HEAD.unpack(head)
    found = ended(STATUS.get(status, "raised"), wall_s)
    found["call_s"] = call_s if abs(call_s) < LONG_S else None
    found["program_s"] = program_s if abs(program_s) < LONG_S else None
    if is_patched:
        found["flags"].append("patched-clock")
    if found["status"] == "ok":
        found["output"] = payload
    else:
        found["said"] = payload[:SAID_BYTES].decode("utf-8", "replace")
    return found
