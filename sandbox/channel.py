"""The harness's end of the wire to a supervisor: frames out, checked frames in, deadlines.

Covers: a box that dies, hangs or sends nonsense (each is a `SandboxError`), caps on every size.
Does not cover: ending the box; whoever holds the channel does that after an error.
"""

from __future__ import annotations

import json
import os
import select
import socket
import stat
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from speedwright.errors import SandboxError
from speedwright.sandbox.limits import MIB

PROTOCOL = 1
MAX_HEADER_BYTES = 16 * MIB
MAX_PART_BYTES = 1024 * MIB
CHUNK_BYTES = MIB
CLOSE_S = 5.0


class Wire(Protocol):
    """Bytes to and from a supervisor; a deadline is a `time.monotonic()` value."""

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of it. Raises `SandboxError` when the other end is gone or too slow."""

    def receive(self, count: int, deadline: float) -> bytes:
        """Exactly that many bytes. Raises `SandboxError` likewise."""

    def close(self) -> None:
        """Close both directions, which tells the supervisor to end everything; twice is safe."""


class DescriptorWire:
    """A wire over two descriptors (pipes, or one socket for both), which it owns.

    With a socket it may be closed by another thread than the one that waits on it: that one then
    gets its `SandboxError` at once.

    Args:
        reader: What the supervisor says arrives here.
        writer: What it is told goes here; may be the same number.
    """

    def __init__(self, reader: int, writer: int) -> None:
        self._reader = reader
        self._writer = writer
        self._is_closed = False
        self._use = threading.Lock()
        for descriptor in (reader, writer):
            os.set_blocking(descriptor, False)

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of it before the deadline."""
        view = memoryview(data)
        while view:
            with self._use:
                self._wait(self._writer, select.POLLOUT, deadline)
                try:
                    view = view[os.write(self._writer, view[:CHUNK_BYTES]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise SandboxError("the sandbox's supervisor is gone") from error

    def receive(self, count: int, deadline: float) -> bytes:
        """Exactly that many bytes before the deadline."""
        found = bytearray()
        while len(found) < count:
            with self._use:
                self._wait(self._reader, select.POLLIN, deadline)
                try:
                    data = os.read(self._reader, min(count - len(found), CHUNK_BYTES))
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise SandboxError("the sandbox's supervisor is gone") from error
            if not data:
                raise SandboxError("the sandbox's supervisor ended in the middle of its work")
            found += data
        return bytes(found)

    def close(self) -> None:
        """Close both descriptors once."""
        if self._is_closed:
            return
        self._is_closed = True
        if stat.S_ISSOCK(os.fstat(self._writer).st_mode):
            # The family does not matter to a shutdown, and naming one saves asking for it.
            twin = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=os.dup(self._writer))
            with twin, suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits
        is_free = self._use.acquire(timeout=CLOSE_S)
        for descriptor in {self._reader, self._writer}:
            os.close(descriptor)
        if is_free:
            self._use.release()

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        if self._is_closed:
            raise SandboxError("the sandbox session is closed")
        ready = select.poll()
        ready.register(descriptor, event)
        if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise SandboxError("the sandbox's supervisor did not answer in time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message: a JSON object and binary parts."""

    header: Mapping[str, Any]
    parts: tuple[bytes, ...] = ()


class Channel:
    """Request and answer over a wire, one at a time whichever thread asks.

    Args:
        wire: Connected to a supervisor that was just started.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._turn = threading.Lock()
        self._is_in_step = True

    def greet(self, setup: Mapping[str, Any], *, timeout_s: float) -> str:
        """Wait for the supervisor, configure it, and return its Python version.

        Raises:
            SandboxError: It did not come up, or is another program than ours.
        """
        deadline = time.monotonic() + timeout_s
        hello = self._receive(deadline).header
        if hello.get("op") != "hello" or hello.get("protocol") != PROTOCOL:
            raise SandboxError(f"the box answered with `{str(hello)[:100]}` instead of a greeting")
        self._send({"op": "setup", **setup}, (), deadline)
        self._answer(deadline)
        return str(hello.get("python", ""))

    def ask(
        self,
        header: Mapping[str, Any],
        *parts: bytes,
        timeout_s: float,
        before_go: Callable[[], None] | None = None,
    ) -> Frame:
        """Send a request and wait for its answer.

        Args:
            header: The request.
            parts: Its binary parts.
            timeout_s: For the answer; counted anew from the go.
            before_go: Called when the supervisor says `held`; it is told `go` afterwards.

        Raises:
            SandboxError: The supervisor refused, died, or was too slow.
        """
        with self._turn:
            if not self._is_in_step:  # else the answer to an abandoned request would be taken
                raise SandboxError("an earlier call of this session was interrupted")
            self._is_in_step = False
            deadline = time.monotonic() + timeout_s
            self._send(header, parts, deadline)
            try:
                frame = self._answer(deadline)
                if frame.header["op"] == "held" and before_go is not None:
                    before_go()
                    deadline = time.monotonic() + timeout_s
                    self._send({"op": "go"}, (), deadline)
                    frame = self._answer(deadline)
            except SupervisorRefused:
                self._is_in_step = True
                raise
            self._is_in_step = True
            return frame

    def close(self) -> None:
        """Hang up; the supervisor then ends everything inside."""
        self._wire.close()

    def _send(self, header: Mapping[str, Any], parts: tuple[bytes, ...], deadline: float) -> None:
        text = json.dumps({**header, "sizes": [len(part) for part in parts]}).encode()
        if len(text) > MAX_HEADER_BYTES:
            raise SandboxError(f"a command line and environment of `{len(text)}` bytes is too long")
        self._wire.send(struct.pack(">I", len(text)) + text, deadline)
        for part in parts:
            self._wire.send(part, deadline)

    def _answer(self, deadline: float) -> Frame:
        frame = self._receive(deadline)
        match frame.header.get("op"):
            case "ok" | "result" | "held":
                return frame
            case "error":
                raise SupervisorRefused(str(frame.header.get("message", "")))
            case other:
                raise SandboxError(f"the supervisor sent `{str(other)[:100]}`")

    def _receive(self, deadline: float) -> Frame:
        (length,) = struct.unpack(">I", self._wire.receive(4, deadline))
        if length > MAX_HEADER_BYTES:
            raise SandboxError(f"the supervisor announced a header of `{length}` bytes")
        try:
            header = json.loads(self._wire.receive(length, deadline))
        except ValueError as error:
            raise SandboxError("the supervisor sent no JSON") from error
        sizes = header.get("sizes") if isinstance(header, dict) else None
        if not isinstance(sizes, list) or not all(_is_size(size) for size in sizes):
            raise SandboxError("the supervisor sent a malformed frame")
        parts = tuple(self._wire.receive(size, deadline) for size in sizes)
        return Frame(header=header, parts=parts)


class SupervisorRefused(SandboxError):
    """The supervisor is well and answered with an error; the session can go on."""


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_PART_BYTES
