"""The frames of an attached stream, without an engine."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox.container import AttachWire

STDOUT, STDERR = 1, 2


@pytest.fixture
def ends() -> Iterator[tuple[AttachWire, socket.socket]]:
    ours, theirs = socket.socketpair()
    wire = AttachWire(ours.detach())
    with theirs:
        yield wire, theirs
    wire.close()


def soon() -> float:
    return time.monotonic() + 5


def frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


Ends = tuple[AttachWire, socket.socket]


def test_stdout_is_put_together_and_stderr_kept_apart(ends: Ends) -> None:
    wire, engine = ends
    engine.sendall(
        frame(STDOUT, b"ab") + frame(STDERR, b"trouble") + frame(STDOUT, b"") + frame(STDOUT, b"cd")
    )
    assert wire.receive(3, soon()) == b"abc"
    assert wire.receive(1, soon()) == b"d"
    assert wire.words == "trouble"


def test_what_is_sent_goes_out_unframed(ends: Ends) -> None:
    wire, engine = ends
    wire.send(b"\x00raw", soon())
    assert engine.recv(100) == b"\x00raw"


def test_end_of_the_stream_is_an_error(ends: Ends) -> None:
    wire, engine = ends
    engine.sendall(frame(STDOUT, b"abc")[:9])
    engine.shutdown(socket.SHUT_WR)
    with pytest.raises(SandboxError, match="ended"):
        wire.receive(3, soon())


def test_silence_ends_at_the_deadline(ends: Ends) -> None:
    wire, _ = ends
    with pytest.raises(SandboxError, match="in time"):
        wire.receive(1, time.monotonic() + 0.05)


def test_absurd_frame_is_refused_before_it_is_read(ends: Ends) -> None:
    wire, engine = ends
    engine.sendall(struct.pack(">BxxxL", STDOUT, 0xFFFFFFFF))
    with pytest.raises(SandboxError, match="4294967295"):
        wire.receive(1, soon())


def test_last_words_are_drained_and_bounded(ends: Ends) -> None:
    wire, engine = ends
    said = frame(STDERR, b"x" * 60_000) + frame(STDERR, b"y" * 20_000 + b"the end")
    with ThreadPoolExecutor(1) as threads:  # more than a socket holds
        sent = threads.submit(engine.sendall, said)
        sent.add_done_callback(lambda _: engine.shutdown(socket.SHUT_WR))
        wire.drain(5)
    assert wire.words.endswith("the end")
    assert len(wire.words) == 64 * 1024
