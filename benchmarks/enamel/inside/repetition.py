"""One repetition: a fresh process, forked from the trusted parent, gone when its answer is here.

Where there is a core to spare, the next repetition gets ready on it while this one is timed: it
unmarshals its input and then waits, having executed nothing of the program. It comes to the core
for timing, which it cannot leave (`confine.py`), when everything of the one before has ended.

Covers: endless loops, swallowed signals and alarms (killed from here), exits, forks and daemons
(found, killed, told), a patched clock (not ours), early answers, a program that reaches for the
next repetition (it can be neither looked into nor moved; killed, it is the program's own loss).
"""

from __future__ import annotations

import os
import select
import time

from speedwright.benchmarks.enamel.inside import children, framing
from speedwright.benchmarks.enamel.inside.confine import keeper
from speedwright.benchmarks.enamel.inside.program import HEAD, SAID_BYTES, STATUS, call

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from types import CodeType
    from typing import Any

READY_S = 30.0
LONG_S = 1e9
CHUNK_BYTES = 1 << 20


class Child:
    """A process that has not yet been told to go.

    Attributes:
        case: Index of its input.
        pid: The process.
        go: Where it is told to come, and to go.
        out: Where it says ready and answers.
    """

    __slots__ = ("case", "go", "out", "pid")

    def __init__(self, case: int, pid: int, go: int, out: int) -> None:
        self.case, self.pid, self.go, self.out = case, pid, go, out


class Repeater:
    """Repetitions of one program, one after the other.

    Args:
        code: The program.
        limit_s: When a repetition is killed.
        request: What the runner was asked.
        hidden: Descriptors of the runner that no repetition may have.
    """

    def __init__(
        self,
        code: CodeType,
        limit_s: float,
        request: dict[str, Any],
        *,
        hidden: tuple[int, ...] = (),
    ) -> None:
        self._code = code
        self._limit_s = limit_s
        self._request = request
        self._spare: list[int] = request["spare_cpus"]
        self._keep = keeper(request["filter"]) if self._spare else None
        self._waiting: list[Child] = []
        self._hidden = (framing.IN, framing.OUT, *hidden)

    def run(self, cases: Sequence[int]) -> Generator[dict[str, Any]]:
        """Status, times, flags, output of each; nothing is left when it ends or is closed."""
        todo = iter(cases)
        self._start(todo)
        try:
            while self._waiting:
                child = self._waiting.pop(0)
                found = self._called(child)
                self._end(child, found)
                self._start(todo)
                found["case"] = child.case
                yield found
        finally:
            while self._waiting:
                self._end(self._waiting.pop(0), {"flags": []})

    def once(self, case: int, before_end: Callable[[int], None]) -> dict[str, Any]:
        """A single repetition; `before_end` is told its process when a good answer is here."""
        child = self._child(case)
        found: dict[str, Any] = {"flags": []}
        try:
            found = self._called(child)
            if found["status"] == "ok":
                before_end(child.pid)
        finally:
            self._end(child, found)
        return found

    def _start(self, todo: Iterator[int]) -> None:
        wanted = 2 if self._spare else 1  # two ahead make no run faster
        while len(self._waiting) < wanted:
            case = next(todo, None)
            if case is None:
                return
            self._waiting.append(self._child(case))

    def _child(self, case: int) -> Child:
        go_reader, go_writer = os.pipe()
        out_reader, out_writer = os.pipe()
        children.widen(out_reader)
        pid = os.fork()
        if pid == 0:
            try:
                ends = [end for child in self._waiting for end in (child.go, child.out)]
                children.shed((*self._hidden, go_writer, out_reader, *ends))
                given = self._request["inputs"][case]
                call(self._code, given, self._request, go_reader, out_writer, self._keep)
            finally:
                os._exit(1)
        if self._spare:
            os.sched_setaffinity(pid, self._spare)
        os.close(go_reader)
        os.close(out_writer)
        return Child(case, pid, go_writer, out_reader)

    def _called(self, child: Child) -> dict[str, Any]:
        if self._spare:
            os.sched_setaffinity(child.pid, self._request["timing_cpus"])
        return heard(child.go, child.out, self._limit_s, self._request["output_bytes"])

    def _end(self, child: Child, found: dict[str, Any]) -> None:
        has_more = children.end(child.pid, {other.pid for other in self._waiting})
        os.close(child.go)
        os.close(child.out)
        if has_more:
            found["flags"].append("left-processes")


def heard(go: int, out: int, limit_s: float, output_bytes: int) -> dict[str, Any]:
    """Come, go, and what came back until the output was whole or time was up."""
    poll = select.poll()
    poll.register(out, select.POLLIN)
    try:
        os.write(go, b"c")
    except BrokenPipeError:
        return ended("died", 0.0)  # killed by the one before
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
