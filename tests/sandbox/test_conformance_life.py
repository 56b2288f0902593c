"""Opening, closing, forgetting, two at once, and a harness that dies."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from speedwright.errors import SandboxError, SpeedwrightError
from speedwright.sandbox import Box, Call, Limits, Outcome, ProcessResult, Sandbox, Toolchain

Find = Callable[[str], Sequence[int]]


@pytest.fixture(scope="module")
def box(toolchain: Toolchain) -> Box:
    return Box(mounts=(), toolchain=toolchain, label="tests")


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def test_close_twice_and_use_after_close(sandbox: Sandbox, box: Box) -> None:
    session = sandbox.open(box)
    assert session.run(Call(argv=("true",))).is_success
    session.close()
    session.close()
    with pytest.raises(SandboxError, match="closed"):
        session.run(Call(argv=("true",)))
    with pytest.raises(SandboxError, match="closed"):
        session.write("x", b"")


def test_with_closes_and_leaves_nothing_on_disk(
    sandbox: Sandbox, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    with sandbox.open(box) as session:
        session.write("left", b"x")
        assert session.run(Call(argv=("cat", "left"))).stdout == b"x"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SandboxError):
        session.run(Call(argv=("true",)))


def test_forgotten_session_is_ended(sandbox: Sandbox, box: Box) -> None:
    before = set(psutil.Process().children())
    session = sandbox.open(box)
    started = set(psutil.Process().children()) - before
    assert started or sandbox.name == "docker"  # the engine's children are not ours
    del session
    gc.collect()
    assert until(lambda: not any(process.is_running() for process in started))


def test_two_sessions_do_not_mix(sandbox: Sandbox, box: Box) -> None:
    with sandbox.open(box) as one, sandbox.open(box) as two:
        one.write("file", b"one")
        two.write("file", b"two")
        calls = [Call(argv=("sh", "-c", "sleep 0.5; cat file; ls"))] * 2
        with ThreadPoolExecutor(2) as pool:
            results = list(
                pool.map(lambda pair: pair[0].run(pair[1]), zip((one, two), calls, strict=True))
            )
        assert [result.stdout for result in results] == [b"onefile\n", b"twofile\n"]


def test_closing_one_leaves_the_other(sandbox: Sandbox, box: Box) -> None:
    with sandbox.open(box) as one:
        with sandbox.open(box):
            pass
        assert one.run(Call(argv=("echo", "here"))).stdout == b"here\n"


def test_session_outlives_the_thread_that_opened_it(sandbox: Sandbox, box: Box) -> None:
    with ThreadPoolExecutor(1) as pool:
        session = pool.submit(sandbox.open, box).result()
    time.sleep(0.2)
    with session:
        assert session.run(Call(argv=("echo", "here"))).stdout == b"here\n"


def test_closing_during_a_call_ends_it(sandbox: Sandbox, box: Box, processes_with: Find) -> None:
    session = sandbox.open(box)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.run, Call(argv=("sleep", "61.801")))
        assert until(lambda: bool(processes_with("61.801")))
        session.close()
        with pytest.raises(SandboxError):
            running.result(timeout=30)
    assert until(lambda: not processes_with("61.801"))


HARNESS = """
import sys
from pathlib import Path
from speedwright.registry import resolve
from speedwright.sandbox import Box, Call, Limits, Toolchain
tools = Toolchain(python=Path(sys.executable), paths=(Path(sys.prefix), Path(sys.base_prefix)))
session = resolve('sandboxes', sys.argv[1])().open(Box(mounts=(), toolchain=tools, label='tests'))
script = "(setsid sleep 61.802 &) ; trap '' TERM HUP INT; sleep 61.802"
session.run(Call(argv=('sh', '-c', script), limits=Limits(wall_s=50)))
"""


FORKED = """
import os
if os.fork() == 0:
    del session
    sys.exit(0)
os.wait()
print(session.run(Call(argv=('echo', 'still here'))).stdout)
session.close()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_dead_harness_leaves_no_process(
    sandbox: Sandbox, processes_with: Find, number: signal.Signals
) -> None:
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS, sandbox.name], stderr=subprocess.DEVNULL
    )
    try:
        assert until(lambda: len(processes_with("61.802")) >= 2), "did not start"
        harness.send_signal(number)
        harness.wait(60)
        assert until(lambda: not processes_with("61.802"))
    finally:
        harness.kill()
        harness.wait()


def test_frozen_harness_has_its_time_limit_kept(sandbox: Sandbox, processes_with: Find) -> None:
    code = HARNESS.replace("wall_s=50", "wall_s=5").replace("61.802", "61.803")
    harness = subprocess.Popen([sys.executable, "-c", code, sandbox.name])
    try:
        assert until(lambda: len(processes_with("61.803")) >= 2), "did not start"
        os.kill(harness.pid, signal.SIGSTOP)
        assert until(lambda: not processes_with("61.803"))
    finally:
        harness.kill()
        harness.wait()


def test_forked_copy_of_the_harness_ends_nothing(sandbox: Sandbox, box: Box) -> None:
    code = HARNESS.partition("script =")[0] + FORKED
    done = subprocess.run(
        [sys.executable, "-c", code, sandbox.name], capture_output=True, timeout=100, check=False
    )
    assert done.stdout == b"b'still here\\n'\n", done.stderr


def test_describe_is_plain_text(sandbox: Sandbox) -> None:
    facts = sandbox.describe()
    assert facts["sandbox"] == sandbox.name
    assert all(isinstance(value, str) for value in facts.values())


def test_toolchain_that_is_missing_is_an_error(sandbox: Sandbox, tmp_path: Path) -> None:
    tools = Toolchain(python=tmp_path / "python", paths=(tmp_path,))
    with pytest.raises(SpeedwrightError):
        sandbox.open(Box(mounts=(), toolchain=tools, label="tests"))
    assert not list(tmp_path.iterdir())


def test_box_under_a_folder_in_tmp(sandbox: Sandbox, toolchain: Toolchain, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "word").write_text("found")
    for folder in (tools, tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    paths = (*toolchain.paths, tools)
    shown = Toolchain(python=toolchain.python, paths=paths)
    with sandbox.open(Box(mounts=(), toolchain=shown, label="tests")) as session:
        for _ in range(2):
            script = f"cat {tools}/word; ls -A; touch here; test ! -e /tmp/left"
            script += "; echo $?; touch /tmp/left" if sandbox.isolates else "; echo 0"
            assert session.run(Call(argv=("sh", "-c", script))).stdout == b"found0\n"


def test_death_of_the_box_is_not_the_commands_fault(sandbox: Sandbox, box: Box) -> None:
    if sandbox.isolates:
        pytest.skip("a command cannot end an isolating box")
    with sandbox.open(box) as session:
        with pytest.raises(SandboxError, match="ended in the middle"):
            session.run(Call(argv=("sh", "-c", "kill -9 $PPID; sleep 61.804")))
        with pytest.raises(SandboxError, match="closed"):
            session.run(Call(argv=("true",)))


def test_many_boxes_leave_no_descriptors(sandbox: Sandbox, box: Box) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with sandbox.open(box):
        pass
    before = opened()
    for _ in range(4):
        with sandbox.open(box) as session:
            result: ProcessResult = session.run(Call(argv=("true",), limits=Limits(wall_s=5)))
            assert result.outcome is Outcome.EXITED
    assert opened() <= before
