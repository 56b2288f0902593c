"""How a program in the box talks to the supervisor: descriptor 3 in, descriptor 4 out.

What one prepares before it is ready comes on stdin.

The input comes from us and is marshalled; the reply is a marshalled head, which the other side
reads as foreign bytes (`values.py`), and raw parts, because parts of it come from code that nobody
trusts. Framing of a function call: `sandbox/supervisor/__init__.py`.

One of these programs is started for every problem. It imports little: json, re, enum and typing
took half of that, and every repetition copies what is loaded.
"""

from __future__ import annotations

import marshal
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STDIN, IN, OUT = 0, 3, 4
HEAD_VERSION = 2


def receive() -> Any:
    """Say ready and read the request, the first part of the input."""
    ready()
    return receive_part()


def ready() -> None:
    """Say ready, and wait for the go."""
    os.write(OUT, b"R")
    exactly(IN, 8)


def receive_part(source: int = IN) -> Any:
    """The next part of the input or of stdin, which our own harness has marshalled."""
    (size,) = struct.unpack(">Q", exactly(source, 8))
    return marshal.loads(exactly(source, size))


def rest(descriptor: int) -> bytes:
    """All there is to read."""
    pieces: list[bytes] = []
    while True:
        piece = os.read(descriptor, 1 << 20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def reply(head: dict[str, Any], parts: list[bytes]) -> None:
    """Send a head of plain data and binary parts."""
    head["sizes"] = [len(part) for part in parts]
    text = marshal.dumps(head, HEAD_VERSION)
    data = struct.pack(">I", len(text)) + text
    send(OUT, struct.pack(">Q", len(data) + sum(head["sizes"])) + data)
    for part in parts:
        send(OUT, part)


def exactly(descriptor: int, size: int) -> bytes:
    """Read exactly `size` bytes."""
    pieces, missing = [], size
    while missing:
        piece = os.read(descriptor, min(missing, 1 << 20))
        if not piece:
            raise SystemExit("the other end closed the channel")
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def send(descriptor: int, data: bytes) -> None:
    """Write all of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
