"""Streams that are full, closed or cut short, signals that come twice, and a terminal that goes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from types import ModuleType

import pytest

SLOW = "import time\ntime.sleep(60)\n"


def shell(console: ModuleType, text: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in which `$SPEEDWRIGHT` is the console script."""
    env = {**os.environ, "SPEEDWRIGHT": str(console.SCRIPT)}
    env["SPEEDWRIGHT_DEBUG"] = ""
    return subprocess.run(["bash", "-c", text], capture_output=True, text=True, env=env, timeout=60)


def test_a_full_stdout_is_named(console: ModuleType) -> None:
    done = shell(console, '"$SPEEDWRIGHT" list sandboxes --json > /dev/full')
    assert (done.returncode, "`stdout`: No space left on device" in done.stderr) == (3, True)


def test_a_reader_that_goes_away_is_no_error(console: ModuleType) -> None:
    done = shell(console, '"$SPEEDWRIGHT" config show --json | head -1; echo ${PIPESTATUS[0]}')
    assert (done.stdout, done.stderr) == ("{\n0\n", "")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"$SPEEDWRIGHT" list sandboxes >&-', 0),
        ('"$SPEEDWRIGHT" list sandboxes --json >&- 2>&- <&-', 0),
        ('"$SPEEDWRIGHT" list modls 2>&-', 2),
    ],
)
def test_streams_that_are_closed_from_the_start(console: ModuleType, line: str, code: int) -> None:
    done = shell(console, line)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_no_colour_and_no_control_characters(console: ModuleType, tmp_path: Path) -> None:
    target = console.make_target(tmp_path / "target")
    env = {"NO_COLOR": "1", "TERM": "dumb", "FORCE_COLOR": "1"}
    words = ("optimize", target, "--workload", "work.py", "--test", "", "--sandbox", "process")
    ended = console.run_script(*words, "--dry-run", env=env)
    assert ended.code == 0, ended.err
    assert "\x1b" not in ended.out + ended.err
    quiet = console.run_script(*words, "--quiet", "--dry-run", "--json", env=env)
    assert (quiet.code, quiet.err) == (0, "")
    assert quiet.document["workload"]


@pytest.mark.parametrize(
    "numbers",
    [
        (signal.SIGINT,),
        (signal.SIGTERM,),
        (signal.SIGHUP,),
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGINT, signal.SIGTERM),
    ],
    ids=lambda numbers: "-".join(number.name for number in numbers),
)
def test_signals_leave_the_tree_alone_and_say_how_to_go_on(
    console: ModuleType, tmp_path: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    target = console.make_target(tmp_path / "target", {**console.FILES, "slow.py": SLOW})
    before = console.everything_in(target)
    words = ("optimize", target, "--workload", "python slow.py", "--test", "", "--json")
    words += ("--sandbox", "process", "--out", tmp_path / "runs")
    with subprocess.Popen(
        [str(console.SCRIPT), *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        seen = b""
        while b"baseline workload" not in seen:
            line = process.stderr.readline()
            assert line, seen
            seen += line
        time.sleep(0.3)
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.01)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    (run,) = (tmp_path / "runs").iterdir()
    assert f"add `--resume {run}` to the same command".encode() in err
    ended = console.Ended(code=130, out=out.decode(), err=err.decode())
    if len(numbers) == 1:
        assert ended.document["error"]["kind"] == "Interrupted"
    assert console.everything_in(target) == before
    sessions = subprocess.run(
        ["ps", "-o", "pid=", "--sid", str(process.pid)], capture_output=True, text=True
    )
    assert sessions.stdout.split() == [], "nothing of it runs on"


def test_a_run_that_is_kept_elsewhere_is_gone_on_with_by_its_path(
    console: ModuleType, tmp_path: Path
) -> None:
    target = console.make_target(tmp_path / "target", {**console.FILES, "slow.py": SLOW})
    words = ("optimize", target, "--workload", "work.py", "--test", "", "--sandbox", "process")
    words += ("--json", "--out", tmp_path / "runs")
    late = console.run_script(*words, "--time-limit", "0.00001")
    assert late.code == 4, late.err
    wrong = console.run_script(*words, "--resume", tmp_path / "runs" / "none")
    assert (wrong.code, "no run" in wrong.error) == (2, True), wrong.err
