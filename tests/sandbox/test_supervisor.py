"""The supervisor as a program of its own: its language, its frames, its end."""

import ast
import json
import os
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from speedwright.sandbox.session import SUPERVISOR, supervisor_command

FILES = sorted(SUPERVISOR.glob("*.py"))
ALLOWED = set(
    "__future__ ctypes errno fcntl hashlib json math os resource select signal stat struct sys time"
    " types typing".split()
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_is_python_38_and_imports_only_the_standard_library(file: Path) -> None:
    tree = ast.parse(file.read_text(), feature_version=(3, 8))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= ALLOWED
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert module in ALLOWED or module.startswith("speedwright.sandbox.supervisor.")


def test_old_python_can_evaluate_every_annotation() -> None:
    for file in FILES:
        tree = ast.parse(file.read_text())
        uses_annotations = any(
            isinstance(node, ast.AnnAssign | ast.FunctionDef) for node in ast.walk(tree)
        )
        postponed = "from __future__ import annotations" in file.read_text()
        assert postponed or not uses_annotations or file.name == "__main__.py", file.name


def interpreters() -> list[str]:
    """Other Pythons of this machine that a box might have, 3.8 and newer."""
    beside = Path(sys.base_prefix).parent.glob("*/bin/python3")
    named = (shutil.which(f"python3.{minor}") for minor in range(8, 16))
    found: dict[str, str] = {}
    for candidate in (*map(str, beside), *filter(None, named)):
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([candidate, "-c", code], capture_output=True, text=True, check=False)
        version = done.stdout.strip()
        if done.returncode == 0 and tuple(map(int, version.split("."))) >= (3, 8):
            found.setdefault(version, candidate)
    return [found[version] for version in sorted(found)]


class Line:
    """A bare supervisor in its own process, spoken to in raw frames."""

    def __init__(
        self, scratch: Path, launcher: tuple[str, ...] = (), python: str = sys.executable
    ) -> None:
        self.scratch = scratch
        command = (*launcher, *supervisor_command(python, str(SUPERVISOR)))
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}, start_new_session=True
        )

    def say(self, header: dict[str, object], *parts: bytes) -> None:
        assert self.process.stdin is not None
        text = json.dumps({**header, "sizes": [len(part) for part in parts]}).encode()
        self.process.stdin.write(struct.pack(">I", len(text)) + text + b"".join(parts))
        self.process.stdin.flush()

    def hear(self) -> tuple[dict[str, object], list[bytes]]:
        assert self.process.stdout is not None
        (length,) = struct.unpack(">I", self.process.stdout.read(4))
        header = json.loads(self.process.stdout.read(length))
        return header, [self.process.stdout.read(size) for size in header["sizes"]]

    def set_up(self, **changes: object) -> None:
        place = str(self.scratch)
        setup = {"scratch": place, "wipe": [place], "kept": [], "is_namespace": False, "cpus": []}
        self.say({"op": "setup", "idle_s": 60.0, **setup, **changes})

    def run(self, *argv: str) -> dict[str, object]:
        self.say(self.request(*argv), b"", b"")
        return self.hear()[0]

    def hang_up(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait(20)

    def request(self, *argv: str) -> dict[str, object]:
        env = {"PATH": os.environ["PATH"]}
        limits = {"wall_s": 30.0, "output_bytes": 1000, "flood_bytes": 10**6, "rlimits": {}}
        how = {"function": False, "held": False, "cpus": [], "cwd": str(self.scratch), "env": env}
        return {"op": "run", "argv": list(argv), **limits, **how}


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    line = Line(scratch)
    yield line
    line.hang_up()


def test_it_greets_and_answers(line: Line) -> None:
    hello, _ = line.hear()
    assert (hello["op"], hello["protocol"]) == ("hello", 1)
    line.set_up()
    assert line.hear()[0]["op"] == "ok"
    line.say(line.request("echo", "hi"), b"", b"")
    header, parts = line.hear()
    assert (header["op"], header["exit_code"], parts[0]) == ("result", 0, b"hi\n")


@pytest.mark.parametrize("python", interpreters())
def test_it_works_under_every_python_here(tmp_path: Path, python: str) -> None:
    line = Line(tmp_path, python=python)
    assert line.hear()[0]["op"] == "hello"
    line.set_up()
    assert line.hear()[0]["op"] == "ok"
    line.say({"op": "write", "path": "a/b"}, b"echo $0; (setsid sleep 60 &); exit 3")
    assert line.hear()[0]["op"] == "ok"
    line.say(line.request("sh", "a/b"), b"", b"")
    header, parts = line.hear()
    assert (header["exit_code"], header["leftover_processes"], parts[0]) == (3, 1, b"a/b\n")
    line.say({"op": "read", "path": "a/b", "max_bytes": 100})
    assert line.hear()[1][0].startswith(b"echo")
    echo = "printf R >&4; head -c 13 <&3 >&4"  # the input's frame is the reply's
    line.say({**line.request("sh", "-c", echo), "function": True}, b"", b"input")
    header, parts = line.hear()
    assert (header["has_reply"], parts[2]) == (True, b"input")
    line.say({**line.request("sleep", "60"), "wall_s": 0.2}, b"", b"")
    assert line.hear()[0]["outcome"] == "timed_out"
    assert line.run("no-such-program")["outcome"] == "not_started"
    line.say({"op": "read", "path": "../x", "max_bytes": 100})
    assert line.hear()[0]["op"] == "error"
    line.hang_up()
    assert line.process.returncode == 0


def test_it_never_takes_an_ordinary_process_for_a_namespace(line: Line) -> None:
    line.hear()
    line.set_up(is_namespace=True)  # it would kill everything the user has
    assert line.process.stdout is not None
    assert line.process.stdout.read() == b""
    assert line.process.wait(20) != 0


def test_it_ends_when_the_line_is_cut(line: Line) -> None:
    line.hear()
    line.set_up()
    line.hear()
    assert line.process.stdin is not None
    line.process.stdin.close()
    assert line.process.wait(20) == 0


def test_it_takes_what_the_command_left_with_it(line: Line) -> None:
    line.hear()
    line.set_up()
    line.hear()
    assert line.run("sh", "-c", "mkdir d; echo 1 > d/f; echo 2 > g")["exit_code"] == 0
    assert list(line.scratch.iterdir())
    line.hang_up()
    assert not list(line.scratch.iterdir())


def test_commands_do_not_inherit_ignored_signals(tmp_path: Path) -> None:
    line = Line(tmp_path, ("sh", "-c", 'trap "" HUP USR1 PIPE; exec "$@"', "sh"))
    line.hear()
    line.set_up()
    line.hear()
    for name, number in (("HUP", 1), ("USR1", 10), ("PIPE", 13), ("INT", 2)):
        assert line.run("sh", "-c", f"kill -{name} $$; exit 9")["signal"] == number
    line.hang_up()


def test_it_ends_in_the_middle_of_a_frame(line: Line) -> None:
    line.hear()
    assert line.process.stdin is not None
    line.process.stdin.write(struct.pack(">I", 1000) + b"{")
    line.process.stdin.close()
    assert line.process.wait(20) == 0


def test_it_ends_when_nobody_asks(line: Line) -> None:
    line.hear()
    line.set_up(idle_s=0.3)
    line.hear()
    start = time.monotonic()
    assert line.process.wait(20) == 0
    assert time.monotonic() - start >= 0.2


def test_absurd_frame_length_ends_it(line: Line) -> None:
    line.hear()
    assert line.process.stdin is not None
    line.process.stdin.write(b"\xff" * 4)
    line.process.stdin.flush()
    assert line.process.wait(20) == 0


def test_it_keeps_no_descriptor_of_a_call(tmp_path: Path) -> None:
    few = ("sh", "-c", 'ulimit -n 115; exec "$@"', "sh")  # it keeps its own above 100
    line = Line(tmp_path, few)
    line.hear()
    line.set_up()
    line.hear()
    calls = (("true",), ("no-such-program",), ("sh", "-c", "sleep 60 & echo"), ("cat",))
    for argv in calls * 8:
        assert line.run(*argv)["op"] == "result"
        line.say({**line.request(*argv), "function": True}, b"", b"input")
        assert line.hear()[0]["op"] == "result"
    line.hang_up()


def test_it_waits_without_using_the_processor(line: Line) -> None:
    line.hear()
    line.set_up()
    line.hear()
    line.say(line.request("sleep", "1"), b"", b"")
    ticks = Path(f"/proc/{line.process.pid}/stat")

    def used() -> int:
        fields = ticks.read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    time.sleep(0.2)
    before = used()
    assert line.process.stdout is not None
    select.select([line.process.stdout], [], [], 30)
    assert used() - before <= 10  # hundredths of a second
    line.hear()
