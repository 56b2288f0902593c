"""Runs that are killed or interrupted at any point, and what `--resume` makes of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from speedwright.agent.optimize import OptimizePlan, optimize
from speedwright.errors import UsageError
from speedwright.eval.progress import NullProgress
from speedwright.eval.target import TargetRequest

pytestmark = pytest.mark.timed

SPEEDWRIGHT = Path(sys.executable).with_name("speedwright")
KEY = "sk-fake-0123456789abcdefghij"


class Session:
    """One `speedwright optimize` in a process group of its own."""

    def __init__(self, root: Path, *options: str) -> None:
        self.said: list[str] = []
        scratch = root.parent / "scratch"
        scratch.mkdir(exist_ok=True)
        environ = {**os.environ, "OPENAI_API_KEY": KEY, "TMPDIR": str(scratch)}
        words = ("optimize", str(root), "--test", "", "--sandbox", "process", "--json", *options)
        self.process = subprocess.Popen(
            [str(SPEEDWRIGHT), *words],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)

    def wait_for(self, word: str, *, within_s: float = 120.0) -> None:
        """Until a line of progress holds the word."""
        end_s = time.monotonic() + within_s
        while not any(word in line for line in list(self.said)):
            assert self.process.poll() is None, "".join(self.said)
            assert time.monotonic() < end_s, f"no `{word}`: {''.join(self.said)}"
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def end(self, *, within_s: float = 180.0) -> dict[str, Any]:
        """The document on stdout, empty if there is none."""
        out = self.process.stdout
        assert out is not None
        text = out.read()
        self.process.wait(within_s)
        self._reader.join(10)
        out.close()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return json.loads(text) if text.strip() else {}


@pytest.fixture
def root(tiny: Any, tmp_path: Path) -> Path:
    made: Path = tiny.make(tmp_path / "tiny")
    return made


@pytest.fixture
def begin(root: Path) -> Iterator[Callable[..., Session]]:
    sessions: list[Session] = []

    def make(*options: str) -> Session:
        sessions.append(Session(root, *options))
        return sessions[-1]

    yield make
    for session in sessions:
        if session.process.poll() is None:
            session.kill()


def state_of(root: Path) -> dict[str, Any]:
    (file,) = root.glob(".speedwright/runs/*/state.json")
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def events_of(root: Path) -> list[dict[str, Any]]:
    (file,) = root.glob(".speedwright/runs/*/events.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


def left_over(root: Path) -> list[str]:
    """Processes that a session of this repository started and left behind."""
    found = []
    for process in psutil.process_iter():
        try:
            words = " ".join((*process.cmdline(), process.cwd()))
        except psutil.Error:
            continue
        if str(root.parent) in words:
            found.append(words)
    return found


def test_a_run_killed_again_and_again_ends_as_if_it_never_was(
    root: Path, begin: Callable[..., Session], tiny: Any, model_servers: ModuleType
) -> None:
    current: list[Session] = []

    def die(body: dict[str, Any]) -> dict[str, Any]:
        """Killed while the service thinks: the reply is never received."""
        current[-1].process.kill()
        return {"text": "too late"}

    script = [
        die,
        tiny.submission(tiny.broken, "fewer values"),
        die,
        tiny.submission(tiny.good, "a set"),
        tiny.call("finish"),
    ]
    with model_servers.OpenAIServer(script) as server:
        model = ("--model", f"openai@{server.url}:m")

        def go_on() -> Session:
            current.append(begin(*model, *(("--resume", "last") if current else ())))
            return current[-1]

        go_on().end()  # before the first reply
        assert state_of(root)["attempts"] == []
        go_on().wait_for("screen")  # while the first attempt is judged
        current[-1].kill()
        opened = [m["role"] for m in state_of(root)["messages"]]
        assert opened == ["user", "assistant", "tool"]
        assert state_of(root)["attempts"] == []
        go_on().end()  # its verdict is in; before the second reply
        assert [a["verdict"] for a in state_of(root)["attempts"]] == ["incorrect"]
        go_on().wait_for("confirm")
        current[-1].kill()
        document = go_on().end()
        assert len(server.requests) == 5
        assert "incorrect" in json.dumps(server.requests[3].body["messages"][-1])
    assert [a["number"] for a in document["attempts"]] == [1, 2]
    assert [a["verdict"] for a in document["attempts"]] == ["incorrect", "faster"]
    assert document["verdict"] in ("faster", "unstable") and document["ended"] == "finished earlier"
    attempts = [e for e in events_of(root) if e["kind"] == "attempt"]
    assert [e["number"] for e in attempts] == [1, 2]
    assert state_of(root)["budget"]["spent"]["attempts"] == 2
    assert tiny.git(root, "status", "--porcelain") == ""
    assert left_over(root) == []


@pytest.mark.parametrize("point", ["baseline workload", "profile", "screen", "confirm"])
def test_rules_killed_at_a_step_find_the_same_in_the_end(
    root: Path, begin: Callable[..., Session], point: str
) -> None:
    first = begin()
    first.wait_for(point)
    first.kill()
    document = begin("--resume", "last").end()
    assert [a["number"] for a in document["attempts"]] == list(
        range(1, len(document["attempts"]) + 1)
    )
    assert "faster" in [a["verdict"] for a in document["attempts"]]
    assert len({a["hash"] for a in document["attempts"]}) == len(document["attempts"])
    assert left_over(root) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_its_state_and_nothing_else(
    root: Path, begin: Callable[..., Session], number: signal.Signals, tiny: Any
) -> None:
    session = begin()
    session.wait_for("screen")
    session.process.send_signal(number)
    document = session.end(within_s=30)
    assert session.process.returncode == 130
    assert document["error"]["exit_code"] == 130
    assert "--resume" in "".join(session.said)
    assert left_over(root) == []
    assert [p for p in (root.parent / "scratch").iterdir() if p.suffix != ".lock"] == []
    assert state_of(root)["attempts"] == []
    assert state_of(root)["budget"]["spent"]["attempts"] == 0
    assert tiny.git(root, "status", "--porcelain") == ""
    document = begin("--resume", "last", "--attempts", "1").end()
    assert [a["number"] for a in document["attempts"]] == [1]


def test_a_second_interrupt_ends_at_once(root: Path, begin: Callable[..., Session]) -> None:
    session = begin()
    session.wait_for("screen")
    session.process.send_signal(signal.SIGINT)
    session.process.send_signal(signal.SIGINT)
    session.end(within_s=30)
    assert session.process.returncode == 130
    assert state_of(root)["messages"]


def plan(root: Path, **options: Any) -> OptimizePlan:
    of_target = {k: options.pop(k) for k in ("workload",) if k in options}
    request = TargetRequest(path=root, sandbox="process", test="", **of_target)
    return OptimizePlan(target=request, **options)


def test_what_may_not_be_resumed_is_refused(root: Path, tiny: Any, tmp_path: Path) -> None:
    (root / "other.py").write_text("import slow\nprint(slow.total(99))\n")
    report = optimize(plan(root, focus="slow.py:label"), NullProgress())
    name = report.run.name
    with pytest.raises(UsageError, match="began with the workload"):
        optimize(plan(root, resume=name, workload="python other.py"), NullProgress())
    with pytest.raises(UsageError, match="no run"):
        optimize(plan(root, resume="gone"), NullProgress())
    (root / "slow.py").write_text(tiny.slow + "# changed\n")
    with pytest.raises(UsageError, match="another state of the target"):
        optimize(plan(root, resume=name), NullProgress())


def test_two_runs_at_once_do_not_mix(root: Path, begin: Callable[..., Session]) -> None:
    one, two = begin(), begin()
    documents = [one.end(), two.end()]
    runs = {document["run"] for document in documents}
    assert len(runs) == 2
    for document in documents:
        assert "faster" in [a["verdict"] for a in document["attempts"]]
        state = json.loads((Path(document["run"]) / "state.json").read_text())
        assert [a["hash"] for a in state["attempts"]] == [a["hash"] for a in document["attempts"]]
    assert left_over(root) == []


def test_a_run_that_goes_on_is_not_resumed_by_another(
    root: Path, begin: Callable[..., Session]
) -> None:
    session = begin()
    session.wait_for("baseline workload")
    with pytest.raises(UsageError, match="another process"):
        optimize(plan(root, resume="last"), NullProgress())
