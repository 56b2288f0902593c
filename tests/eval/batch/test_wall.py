"""The wall limit of a task: it ends what would not end, and leaves nothing behind."""

import signal
import threading
import time

import pytest

from speedwright.eval.batch.wall import WallLimitReached, wall_limit


def test_it_ends_what_does_not_end() -> None:
    begun_s = time.monotonic()
    with pytest.raises(WallLimitReached), wall_limit(0.2):
        while True:
            try:
                time.sleep(30)
            except Exception:  # noqa: BLE001  # as careless code does
                continue
    assert time.monotonic() - begun_s < 20


def test_who_used_the_timer_before_goes_on_with_it() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
    timer = signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with wall_limit(60.0):
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
        end_s = time.monotonic() + 20
        while not heard and time.monotonic() < end_s:
            time.sleep(0.01)
        assert heard == [1]
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)


def test_no_limit_and_other_threads_are_left_alone() -> None:
    handler = signal.getsignal(signal.SIGALRM)
    with wall_limit(None):
        assert signal.getsignal(signal.SIGALRM) is handler
    said: list[str] = []

    def work() -> None:
        with wall_limit(0.01):
            time.sleep(0.1)
            said.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["done"]
