"""Times one program: a fresh process for every repetition, forked from this trusted parent.

The parent compiles the program and executes nothing of it. For each repetition a child unmarshals
the input *before* a line of the program has run, says ready, waits for the go byte, executes
definitions and call, and sends status, its own clock's reading and the marshalled output. The
parent's clock runs from the go byte to the last byte of the output.

Covers: endless loops, swallowed signals and alarms (killed from here), exits, forks and daemons
(found, killed, told), state left in files, System V objects, this process's limits or priority
(compared before and after each repetition, told), a patched clock (not ours), early answers.
Does not cover: kernel objects beside those; isolation from the machine, which is the box's.
"""

from __future__ import annotations

import gc
import os
import select
import time
from types import CodeType
from typing import Any

from speedwright.benchmarks.enamel.inside import children, framing, traces
from speedwright.benchmarks.enamel.inside.program import (
    HEAD,
    SAID_BYTES,
    STATUS,
    WARM_UP,
    call,
    compiled,
    import_early,
)

READY_S = 30.0
LONG_S = 1e9
CHUNK_BYTES = 1 << 20


def repeat(code: CodeType, given: bytes, limit_s: float, request: dict[str, Any]) -> dict[str, Any]:
    """One repetition in a fresh process: status, times, flags, output."""
    before = traces.fingerprint(request["watched"])
    go_reader, go_writer = os.pipe()
    out_reader, out_writer = os.pipe()
    children.widen(out_reader)
    pid = os.fork()
    if pid == 0:
        try:
            children.shed((framing.IN, framing.OUT, go_writer, out_reader))
            call(code, given, request["memory_bytes"], go_reader, out_writer)
        finally:
            os._exit(1)
    os.close(go_reader)
    os.close(out_writer)
    try:
        found = heard(go_writer, out_reader, limit_s, request["output_bytes"])
    finally:
        has_more = children.end(pid)
        os.close(go_writer)
        os.close(out_reader)
    if has_more:
        found["flags"].append("left-processes")
    if traces.fingerprint(request["watched"]) != before:
        found["flags"].append("left-state")
    return found


def heard(go: int, out: int, limit_s: float, output_bytes: int) -> dict[str, Any]:
    """Go, and what came back until the output was whole or time was up."""
    poll = select.poll()
    poll.register(out, select.POLLIN)
    if not poll.poll(READY_S * 1000) or os.read(out, 1) != b"R":
        return {"status": "memory", "flags": []}  # the input alone did not fit
    clock = time.monotonic
    head, length, pieces, count = b"", -1, [], 0
    start_s = clock()
    deadline_s = start_s + limit_s
    os.write(go, b"g")
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


def run_plan(code: CodeType, request: dict[str, Any]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Repetitions in order, up to the first that ends the sample; distinct outputs."""
    runs: list[dict[str, Any]] = []
    outputs: list[bytes] = []
    known: dict[tuple[int, bytes], int] = {}
    room = request["reply_bytes"]
    for number, repetitions in request["plan"]:
        for _ in range(repetitions):
            found = repeat(code, request["inputs"][number], request["limits"][number], request)
            found["case"] = number
            output = found.pop("output", None)
            if output is not None:
                place = known.setdefault((number, output), len(outputs))
                if place == len(outputs):
                    outputs.append(output)
                    room -= len(output)
                found["output"] = place
            runs.append(found)
            if found["status"] != "ok" or room < 0:
                return runs, outputs
    return runs, outputs


def main() -> None:
    """Take the request, compile, run, answer."""
    request = framing.receive()
    children.protect()
    gc.disable()
    import_early(request["prompt"], request["code"])
    code, fault = compiled(request["prompt"], request["code"], request["entry_point"])
    if code is None:
        framing.reply({"fault": fault, "runs": []}, [])
        return
    exec(WARM_UP, {})
    gc.collect()
    gc.freeze()
    runs, outputs = run_plan(code, request)
    framing.reply({"fault": "", "runs": runs}, outputs)
