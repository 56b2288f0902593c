"""Function calls that wait for their turn: ready, held by us, then the go."""

import threading
import time
from collections.abc import Callable

import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox import Call, Limits, ProcessResult, Session

HEAD = """
import os, struct, time
def take(count):
    data = b''
    while len(data) < count:
        part = os.read(3, count - len(data))
        if not part: raise SystemExit('no input')
        data += part
    return data
def reply(data): os.write(4, struct.pack('>Q', len(data)) + data)
def ready(): os.write(4, b'R')
def receive(): return take(struct.unpack('>Q', take(8))[0])
"""
HELD_S = 0.5


def call(code: str, *, data: bytes = b"input", **others: object) -> Call:
    return Call(argv=("python", "-c", HEAD + code), function_input=data, **others)  # type: ignore[arg-type]


def held(session: Session, asked: Call, seconds: float = HELD_S) -> tuple[ProcessResult, int]:
    """The result, and how often we were asked."""
    asks: list[None] = []

    def wait() -> None:
        asks.append(None)
        time.sleep(seconds)

    return session.run(asked, before_go=wait), len(asks)


def test_the_clock_starts_at_the_go(session: Session) -> None:
    result, asks = held(session, call("ready(); d = receive(); time.sleep(0.1); reply(d)"))
    assert (result.reply, asks) == (b"input", 1)
    assert 0.1 <= result.wall_s < HELD_S
    assert result.setup_s is not None and 0 < result.setup_s


def test_waiting_is_not_in_the_time_limit(session: Session) -> None:
    limits = Limits(wall_s=1.0)
    result, _ = held(session, call("ready(); reply(receive())", limits=limits), 1.5)
    assert result.is_success and result.reply == b"input"
    late = call("ready(); receive(); time.sleep(60)", limits=limits)
    assert held(session, late)[0].detail == "killed after 1 s"


def test_no_input_comes_before_the_go(session: Session) -> None:
    code = "import select; ready(); early = select.select([3], [], [], 0.3)[0]; receive()"
    result, _ = held(session, call(f"{code}; reply(str(early).encode())"))
    assert result.reply == b"[]"


def test_what_answers_before_the_go_is_refused(session: Session) -> None:
    result, asks = held(session, call("ready(); time.sleep(0.1); reply(b'x'); receive()"))
    assert (result.reply, asks) == (None, 1)
    assert result.detail == "replied before it had its input"


def test_what_answers_before_the_go_and_stays_is_killed(session: Session) -> None:
    code = "ready(); time.sleep(0.1); reply(b'x'); time.sleep(60)"
    result, _ = held(session, call(code, limits=Limits(wall_s=1.0)))
    assert (result.reply, result.detail) == (None, "killed after 1 s")


def test_what_ends_before_the_go_is_told_and_the_session_goes_on(session: Session) -> None:
    result, asks = held(session, call("ready(); time.sleep(0.1); os._exit(3)"))
    assert (result.exit_code, result.reply, asks) == (3, None, 1)
    assert result.detail == "ended before it was called"
    assert held(session, call("ready(); reply(receive())"))[0].reply == b"input"


def test_what_is_never_ready_is_not_waited_for(session: Session) -> None:
    result, asks = held(session, call("os._exit(3)"))
    assert (result.exit_code, asks) == (3, 0)
    assert result.detail == "ended before it was ready"


def test_a_function_call_has_a_stdin_too(session: Session) -> None:
    code = "import sys; got = sys.stdin.buffer.read(); ready(); reply(got + receive())"
    assert session.run(call(code, stdin=b"first, ")).reply == b"first, input"
    assert session.run(call(code)).reply == b"input"


def test_an_interrupted_wait_leaves_nothing_alive(opened: Callable[..., Session]) -> None:
    session = opened(Limits(wall_s=30.0))

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        session.run(call("ready(); reply(receive())"), before_go=interrupted)
    with pytest.raises(SandboxError, match="interrupted"):
        session.run(call("ready(); reply(receive())"))


def test_a_closed_session_ends_the_wait(opened: Callable[..., Session]) -> None:
    session = opened(Limits(wall_s=30.0))
    go_on = threading.Event()
    closer = threading.Timer(0.3, lambda: (session.close(), go_on.set()))
    closer.start()
    with pytest.raises(SandboxError):
        session.run(call("ready(); reply(receive())"), before_go=lambda: (go_on.wait(), None)[1])
    closer.join()


def test_a_command_begins_on_its_cores(session: Session) -> None:
    code = "ready(); receive(); reply(repr(sorted(os.sched_getaffinity(0))).encode())"
    cores = eval(session.run(call(code)).reply or b"[]")
    assert cores
    assert session.run(call(code, cpus=(cores[-1],))).reply == str([cores[-1]]).encode()
