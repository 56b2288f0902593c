"""Tests that rest on measured times run while no other test does."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

Company = Callable[..., AbstractContextManager[None]]
WAIT_S = 20.0


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Company:
    conftest = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    assert conftest is not None
    found: Company = conftest.company
    return found


def test_who_is_to_be_alone_waits_and_is_not_overtaken(company: Company, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").touch()
    came: list[str] = []
    go_on = threading.Event()

    def stay(name: str, *, is_alone: bool) -> None:
        with company(tmp_path, is_alone=is_alone):
            came.append(name)
            assert go_on.wait(WAIT_S)
            came.append(f"{name} goes")

    def start(name: str, *, is_alone: bool = False) -> threading.Thread:
        thread = threading.Thread(target=stay, args=(name,), kwargs={"is_alone": is_alone})
        thread.start()
        return thread

    def until(is_so: Callable[[], bool]) -> None:
        end_s = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < end_s
            time.sleep(0.01)

    threads = [start("first"), start("second")]
    until(lambda: len(came) == 2)
    threads.append(start("timed", is_alone=True))
    until(lambda: _is_taken(tmp_path))  # it stands in the door
    threads.append(start("late"))
    time.sleep(0.2)
    assert sorted(came) == ["first", "second"]
    go_on.set()
    for thread in threads:
        thread.join(WAIT_S)
    assert came.index("timed") > came.index("first goes")
    assert came.index("timed") > came.index("second goes")
    assert came.index("late") > came.index("timed goes")


def _is_taken(door: Path) -> bool:
    descriptor = os.open(door, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def test_marked_tests_are_run_alone(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    conftest = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    asked: list[bool] = []

    class Noted:
        def __init__(self, folder: Path, *, is_alone: bool) -> None:
            asked.append(is_alone)

        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    class Item:
        def __init__(self, *words: str) -> None:
            self.keywords = dict.fromkeys(words, True)

    monkeypatch.setattr(conftest, "company", Noted)
    for item in (Item("timed", "docker"), Item("docker")):
        protocol = conftest.pytest_runtest_protocol(item)
        next(protocol)
        with pytest.raises(StopIteration, match="done"):
            protocol.send("done")
    assert asked == [True, False]
