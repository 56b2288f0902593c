"""The harness's end of the wire against supervisors that die, hang or talk nonsense."""

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.errors import SandboxError
from speedwright.sandbox.channel import Channel, DescriptorWire, Frame, SupervisorRefused
from speedwright.sandbox.result import Outcome
from speedwright.sandbox.session import to_result


class Pair:
    """A channel, and the raw socket at its other end."""

    def __init__(self) -> None:
        ours, self.far = socket.socketpair()
        line = ours.detach()
        self.wire = DescriptorWire(line, line)
        self.channel = Channel(self.wire)

    def say(self, header: object, *parts: bytes) -> None:
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        self.far.sendall(struct.pack(">I", len(text)) + text + b"".join(parts))


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.wire.close()
    pair.far.close()


def test_answer_with_parts(pair: Pair) -> None:
    pair.say({"op": "ok", "sizes": [2, 0, 3]}, b"ab", b"cde")
    frame = pair.channel.ask({"op": "x"}, b"payload", timeout_s=5)
    assert frame.parts == (b"ab", b"", b"cde")
    (length,) = struct.unpack(">I", pair.far.recv(4))
    assert json.loads(pair.far.recv(length)) == {"op": "x", "sizes": [7]}
    assert pair.far.recv(100) == b"payload"


def test_refusal_is_its_own_error(pair: Pair) -> None:
    pair.say({"op": "error", "message": "no `x`", "sizes": []})
    with pytest.raises(SupervisorRefused, match="no `x`"):
        pair.channel.ask({"op": "x"}, timeout_s=5)


@pytest.mark.parametrize(
    "answer",
    [
        b"no json",
        b"\xff\xfe",
        [],
        {"op": "ok"},
        {"op": "ok", "sizes": 3},
        {"op": "ok", "sizes": [-1]},
        {"op": "ok", "sizes": [True]},
        {"op": "ok", "sizes": [1 << 40]},
        {"op": "ok", "sizes": ["2"]},
        {"op": "party", "sizes": []},
        {"sizes": []},
    ],
)
def test_nonsense_is_a_sandbox_error(pair: Pair, answer: object) -> None:
    pair.say(answer)
    with pytest.raises(SandboxError):
        pair.channel.ask({"op": "x"}, timeout_s=5)


def test_absurd_length_is_refused_unread(pair: Pair) -> None:
    pair.far.sendall(b"\xff\xff\xff\xff")
    with pytest.raises(SandboxError, match="header of"):
        pair.channel.ask({"op": "x"}, timeout_s=5)


def test_silence_ends_at_the_deadline(pair: Pair) -> None:
    start = time.monotonic()
    with pytest.raises(SandboxError, match="in time"):
        pair.channel.ask({"op": "x"}, timeout_s=0.2)
    assert 0.1 < time.monotonic() - start < 10


def test_trickle_ends_at_the_deadline(pair: Pair) -> None:
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.05):
            pair.far.send(b"\0")

    thread = threading.Thread(target=trickle)
    pair.far.sendall(struct.pack(">I", 1000))
    thread.start()
    with pytest.raises(SandboxError, match="in time"):
        pair.channel.ask({"op": "x"}, timeout_s=0.5)
    stop.set()
    thread.join()


def test_far_end_that_does_not_read_ends_at_the_deadline(pair: Pair) -> None:
    with pytest.raises(SandboxError, match="in time"):
        pair.channel.ask({"op": "x"}, b"x" * (16 << 20), timeout_s=0.3)


def test_death_is_told_at_once(pair: Pair) -> None:
    pair.far.close()
    with pytest.raises(SandboxError, match=r"gone|ended"):
        pair.channel.ask({"op": "x"}, timeout_s=30)


@pytest.mark.parametrize("hello", [{"op": "hello", "protocol": 99, "sizes": []}, {"sizes": []}])
def test_wrong_greeting_is_refused(pair: Pair, hello: object) -> None:
    pair.say(hello)
    with pytest.raises(SandboxError, match="instead of a greeting"):
        pair.channel.greet({}, timeout_s=5)


def test_closing_wakes_a_waiting_thread(pair: Pair) -> None:
    failures: list[SandboxError] = []

    def wait() -> None:
        try:
            pair.channel.ask({"op": "x"}, timeout_s=60)
        except SandboxError as error:
            failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.2)
    pair.channel.close()
    thread.join(20)
    assert len(failures) == 1


def test_threads_take_turns(pair: Pair) -> None:
    def serve() -> None:
        stream = pair.far.makefile("rb")
        for _ in range(20):
            (length,) = struct.unpack(">I", stream.read(4))
            header = json.loads(stream.read(length))
            time.sleep(0.005)
            pair.say({"op": "ok", "sizes": [1]}, bytes([header["n"]]))

    server = threading.Thread(target=serve)
    server.start()
    with ThreadPoolExecutor(4) as pool:
        frames = list(pool.map(lambda n: pair.channel.ask({"n": n}, timeout_s=30), range(20)))
    server.join()
    assert [frame.parts[0] for frame in frames] == [bytes([n]) for n in range(20)]


def test_answer_to_an_interrupted_call_is_never_taken_for_another(pair: Pair) -> None:
    class Interrupted(DescriptorWire):
        is_armed = True

        def receive(self, count: int, deadline: float) -> bytes:
            if self.is_armed:
                self.is_armed = False
                raise KeyboardInterrupt
            return super().receive(count, deadline)

    line = os.dup(pair.far.fileno())
    wire = Interrupted(line, line)
    channel = Channel(wire)
    with pytest.raises(KeyboardInterrupt):
        channel.ask({"op": "one"}, timeout_s=5)
    with pytest.raises(SandboxError, match="interrupted"):
        channel.ask({"op": "two"}, timeout_s=5)
    wire.close()


def test_closed_channel_says_so(pair: Pair) -> None:
    pair.channel.close()
    pair.channel.close()
    with pytest.raises(SandboxError, match="closed"):
        pair.channel.ask({"op": "x"}, timeout_s=5)


def test_pipes_will_do_as_well() -> None:
    (there, here), (back, far) = os.pipe(), os.pipe()
    wire = DescriptorWire(back, here)
    os.write(far, b"abc")
    assert wire.receive(3, time.monotonic() + 5) == b"abc"
    wire.send(b"def", time.monotonic() + 5)
    assert os.read(there, 10) == b"def"
    os.close(there)
    with pytest.raises(SandboxError, match="gone"):
        wire.send(b"x", time.monotonic() + 5)
    os.close(far)
    with pytest.raises(SandboxError, match="ended"):
        wire.receive(1, time.monotonic() + 5)
    wire.close()


HEADER = {
    "outcome": "exited",
    "exit_code": 0,
    "signal": None,
    "stdout_bytes": 0,
    "stderr_bytes": 0,
    "stdout_sha256": "",
    "wall_s": 1.0,
    "cpu_s": 1.0,
    "peak_rss_bytes": 1,
    "leftover_processes": 0,
    "involuntary_switches": 0,
    "setup_s": None,
    "setup_cpu_s": None,
    "teardown_s": None,
    "teardown_cpu_s": None,
    "has_reply": False,
    "reply_bytes": 0,
    "reply_sha256": "",
    "detail": "",
}


@pytest.mark.parametrize(
    ("changes", "has_oom", "expected"),
    [
        ({}, False, Outcome.EXITED),
        ({"outcome": "signaled", "exit_code": None, "signal": 9}, False, Outcome.SIGNALED),
        ({"outcome": "signaled", "exit_code": None, "signal": 9}, True, Outcome.OUT_OF_MEMORY),
        ({"exit_code": 1}, True, Outcome.OUT_OF_MEMORY),
        ({"exit_code": 0}, True, Outcome.EXITED),
        ({"outcome": "timed_out", "signal": 9}, True, Outcome.TIMED_OUT),
    ],
)
def test_what_memory_has_to_do_with_it(
    changes: dict[str, object], has_oom: bool, expected: Outcome
) -> None:
    frame = Frame(header={**HEADER, **changes}, parts=(b"", b"", b""))
    result = to_result(frame, has_oom=has_oom)
    assert result.outcome is expected
    assert ("memory" in result.detail) == has_oom


@given(
    st.dictionaries(st.sampled_from(sorted(HEADER)), st.none() | st.text() | st.integers()),
    st.lists(st.binary(), max_size=4),
)
def test_malformed_results_are_sandbox_errors(
    changes: dict[str, object], parts: list[bytes]
) -> None:
    try:
        to_result(Frame(header={**HEADER, **changes}, parts=tuple(parts)), has_oom=False)
    except SandboxError:
        return
    assert len(parts) == 3
