"""Several sessions at once: all opened ones are closed, also when an interrupt comes meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox import Box, Session, Toolchain
from speedwright.sandbox.process import ProcessSandbox
from speedwright.sandbox.side_by_side import open_side_by_side, run_both, run_side_by_side

SLOW_TO_OPEN = """\
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from speedwright.sandbox import Box, Toolchain
from speedwright.sandbox.process import ProcessSandbox
from speedwright.sandbox.side_by_side import open_side_by_side


def opener():
    sys.stdout.write("opening\\n")  # print() writes the end of the line apart
    sys.stdout.flush()
    time.sleep(1.0)
    box = Box(mounts=(), toolchain=Toolchain(python=Path(sys.executable)))
    return ProcessSandbox().open(box)


with ExitStack() as stack:
    open_side_by_side(stack, [opener, opener])
    print("opened", flush=True)
"""


def opened() -> Session:
    box = Box(mounts=(), toolchain=Toolchain(python=Path(sys.executable)))
    return ProcessSandbox().open(box)


def test_an_interrupt_while_opening_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-c", SLOW_TO_OPEN],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "opening\n"
        process.send_signal(signal.SIGINT)
        said, wrong = process.communicate(timeout=60)
    assert "opened" not in said and "KeyboardInterrupt" in wrong
    assert list(tmp_path.iterdir()) == []


def test_what_was_opened_is_closed_if_another_fails() -> None:
    sessions: list[Session] = []

    def failing() -> Session:
        raise SandboxError("no")

    def working() -> Session:
        sessions.append(opened())
        return sessions[-1]

    with ExitStack() as stack:
        with pytest.raises(SandboxError):
            open_side_by_side(stack, [failing, working])
        home = Path(sessions[0].where("scratch"))
        assert home.is_dir()
    assert not home.exists()


def test_results_come_in_order() -> None:
    assert run_side_by_side([lambda: 1, lambda: 2, lambda: 3]) == [1, 2, 3]
    with pytest.raises(ZeroDivisionError):
        run_side_by_side([lambda: 1, lambda: 1 // 0])


def test_both_end_before_one_of_them_raises() -> None:
    assert run_both(lambda: 1, lambda: "a") == (1, "a")
    ended: list[bool] = []

    def late() -> None:
        time.sleep(0.2)
        ended.append(True)

    with pytest.raises(ZeroDivisionError):
        run_both(lambda: 1 // 0, late)
    assert ended
