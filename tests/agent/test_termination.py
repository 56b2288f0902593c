"""SIGTERM to a program that calls the library."""

import os
import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from speedwright.agent.optimize import _terminated_as_interrupt


@pytest.fixture(autouse=True)
def _handler_of_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_first_interrupts_and_a_second_would_end_the_process() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with pytest.raises(KeyboardInterrupt), _terminated_as_interrupt():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_handler_of_the_program_stays() -> None:
    seen: list[int] = []

    def own(number: int, frame: FrameType | None) -> None:
        seen.append(number)

    signal.signal(signal.SIGTERM, own)
    with _terminated_as_interrupt():
        os.kill(os.getpid(), signal.SIGTERM)
    assert seen == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is own
