"""One repetition: a fresh process, forked from the trusted parent, that takes its cases in turn.

A process is called with each case of one level once and in a fixed order; the next repetition of
any case is in another process. It has one input at a time (`inputs.py`, `talk.py`). The first call,
the opening, is of a gate's case: it does not count, but what it takes more than the expert does.

Where there is a core to spare, the next repetition gets ready on it while this one is timed: it
unmarshals its first input and then waits, having executed nothing of the program. It comes to the
core for timing, which it cannot leave (`confine.py`), when everything of the one before has ended.

Covers: endless loops, swallowed signals and alarms (killed from here), exits, forks and daemons
(found, killed, told), threads and processes that go on between two cases (told), a patched clock
(not ours), early answers, a program that reaches for the next repetition (it can be neither looked
into nor moved; killed, it is the program's own loss). What fails after another case of its process
is seen again in a process of its own, so that no case fails for another's leavings.
"""

from __future__ import annotations

import os
import time

from speedwright.benchmarks.enamel.inside import children, framing, talk
from speedwright.benchmarks.enamel.inside.confine import keeper
from speedwright.benchmarks.enamel.inside.program import serve

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from types import CodeType
    from typing import Any

    Round = tuple[int | None, Sequence[int]]


class Child:
    """A process that has not yet been told to go.

    Attributes:
        calls: The case that opens it, if one does, and those that count.
        pid: The process.
        go: Where it is told to come, given inputs, and told to go.
        out: Where it says ready and answers.
    """

    __slots__ = ("calls", "go", "out", "pid")

    def __init__(self, calls: Round, pid: int, go: int, out: int) -> None:
        self.calls, self.pid, self.go, self.out = calls, pid, go, out


class Repeater:
    """Repetitions of one program, one after the other.

    Args:
        code: The program.
        limit_s: When a call is killed.
        request: What the runner was asked; its inputs as `Inputs`.
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
        self._noticed: list[str] = []

    def run(self, rounds: Sequence[Round]) -> Generator[list[dict[str, Any]]]:
        """Of every repetition its calls; nothing is left when it ends or is closed.

        A call: status, times, flags, output, its case, and what it opens if it does.
        """
        todo = iter(rounds)
        self._start(todo)
        try:
            while self._waiting:
                runs, rest = self._seen(self._waiting.pop(0))
                while rest:
                    more, rest = self._seen(self._child((None, rest)))
                    runs += more
                runs[-1]["flags"] += self._noticed
                self._noticed = []
                self._start(todo)
                yield runs
        finally:
            while self._waiting:
                self._end(self._waiting.pop(0))

    def once(self, case: int, before_end: Callable[[int], None]) -> dict[str, Any]:
        """A single call; `before_end` is told its process when a good answer is here."""
        child = self._child((None, [case]))
        try:
            (found,) = self._called(child)
            if found["status"] == "ok":
                os.close(child.go)
                child.go = -1
                before_end(child.pid)
        finally:
            has_more = self._end(child)
        if has_more:
            found["flags"].append("left-processes")
        return found

    def _start(self, todo: Iterator[Round]) -> None:
        wanted = 2 if self._spare else 1  # two ahead make no run faster
        while len(self._waiting) < wanted:
            calls = next(todo, None)
            if calls is None:
                return
            self._waiting.append(self._child(calls))

    def _child(self, calls: Round) -> Child:
        go_reader, go_writer = os.pipe()
        out_reader, out_writer = os.pipe()
        children.widen(go_writer)
        children.widen(out_reader)
        pid = os.fork()
        if pid == 0:
            try:
                ends = [end for child in self._waiting for end in (child.go, child.out)]
                children.shed((*self._hidden, go_writer, out_reader, *ends))
                serve(self._code, self._request, go_reader, out_writer, self._keep)
            finally:
                os._exit(1)
        if self._spare:
            os.sched_setaffinity(pid, self._spare)
        os.close(go_reader)
        os.close(out_writer)
        opening, cases = calls
        first = cases[0] if opening is None else opening
        talk.give(go_writer, self._request["inputs"].of(first))
        os.set_blocking(go_writer, False)
        return Child(calls, pid, go_writer, out_reader)

    def _seen(self, child: Child) -> tuple[list[dict[str, Any]], Sequence[int]]:
        """Calls of a process that has ended, and the cases that want one of their own."""
        runs: list[dict[str, Any]] = []
        try:
            runs = self._called(child)
        finally:
            has_more = self._end(child)
        if has_more:
            runs[-1]["flags"].append("left-processes")
        last = runs[-1]
        is_own = len(runs) == 1 or last["status"] == "timed-out"
        if last["status"] == "ok" or (is_own and "opens" not in last):
            return runs, []
        self._noticed += runs.pop()["flags"]
        return runs, child.calls[1][sum("opens" not in run for run in runs) :]

    def _called(self, child: Child) -> list[dict[str, Any]]:
        """Up to the first call that is not good."""
        if self._spare:
            os.sched_setaffinity(child.pid, self._request["timing_cpus"])
        opening, cases = child.calls
        fault = "" if talk.come(child.go) else "died"
        if not fault and not talk.is_ready(child.out):
            fault = "memory"  # the input alone did not fit
        if fault:
            return [{**talk.ended(fault, 0.0), "case": cases[0]}]
        order = cases if opening is None else (opening, *cases)
        runs: list[dict[str, Any]] = []
        alone, gap_s, since_s = children.threads(child.pid), 0.0, 0.0
        for place, case in enumerate(order):
            if place:
                fault = self._next(child, case)
                gap_s = time.monotonic() - since_s
            found = talk.ended(fault, 0.0) if fault else self._heard(child)
            since_s = time.monotonic()
            found["case"], found["gap_s"] = case, gap_s
            if opening is not None and not place:
                found["opens"] = cases[0]
            runs.append(found)
            if found["status"] != "ok":
                break
            if place + 1 < len(order) and children.goes_on(child.pid, alone):
                found["flags"].append("left-threads")
        return runs

    def _next(self, child: Child, case: int) -> str:
        """Give a process its next input; why not, if it does not take it."""
        is_given = talk.is_quiet(child.out) and talk.give(
            child.go, self._request["inputs"].of(case)
        )
        return "" if is_given and talk.is_ready(child.out) else "died"

    def _heard(self, child: Child) -> dict[str, Any]:
        return talk.heard(child.go, child.out, self._limit_s, self._request["output_bytes"])

    def _end(self, child: Child) -> bool:
        """Nothing is left of it when this returns; whether there was more than itself."""
        has_more = children.end(child.pid, {other.pid for other in self._waiting})
        if child.go >= 0:
            os.close(child.go)
        os.close(child.out)
        return has_more
