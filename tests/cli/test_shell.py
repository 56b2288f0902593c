"""Errors, signals and pipes: messages, exit codes, and one JSON document at most."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from speedwright.cli.shell import run

SPEEDWRIGHT = [sys.executable, "-P", "-m", "speedwright"]
SLOW = "sleeper.py"  # a name that no other test's workload has: they may run at the same time


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    (folder / SLOW).write_text("import time\ntime.sleep(60)\n")
    words = ["git", "-c", "user.name=dev", "-c", "user.email=dev@example.org"]
    for more in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run([*words, *more], cwd=folder, check=True)
    return folder


def document(text: str) -> dict:
    found = json.loads(text)
    assert next(iter(found)) == "schema_version"
    return found


def test_known_error_is_a_message_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "modls"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: no kind named `modls`\n  did you mean `models`?")


def test_known_error_under_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "modls", "--json"]) == 2
    out, err = capsys.readouterr()
    error = document(out)["error"]
    assert error["kind"] == "UnknownName"
    assert error["exit_code"] == 2
    assert error["message"] in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["frobnicate"], "frobnicate"),
        (["judge", ".", "--frobnicate"], "--frobnicate"),
        (["judge", "/no/such/folder", "--patch", "x"], "/no/such/folder"),
        (["optimize", ".", "--attempts", "many"], "--attempts"),
        (["optimize", ".", "--attempts", "0", "--dry-run"], "`--attempts` is 0; expected"),
        (["judge", "."], "--patch"),
        (["bench", "run", "nosuch"], "no suites named `nosuch`"),
    ],
)
def test_wrong_usage_ends_in_2(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert message in err


@pytest.mark.parametrize("words", [[], ["bench"], ["config"]])
def test_a_group_alone_shows_its_help_and_ends_in_2(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Commands:" in err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "speedwright 0.1.0\n"


@pytest.fixture
def broken_strategy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A strategy of a third party with a bug."""
    package = tmp_path / "speedwright_broken"
    package.mkdir()
    (package / "__init__.py").write_text("")
    text = "class Strategy:\n    def __init__(self):\n        raise RuntimeError('a bug')\n"
    (package / "strategy.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "speedwright_broken.strategy:Strategy"


def test_a_bug_asks_for_a_report_and_shows_no_traceback(
    capsys: pytest.CaptureFixture[str], broken_strategy: str, target: Path
) -> None:
    assert run(["optimize", str(target), "--strategy", broken_strategy, "--json"]) == 70
    out, err = capsys.readouterr()
    assert document(out)["error"]["kind"] == "InternalError"
    assert "error: RuntimeError: a bug" in err
    assert "please report it" in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(
    capsys: pytest.CaptureFixture[str],
    broken_strategy: str,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPEEDWRIGHT_DEBUG", "1")
    assert run(["optimize", str(target), "--strategy", broken_strategy]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_no_bug_of_ours() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SPEEDWRIGHT, "list", "models", "--json"],
            stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.startswith("error: `stdout`: No space left on device\n  ")


def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [*SPEEDWRIGHT, "list", "models"], stdout=closed, stderr=subprocess.PIPE, text=True
        )
    assert (done.returncode, done.stderr) == (0, "")


def interrupted(target: Path, signals: list[int]) -> tuple[int, str, str, float]:
    """A profile of a slow workload, stopped while the workload runs."""
    words = ["profile", str(target), "--workload", f"{sys.executable} {SLOW}"]
    process = subprocess.Popen(
        [*SPEEDWRIGHT, *words, "--sandbox", "process", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    seen = ""
    while "baseline workload" not in seen:
        line = process.stderr.readline()
        assert line, f"ended before the workload ran: {seen}"
        seen += line
    time.sleep(1)
    sent_s = time.monotonic()
    for number in signals:
        process.send_signal(number)
        time.sleep(0.2)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, seen + err, time.monotonic() - sent_s


def slow_processes() -> list[int]:
    """Processes that still run the slow workload."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line, cwd = (folder / "cmdline").read_bytes(), (folder / "cwd").readlink()
        except OSError:
            continue
        if SLOW.encode() in line and "speedwright-" in str(cwd):
            found.append(int(folder.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_in_130_and_leaves_nothing_running(target: Path, number: int) -> None:
    before = slow_processes()
    code, out, err, wall_s = interrupted(target, [number])
    assert code == 130, err
    assert document(out)["error"]["kind"] == "Interrupted"
    assert "error: interrupted\n  your files are untouched" in err
    assert wall_s < 30, "the workload sleeps for 60 s"
    assert set(slow_processes()) <= set(before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_interrupt_forces(target: Path, number: int) -> None:
    before = slow_processes()
    code, _, err, wall_s = interrupted(target, [number, number])
    assert code == 130, err
    assert wall_s < 30
    assert set(slow_processes()) <= set(before)
