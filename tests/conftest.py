"""What all tests share: no keys, no network, opt-in for slow and paid tests, shared data, quiet."""

from __future__ import annotations

import fcntl
import importlib.util
import ipaddress
import os
import socket
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A fresh checkout and busy cores make drawing examples slow, which says nothing about our code.
settings.register_profile(
    "busy", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")

_TESTS = Path(__file__).parent
_IS_DOCKER_REQUIRED = os.environ.get("SPEEDWRIGHT_REQUIRE_DOCKER") == "1"
_KEY_VARIABLES = (
    "OPENAI_API_KEY",
    "OPENAI_ADMIN_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_CUSTOM_HEADERS",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_PROFILE",
    "HF_TOKEN",
    "GITHUB_TOKEN",
    "GH_TOKEN",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-slow", action="store_true", help="also tests that take minutes")
    parser.addoption("--run-paid", action="store_true", help="also tests that cost money")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for word in ("slow", "paid"):
        if not config.getoption(f"--run-{word}"):
            skip = pytest.mark.skip(reason=f"{word}: needs --run-{word}")
            for item in items:
                if word in item.keywords:
                    item.add_marker(skip)
    # Last, so that nobody waits with a free core: each of them has the machine alone.
    items.sort(key=lambda item: "timed" in item.keywords)


@contextmanager
def company(folder: Path, *, is_alone: bool) -> Iterator[None]:
    """While no other process of the test run runs a test, or (not alone) none that is timed.

    Whoever comes passes the door first, and who waits to be alone stands in it: nobody overtakes.
    """
    door, room = (os.open(path, os.O_RDONLY) for path in (folder, folder / "conftest.py"))
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield
    finally:
        os.close(room)
        os.close(door)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Outermost, so that waiting does not count against a test's own time limit."""
    with company(_TESTS, is_alone="timed" in item.keywords):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under SPEEDWRIGHT_REQUIRE_DOCKER=1 (CI) a test that lacks its engine fails, not skips."""
    report = yield
    is_opt_in = any(word in item.keywords for word in ("slow", "paid", "gpu"))
    # Set-up is where an engine is looked for; a skip later says what a test does not apply to.
    is_lacking = report.skipped and report.when == "setup" and "docker" in item.keywords
    if _IS_DOCKER_REQUIRED and is_lacking and not is_opt_in:
        report.outcome = "failed"
        report.longrepr = f"skipped though SPEEDWRIGHT_REQUIRE_DOCKER=1: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _no_keys(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test uses the developer's keys or settings by accident; paid tests may."""
    if request.node.get_closest_marker("paid") is not None:
        return
    for name in _KEY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith("SPEEDWRIGHT_")]:
        if name != "SPEEDWRIGHT_SHARED":
            monkeypatch.delenv(name)
    # A proxy of the machine must not stand between a test and its own local server.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost,::1")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost,::1")


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine can be connected to, by this process; paid tests may go anywhere."""
    if request.node.get_closest_marker("paid") is not None:
        return

    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_local(address):
                raise RuntimeError(f"tests must not connect to {address!r}")
            return original(self, address)

        return connect

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(name))


def _is_local(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Larger data that lies beside the checkout; `SPEEDWRIGHT_SHARED` names another place."""
    default = _TESTS.parent.parent / "shared" / "data"
    path = Path(os.environ.get("SPEEDWRIGHT_SHARED", default))
    if not path.is_dir():
        pytest.skip(f"no shared data at {path}: set SPEEDWRIGHT_SHARED")
    return path


@pytest.fixture(scope="session")
def model_servers() -> Iterator[ModuleType]:
    """`OpenAIServer` and `AnthropicServer`; see tests/agent/model_servers.py."""
    name = "speedwright_test_model_servers"
    spec = importlib.util.spec_from_file_location(name, _TESTS / "agent" / "model_servers.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]
