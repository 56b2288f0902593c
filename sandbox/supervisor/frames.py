"""The supervisor's end of the wire, and streams that are kept only in part."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import select
import struct
from typing import Any

MAX_HEADER_BYTES = 16 << 20


class Refused(Exception):
    """A request that is answered with an error frame."""


class HarnessGone(BaseException):
    """Nobody listens any more: everything ends. No ordinary handler may swallow it."""


class Control:
    """The two descriptors to the harness, and the frames on them."""

    def __init__(self) -> None:
        self.reader = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 100)
        self.writer = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 100)
        null = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 3, 4):  # 3 and 4 stay taken, so that no pipe of ours gets them
            if number != null:
                os.dup2(null, number, inheritable=False)
        self.idle_s = 60.0

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """The next request; ends the program when the harness is gone or silent for too long."""
        ready = select.poll()
        ready.register(self.reader, select.POLLIN)
        if not ready.poll(self.idle_s * 1000):
            raise HarnessGone
        (length,) = struct.unpack(">I", self._exactly(4))
        if length > MAX_HEADER_BYTES:
            raise HarnessGone
        header = json.loads(self._exactly(length))
        return header, [self._exactly(size) for size in header.get("sizes", [])]

    def send(self, header: dict[str, Any], *parts: bytes) -> None:
        """Answer with one frame."""
        header["sizes"] = [len(part) for part in parts]
        text = json.dumps(header).encode()
        try:
            for data in (struct.pack(">I", len(text)) + text, *parts):
                view = memoryview(data)
                while view:
                    view = view[os.write(self.writer, view) :]
        except OSError:
            raise HarnessGone from None

    def _exactly(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            try:
                data = os.read(self.reader, min(count - len(found), 1 << 20))
            except OSError:
                raise HarnessGone from None
            if not data:
                raise HarnessGone
            found += data
        return bytes(found)


class Sink:
    """A stream of which the beginning is kept and all is counted and hashed."""

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.kept = bytearray()
        self.count = 0
        self.digest = hashlib.sha256()

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        room = self.keep - len(self.kept)
        if room > 0:
            self.kept += data[:room]
        self.count += len(data)
        self.digest.update(data)
