"""One command, from fork to the last orphan reaped."""

from __future__ import annotations

import math
import os
import select
import struct
import time
from typing import Any

from speedwright.sandbox.supervisor.conversation import CHUNK_BYTES, Conversation
from speedwright.sandbox.supervisor.family import Family
from speedwright.sandbox.supervisor.frames import Control, HarnessGone, Sink
from speedwright.sandbox.supervisor.inside import Box
from speedwright.sandbox.supervisor.kernel import descendants, widen
from speedwright.sandbox.supervisor.start import COMPLAINT, STAMP_BYTES, become, read_note

SETTLE_S = 0.05  # helpers that end because their parent did are not leftovers; they are timed
TEARDOWN_S = 5.0  # a function call's command has replied and should end

clock = time.monotonic


class Run:
    """A command that is being run.

    Args:
        box: Where.
        control: The harness.
        request: The header of the `run` frame.
        parts: Bytes for its stdin, and the input of a function call.
    """

    def __init__(
        self, box: Box, control: Control, request: dict[str, Any], parts: list[bytes]
    ) -> None:
        self.box, self.control, self.request = box, control, request
        self.stdin, self.input = parts
        self.wall_limit_s: float = request["wall_s"]
        keep = request["output_bytes"]
        self.out, self.err = Sink(keep), Sink(keep)
        self.talk = Conversation(keep)
        self.is_function = bool(request["function"])
        self.go_descriptor: int | None = None
        self.poll = select.poll()
        self.sources: dict[int, Any] = {}
        self.feeds: dict[int, memoryview] = {}
        self.outcome = self.detail = ""
        self.leftovers = 0
        self.started = 0.0
        self.last_heard = 0.0
        self.setup_cpu_s: float | None = None
        self.replied_cpu_s: float | None = None

    def start(self) -> bool:
        """Fork and exec; false if the program could not be started."""
        pipes = [os.pipe() for _ in range(5 if self.is_function else 3)]
        for reader, _ in pipes[3:]:
            widen(reader)
        theirs = [ends[0] if n in (0, 3) else ends[1] for n, ends in enumerate(pipes)]
        ours = [ends[1] if n in (0, 3) else ends[0] for n, ends in enumerate(pipes)]
        note_reader, note_writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            become(self.request, theirs, note_writer)
        self.family = Family(pid, self.box)
        for descriptor in (*theirs, note_writer):
            os.close(descriptor)
        note = read_note(note_reader)
        if len(note) != STAMP_BYTES:
            self.outcome = "not_started"
            self.detail = note.partition(COMPLAINT)[2].decode("utf-8", "replace")
            for descriptor in ours:
                os.close(descriptor)
            os.waitpid(pid, 0)
            return False
        (self.started,) = struct.unpack("d", note)
        self.deadline = self.started + self.wall_limit_s
        self._connect(ours)
        return True

    def _connect(self, ours: list[int]) -> None:
        for descriptor in ours:
            os.set_blocking(descriptor, False)
        self._listen(ours[1], self._output(self.out))
        self._listen(ours[2], self._output(self.err))
        self._give(ours[0], self.stdin)
        if self.is_function:
            self.go_descriptor = ours[3]
            self._listen(ours[4], self._answer)

    def finish(self, wake: int) -> None:
        """Serve the pipes until the command and everything it started is gone."""
        self.poll.register(wake, select.POLLIN)
        self.poll.register(self.control.reader, 0)  # only POLLHUP: the harness is dead
        while True:
            wait_s = self._next_deadline() - clock()
            for descriptor, event in self.poll.poll(max(0, math.ceil(wait_s * 1000))):
                self._serve(descriptor, event, wake)
            self.family.reap()
            if not self.family.is_alive:
                break
            written = self.out.count + self.err.count + self.talk.reply.count
            if written > self.request["flood_bytes"]:
                self.outcome, self.detail = "output_limit", f"{written} bytes of output"
            if self.outcome or clock() >= self._next_deadline():
                self._judge_end()
                self.family.kill(wake)
                break
        self._drain()

    def _serve(self, descriptor: int, event: int, wake: int) -> None:
        if descriptor == self.control.reader:
            if event & (select.POLLHUP | select.POLLERR):
                raise HarnessGone
            self._release()
        elif descriptor == wake:
            os.read(wake, 4096)
        elif descriptor in self.sources:
            self._read(descriptor)
        elif descriptor in self.feeds:
            self._write(descriptor)

    def _next_deadline(self) -> float:
        if self.family.status is None:
            return self.deadline
        return self.family.ended + SETTLE_S

    def _judge_end(self) -> None:
        """Why something is still alive and will be killed."""
        if self.family.status is not None:
            self.leftovers = max(1, len(descendants()))
        elif not self.outcome:
            self.outcome = "timed_out"
            self.detail = f"killed after {self.wall_limit_s:g} s"
            if self.talk.is_complete:
                self.detail = "replied but did not end by itself"

    def _drain(self) -> None:
        """What is still in the pipes; nobody can add to it any more."""
        for descriptor in list(self.sources):
            while descriptor in self.sources and self._read(descriptor):
                continue
        for descriptor in (*self.sources, *self.feeds):
            os.close(descriptor)
        self._withhold()

    # pipes

    def _listen(self, descriptor: int, take: Any) -> None:
        self.sources[descriptor] = take
        self.poll.register(descriptor, select.POLLIN)

    def _give(self, descriptor: int, data: bytes) -> None:
        self.feeds[descriptor] = memoryview(data)
        self.poll.register(descriptor, select.POLLOUT)
        self._write(descriptor)

    def _output(self, sink: Sink) -> Any:
        def take(descriptor: int) -> bool:
            data = os.read(descriptor, CHUNK_BYTES)
            sink.feed(data)
            if data:
                self.last_heard = clock()
            return bool(data)

        return take

    def _read(self, descriptor: int) -> bool:
        try:
            is_open = bool(self.sources[descriptor](descriptor))
        except BlockingIOError:
            return False
        if not is_open:
            self.poll.unregister(descriptor)
            del self.sources[descriptor]
            os.close(descriptor)
        return is_open

    def _write(self, descriptor: int) -> None:
        try:
            rest = self.feeds[descriptor]
            rest = rest[os.write(descriptor, rest[: 1 << 20]) :] if rest else rest
        except BlockingIOError:
            return
        except BrokenPipeError:
            rest = memoryview(b"")
        self.feeds[descriptor] = rest
        if not rest:
            self.poll.unregister(descriptor)
            del self.feeds[descriptor]
            os.close(descriptor)

    def _answer(self, descriptor: int) -> bool:
        """The next bytes of a function call's command, and what they set going."""
        talk = self.talk
        was_replied = talk.replied is not None
        if talk.ready is None:
            # It has said so and waits, or hung up; before the clock starts.
            self.setup_cpu_s = self.family.own_cpu_so_far()
        is_open = talk.take(descriptor)
        if talk.fault:
            self._withhold()
        elif talk.ready is not None and self.go_descriptor is not None and not talk.is_held:
            if self.request["held"]:
                self._hold()
            else:
                self._go(talk.ready)
        if talk.replied is not None and not was_replied:
            self.replied_cpu_s = self.family.own_cpu_so_far()
            self.deadline = talk.replied + min(TEARDOWN_S, self.wall_limit_s)
        return is_open

    def _hold(self) -> None:
        """The command is ready, and waits until the harness says go."""
        self.talk.is_held = True
        self.deadline = clock() + self.control.idle_s
        self.control.send({"op": "held"})
        self.poll.modify(self.control.reader, select.POLLIN)

    def _release(self) -> None:
        """Take the go; it is for a command that is no more, if that has ended meanwhile."""
        self.control.receive()
        self.poll.modify(self.control.reader, 0)
        self.talk.is_held = False
        if self.go_descriptor is None:
            self.deadline = clock() + self.wall_limit_s
        else:
            self._go(clock())

    def _go(self, start: float) -> None:
        """The clock has started: give the command its input."""
        target, self.go_descriptor = self.go_descriptor, None
        assert target is not None
        self.talk.went = start
        self.deadline = start + self.wall_limit_s
        self._give(target, struct.pack(">Q", len(self.input)) + self.input)

    def _withhold(self) -> None:
        """Close the way for the input if it was not used: the command will never get it."""
        if self.go_descriptor is not None:
            os.close(self.go_descriptor)
            self.go_descriptor = None

    def answer(self) -> None:
        """Send what happened."""
        if self.talk.is_held:
            self._release()
        header: dict[str, Any] = {"op": "result", **self._ending(), **self._talked()}
        header["stdout_bytes"] = self.out.count
        header["stderr_bytes"] = self.err.count
        header["stdout_sha256"] = self.out.digest.hexdigest()
        header["leftover_processes"] = self.leftovers
        header["cpu_s"] = self.family.cpu_s
        header["peak_rss_bytes"] = self.family.peak_rss_bytes
        header["involuntary_switches"] = self.family.involuntary_switches
        self.control.send(
            header, bytes(self.out.kept), bytes(self.err.kept), bytes(self.talk.reply.kept)
        )

    def _ending(self) -> dict[str, Any]:
        status = self.family.status
        ending = {"outcome": self.outcome, "exit_code": None, "signal": None, "wall_s": 0.0}
        if status is None:
            return ending
        if os.WIFEXITED(status):
            ending["exit_code"] = os.WEXITSTATUS(status)
        else:
            ending["signal"] = os.WTERMSIG(status)
        ending["outcome"] = self.outcome or ("exited" if os.WIFEXITED(status) else "signaled")
        ending["wall_s"] = self._end() - self.started
        return ending

    def _end(self) -> float:
        """When the last of them ended by itself; else the command's end, or what was said later."""
        family = self.family
        return max(family.ended, self.last_heard) if family.was_killed else family.all_ended

    def _talked(self) -> dict[str, Any]:
        """A function call's part of the answer; its times replace the command's."""
        talk = self.talk
        part: dict[str, Any] = {
            "setup_s": None if talk.ready is None else talk.ready - self.started,
            "setup_cpu_s": None if talk.ready is None else self.setup_cpu_s,
            "teardown_s": None,
            "teardown_cpu_s": None,
            "has_reply": talk.is_complete,
            "reply_bytes": talk.reply.count,
            "reply_sha256": talk.reply.digest.hexdigest() if talk.is_complete else "",
            "detail": self.detail or talk.fault,
        }
        if talk.is_complete and talk.went is not None and talk.replied is not None:
            part["wall_s"] = talk.replied - talk.went
            if self.family.status is not None:
                part["teardown_s"] = max(0.0, self._end() - talk.replied)
                end_s, then_s = self.family.own_cpu_s, self.replied_cpu_s
                if end_s is not None and then_s is not None:
                    part["teardown_cpu_s"] = max(0.0, end_s - then_s)
        return part
