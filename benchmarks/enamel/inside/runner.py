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
import marshal
import os
import select
import time

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

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

READY_S = 30.0
LONG_S = 1e9
CHUNK_BYTES = 1 << 20


def repeat(
    code: CodeType,
    given: bytes,
    limit_s: float,
    request: dict[str, Any],
    before_end: Callable[[int], None] = lambda pid: None,
) -> dict[str, Any]:
    """One repetition in a fresh process: status, times, flags, output.

    `before_end` is told the process when its answer is here whole, and before it is killed.
    """
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
        if found["status"] == "ok":
            before_end(pid)
    finally:
        has_more = children.end(pid)
        os.close(go_writer)
        os.close(out_reader)
    if has_more:
        found["flags"].append("left-processes")
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


def run_plan(
    code: CodeType, plan: list[tuple[int, int]], limit_s: float, request: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Repetitions in order, up to the first that ends the sample; distinct outputs."""
    runs: list[dict[str, Any]] = []
    outputs: list[bytes] = []
    known: dict[tuple[int, bytes], int] = {}
    room = request["reply_bytes"]
    before = traces.fingerprint(request["watched"])
    for number, repetitions in plan:
        for _ in range(repetitions):
            found = repeat(code, request["inputs"][number], limit_s, request)
            after = traces.fingerprint(request["watched"])
            if after != before:
                found["flags"].append("left-state")
            before, found["case"] = after, number
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


def prepared(request: dict[str, Any], text: str) -> tuple[CodeType | None, str]:
    """A program's code, with the modules it names imported and little left for children to pay."""
    # Many a text only reads as Python where it continues the prompt.
    import_early(request["prompt"], text, f"{request['prompt']}\n{text}")
    found = compiled(request["prompt"], text, request["entry_point"])
    exec(WARM_UP, {})
    gc.collect()
    gc.freeze()
    return found


def run_reference(code: CodeType, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Of each level the first case in full, and those others whose first run takes longer.

    A level's time is that of its slowest case, and the largest of single runs would be too large.
    """
    limit_s = request["reference_limit_s"]

    def run(case: int, times: int) -> list[dict[str, Any]]:
        return run_plan(code, [(case, times)], limit_s, request)[0]

    runs: list[dict[str, Any]] = []
    for first, *others in request["reference_plan"]:
        found = run(*first)
        bar_s = sorted(own_s(each) for each in found)[len(found) // 2]
        for case, repetitions in others:
            once = run(case, 1)
            may_be_slower = own_s(once[0]) > bar_s
            found += once + (run(case, repetitions - 1) if may_be_slower else [])
        runs += found
    return runs


def own_s(run: dict[str, Any]) -> float:
    """What the program's own clock said; 0 if it said nothing."""
    return float(run.get("call_s") or 0.0)


def time_reference(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Runs of the reference, without its outputs.

    A process of its own reads the reference from the channel: this one, of which candidates are
    copies, never holds a byte of it.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            code, fault = prepared(request, framing.receive_part())
            runs = run_reference(code, request) if code else [{"status": fault}]
            framing.send(writer, marshal.dumps(runs))
        finally:
            os._exit(0)
    os.close(writer)
    said = framing.rest(reader)  # of our own code, which executes nothing of the reference
    os.close(reader)
    os.waitpid(pid, 0)
    runs = marshal.loads(said) if said else []
    for run in runs:
        run.pop("output", None)
    return list(runs)


def limit_from(runs: list[dict[str, Any]], request: dict[str, Any]) -> float:
    """When to kill: never before either clock's limit is passed, which the harness works out."""
    slowest_s = max([run.get("wall_s", 0.0) for run in runs])
    return float(request["timeout_factor"] * slowest_s + request["grace_s"])


def main() -> None:
    """Take the request, time the reference if there is one, then the program; answer."""
    request = framing.receive()
    children.protect()
    gc.disable()
    import_early(request["prompt"])  # once for the reference and the program
    head: dict[str, Any] = {"fault": "", "runs": [], "reference": []}
    outputs: list[bytes] = []
    limit_s = request["limit_s"]
    if request["reference_plan"]:
        head["reference"] = time_reference(request)
        if not head["reference"] or any(run["status"] != "ok" for run in head["reference"]):
            framing.reply(head, outputs)
            return
        limit_s = limit_from(head["reference"], request)
    code, head["fault"] = prepared(request, framing.receive_part())
    if code is not None:
        head["runs"], outputs = run_plan(code, request["plan"], limit_s, request)
    framing.reply(head, outputs)
