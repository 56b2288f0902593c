"""Counts the instructions of calls: this program and its children run under valgrind's callgrind.

Every call has a fresh process, as when it is timed; callgrind sets a child's counters to zero right
after the fork and writes a file when it ends. A blank function counted the same way stands for what
is not the call: reading the input, warming up, answering.

Covers: outputs are sent along, so a program that does less under an instrument is found out; a file
that a program wrote itself is not read, since callgrind's comes last.
Does not cover: children of the program, caches, waiting, the kernel.
"""

# pathlib would double the start-up time.
# ruff: noqa: PTH108, PTH123
from __future__ import annotations

import gc
import json
import os
import time
from types import CodeType
from typing import Any

from speedwright.benchmarks.enamel.inside import children, framing
from speedwright.benchmarks.enamel.inside.repetition import Repeater
from speedwright.benchmarks.enamel.inside.runner import prepared

TOTAL = b"totals: "
EXIT_S = 30.0
PAUSE_S = 0.002


def counted(code: CodeType, case: int, request: dict[str, Any]) -> dict[str, Any]:
    """One call in a fresh process: status, output, instructions (`None`: it did not end well)."""
    counts: list[int | None] = []

    def count(pid: int) -> None:
        is_whole = ends_by_itself(pid)
        counts.append(total(f"{request['folder']}/part.{pid}") if is_whole else None)

    found = Repeater(code, request["limit_s"], request).once(case, count)
    is_clean = found["status"] == "ok" and not found["flags"]
    found["instructions"] = counts[0] if is_clean else None
    return found


def ends_by_itself(pid: int) -> bool:
    """Wait until it has ended well, and leave it to be reaped."""
    until = time.monotonic() + EXIT_S
    while time.monotonic() < until:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None:
            return ended.si_code == os.CLD_EXITED and ended.si_status == 0
        time.sleep(PAUSE_S)
    return False


def total(path: str) -> int | None:
    """The number that callgrind wrote last."""
    try:
        with open(path, "rb") as file:
            lines = file.read().splitlines()
        os.unlink(path)
    except OSError:
        return None
    found = [line for line in lines if line.startswith(TOTAL)]
    return int(found[-1].split()[1]) if found else None


def count_apart(text: str, request: dict[str, Any]) -> tuple[list[Any], list[bytes]]:
    """Calls of one program in a process of its own, which alone holds its text."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            code, fault = prepared(request, text)
            send_counts(writer, code, fault, request)
        finally:
            os._exit(0)
    os.close(writer)
    said = framing.rest(reader)
    os.close(reader)
    os.waitpid(pid, 0)
    head, _, data = said.partition(b"\n")
    runs = json.loads(head or b"[]")
    outputs: list[bytes] = []
    for run in runs:
        size = run.pop("size")
        if size is not None:
            run["output"] = len(outputs)
            outputs.append(data[:size])
            data = data[size:]
    return runs, outputs


def send_counts(writer: int, code: CodeType | None, fault: str, request: dict[str, Any]) -> None:
    """Runs as one line of JSON, then their outputs."""
    runs: list[dict[str, Any]] = []
    outputs: list[bytes] = []
    for number in request["cases"]:
        found: dict[str, Any] = {"status": fault, "flags": []}
        if code is not None:
            found = counted(code, number, request)
        output = found.pop("output", None)
        found.update(case=number, size=None if output is None else len(output))
        outputs.append(output or b"")
        runs.append(found)
        if found["status"] != "ok":
            break
    framing.send(writer, json.dumps(runs).encode() + b"\n")
    for output in outputs:
        framing.send(writer, output)


def main() -> None:
    """Count a blank function, the reference if there is one, then the program."""
    request = framing.receive()
    children.protect()
    gc.disable()
    # After the prompt's own, so it is this one that is called; definitions count on both sides.
    blank = f"    pass\n\ndef {request['entry_point']}(*given, **named):\n    return None\n"
    head: dict[str, Any] = {"reference": []}
    head["blank"] = count_apart(blank, request)[0]
    if request["has_reference"]:
        head["reference"] = count_apart(framing.receive_part(), request)[0]
    head["runs"], outputs = count_apart(framing.receive_part(), request)
    framing.reply(head, outputs)
