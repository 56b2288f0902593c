"""An engine that goes away in the middle, played by a proxy that is cut off."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import SandboxError, SandboxUnavailable
from speedwright.sandbox import Box, Call
from speedwright.sandbox.docker import DockerSandbox
from speedwright.sandbox.engine import connect, engine_address
from speedwright.sandbox.owner import RUN_LABEL
from speedwright.sandbox.toolchain import find_toolchain

pytestmark = pytest.mark.docker


class Proxy:
    """Passes bytes between a socket of ours and the engine's until it is cut."""

    def __init__(self, place: Path, engine: str) -> None:
        self._engine = engine
        self._place = place
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(place))
        self._listener.listen()
        self._listener.settimeout(0.1)
        self._is_cut = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self) -> None:
        self._is_cut.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._place.unlink(missing_ok=True)

    def _accept(self) -> None:
        while not self._is_cut.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._pass_on, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self._engine)
            with selectors.DefaultSelector() as ready:
                ready.register(client, selectors.EVENT_READ, engine)
                ready.register(engine, selectors.EVENT_READ, client)
                while not self._is_cut.is_set():
                    for key, _ in ready.select(0.1):
                        source, target = key.fileobj, key.data
                        assert isinstance(source, socket.socket)
                        try:
                            data = source.recv(65536)
                            target.sendall(data)
                        except OSError:  # one end hung up first
                            return
                        if not data:
                            return


@pytest.fixture
def engine() -> Iterator[Any]:
    try:
        client = connect()
    except SandboxUnavailable as error:
        pytest.skip(error.message)
    yield client
    client.close()


@pytest.fixture
def proxy(engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    kind, _, place = engine_address().partition("://")
    if kind != "unix":
        pytest.skip(f"the engine at {engine_address()} has no local socket")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
    made = Proxy(tmp_path / "engine.sock", place)
    yield made
    made.cut()


def test_engine_gone_in_the_middle_is_our_error_and_leaves_nothing(
    engine: Any, proxy: Proxy
) -> None:
    run = "test-engine-gone"
    box = Box(mounts=(), toolchain=find_toolchain(Path("/nonexistent")), label=run)
    sandbox = DockerSandbox()
    with sandbox.open(box) as session:
        assert session.run(Call(argv=("true",))).is_success
        proxy.cut()
        with pytest.raises(SandboxError, match="supervisor"):
            session.run(Call(argv=("true",)))
        with pytest.raises(SandboxUnavailable, match="no Docker engine answers"):
            sandbox.open(box)
    label = {"label": f"{RUN_LABEL}={run}"}
    deadline = time.monotonic() + 15
    while engine.api.containers(all=True, filters=label) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert engine.api.containers(all=True, filters=label) == []
