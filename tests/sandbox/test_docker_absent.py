"""A machine without an engine: quick, clear, and without importing the SDK."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from speedwright.errors import SandboxUnavailable, UnknownName
from speedwright.sandbox.choose import choose_sandbox
from speedwright.sandbox.docker import DockerSandbox
from speedwright.sandbox.engine import connect


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")


def test_unreachable_engine_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="no Docker engine answers") as caught:
        connect()
    assert f"unix://{tmp_path}/nothing.sock" in caught.value.message
    assert "docker.io" in caught.value.hint
    state = DockerSandbox().availability()
    assert not state.is_available
    assert "no Docker engine" in state.reason


def test_engine_that_never_answers_costs_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        start = time.monotonic()
        assert not DockerSandbox().availability().is_available
        assert time.monotonic() - start < 10


def test_explicit_docker_is_refused_with_a_remedy() -> None:
    with pytest.raises(SandboxUnavailable, match="sandbox `docker` cannot run here") as caught:
        choose_sandbox("docker")
    assert "bubblewrap" in caught.value.hint


def test_auto_takes_the_next_best_and_says_why() -> None:
    chosen = choose_sandbox("auto")
    assert chosen.sandbox.name in ("bubblewrap", "process")
    assert chosen.passed_over[0][0] == "docker"
    assert "no Docker engine" in chosen.passed_over[0][1]
    assert ("DOES NOT ISOLATE" in chosen.warning) == (chosen.sandbox.name == "process")


def test_plain_process_warns_loudly() -> None:
    chosen = choose_sandbox("process")
    assert chosen.warning.startswith("THIS DOES NOT ISOLATE")


def test_unknown_sandbox_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="dokcer") as caught:
        choose_sandbox("dokcer")
    assert "did you mean `docker`" in caught.value.hint


def test_sdk_is_not_imported_until_needed() -> None:
    code = "import sys, speedwright.sandbox.docker; print('docker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"False\n"
