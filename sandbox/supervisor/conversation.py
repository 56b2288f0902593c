"""A function call's talk with its command: ready, go, reply (framing: this package's docstring)."""

from __future__ import annotations

import os
import select
import struct
import time

from speedwright.sandbox.supervisor.frames import Sink

CHUNK_BYTES = 256 << 10


class Conversation:
    """What came on descriptor 4 so far, and when.

    A `fault` is the command's breach of the protocol; from then on nothing is read, and the command
    runs to its own end or its time-out.
    """

    def __init__(self, keep: int) -> None:
        self.reply = Sink(keep)
        self.ready: float | None = None
        self.is_held = False
        self.went: float | None = None
        self.replied: float | None = None
        self.fault = ""
        self._head = b""
        self._length = 0

    @property
    def is_complete(self) -> bool:
        """Whether there is a whole reply to a well-behaved call."""
        return self.replied is not None and not self.fault

    def take(self, descriptor: int) -> bool:
        """Read once; false when there is nothing more to come. Raises BlockingIOError if empty."""
        if self.ready is None:
            self._take_ready(descriptor)
            return not self.fault
        if self.is_held:
            data = os.read(descriptor, 1)
            self.fault = "replied before it had its input" if data else "ended before it was called"
            return False
        is_head = len(self._head) < 8
        data = os.read(descriptor, 8 - len(self._head) if is_head else CHUNK_BYTES)
        if is_head:
            self._head += data
            if len(self._head) == 8:
                (self._length,) = struct.unpack(">Q", self._head)
                self._check()
        else:
            self.reply.feed(data)
            self._check()
        if not data and self.replied is None:
            self.fault = "ended before it had answered (it closed descriptor 4)"
        return bool(data) and not self.fault

    def _take_ready(self, descriptor: int) -> None:
        data = os.read(descriptor, 1)
        if data != b"R":
            self.fault = f"said {data!r} instead of ready" if data else "ended before it was ready"
            return
        early = select.poll()
        early.register(descriptor, select.POLLIN)
        if any(event & select.POLLIN for _, event in early.poll(0)):
            self.fault = "replied before it had its input"
            return
        self.ready = time.monotonic()

    def _check(self) -> None:
        if self.reply.count > self._length:
            self.fault = "wrote more than its reply"
        elif self.reply.count == self._length and self.replied is None:
            self.replied = time.monotonic()
