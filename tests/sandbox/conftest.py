"""What the conformance suite runs over, and the list of what a backend does not promise."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from speedwright.errors import SandboxUnavailable
from speedwright.registry import resolve
from speedwright.sandbox import Box, Call, Limits, Mount, ProcessResult, Sandbox, Session, Toolchain
from speedwright.sandbox.engine import connect
from speedwright.sandbox.enginefacts import EngineFacts
from speedwright.sandbox.limitgroup import LimitGroup

BACKENDS = (
    "process",
    "bubblewrap",
    pytest.param("docker", marks=pytest.mark.docker),
)
PLAIN = "a plain process is not isolated"
# Behaviour -> backend -> why it is not promised. Every entry shows up as a skip with its reason.
NOT_COVERED: dict[str, dict[str, str]] = {
    "disk limit": {"process": "the scratch folder is on the user's disk"},
    "filtered calls": {"process": PLAIN},
    "hidden host": {"process": PLAIN},
    "isolated ipc": {"process": "shared memory is the host's"},
    "network off": {"process": PLAIN},
    "no capabilities": {"process": "commands keep the user's rights"},
    "own process namespace": {"process": PLAIN},
    "protected supervisor": {"process": "the supervisor is a process of the same user"},
    "read-only mounts": {"process": "mounts are the host's own folders"},
    "read-only root": {"process": PLAIN},
}
GROUP_COVERED = ("told out of memory", "pids limit")

Python = Callable[..., ProcessResult]


@pytest.fixture(scope="session", params=BACKENDS)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each backend that can run here."""
    found: Sandbox = resolve("sandboxes", request.param)()
    availability = found.availability()
    if not availability.is_available:
        pytest.skip(f"{request.param}: {availability.reason}")
    return found


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """The interpreter that runs the tests."""
    return Toolchain(python=Path(sys.executable), paths=(Path(sys.prefix), Path(sys.base_prefix)))


@pytest.fixture(scope="session")
def engine_facts() -> EngineFacts:
    """What the engine here says of itself."""
    try:
        client = connect()
    except SandboxUnavailable as error:
        pytest.skip(error.message)
    try:
        return EngineFacts.of(client.info())
    finally:
        client.close()


@pytest.fixture
def engine_limits_boxes(engine_facts: EngineFacts) -> None:
    """Skip where the engine cannot hold memory and processes of a box, as some rootless ones."""
    if not engine_facts.limits_a_box:
        pytest.skip(f"this engine limits no box: {', '.join(engine_facts.dropped)}")


@pytest.fixture(scope="session")
def why_no_box_limits(sandbox: Sandbox, request: pytest.FixtureRequest) -> str:
    """Why this backend cannot limit a whole box here; empty where it can."""
    if sandbox.name == "docker":
        facts: EngineFacts = request.getfixturevalue("engine_facts")
        return "" if facts.limits_a_box else f"the engine drops {', '.join(facts.dropped)}"
    group = LimitGroup.create(Limits())
    if group is None:
        return "no control group can be made here"
    group.remove()
    return ""


@pytest.fixture
def covered(sandbox: Sandbox, why_no_box_limits: str) -> Callable[[str], None]:
    """Skip, with the reason, where the backend does not promise a behaviour."""

    def check(behaviour: str) -> None:
        if behaviour in GROUP_COVERED:
            if why_no_box_limits:
                pytest.skip(f"{sandbox.name}: {behaviour}: {why_no_box_limits}")
            return
        reason = NOT_COVERED[behaviour].get(sandbox.name)
        if reason is not None:
            pytest.skip(f"{sandbox.name}: {behaviour}: {reason}")

    return check


@pytest.fixture(scope="module")
def mounts(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Mount, ...]:
    """A read-only mount with a file, and a writable one; new ones for each backend.

    Backends run as different users: what one wrote another may not be allowed to change.
    """
    shown = tmp_path_factory.mktemp("shown")
    (shown / "file.txt").write_text("from the host")
    shown.chmod(0o755)
    work = tmp_path_factory.mktemp("work")
    work.chmod(0o777)
    return (
        Mount(name="shown", source=shown),
        Mount(name="work", source=work, writable=True),
    )


@pytest.fixture(scope="module")
def opened(
    sandbox: Sandbox, toolchain: Toolchain, mounts: tuple[Mount, ...]
) -> Iterator[Callable[..., Session]]:
    """Open sessions with given limits; they are closed at the end of the module."""
    sessions: list[Session] = []

    def open_session(limits: Limits | None = None, **env: str) -> Session:
        box = Box(
            mounts=mounts, toolchain=toolchain, env=env, limits=limits or Limits(), label="tests"
        )
        session = sandbox.open(box)
        sessions.append(session)
        return session

    yield open_session
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def session(opened: Callable[..., Session]) -> Session:
    """One session shared by the tests of a module, which is a test in itself."""
    return opened(Limits(wall_s=30.0), BOX_WIDE="from the box")


@pytest.fixture
def python(session: Session) -> Python:
    """Run a piece of Python in the shared session."""

    def run(
        code: str,
        *arguments: str,
        limits: Limits | None = None,
        stdin: bytes = b"",
        function_input: bytes | None = None,
    ) -> ProcessResult:
        return session.run(
            Call(
                argv=("python", "-c", code, *arguments),
                limits=limits,
                stdin=stdin,
                function_input=function_input,
            )
        )

    return run


@pytest.fixture
def shell(session: Session) -> Callable[..., ProcessResult]:
    """Run a shell script in the shared session."""

    def run(script: str, *, limits: Limits | None = None, cwd: str | None = None) -> ProcessResult:
        return session.run(Call(argv=("sh", "-c", script), limits=limits, cwd=cwd))

    return run


@pytest.fixture
def processes_with() -> Callable[[str], Sequence[int]]:
    """Living host processes whose command line holds a word."""

    def find(word: str) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if word.encode() in words:
                found.append(int(folder.name))
        return found

    return find
