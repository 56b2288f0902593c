"""Engines that drop limits, and rootless ones: told, and helped out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from speedwright.sandbox import MIB, Box, Call, Limits, Mount, Outcome
from speedwright.sandbox.docker import DockerSandbox
from speedwright.sandbox.dockerprofile import user_of
from speedwright.sandbox.engine import engine_address
from speedwright.sandbox.enginefacts import EngineFacts
from speedwright.sandbox.toolchain import find_toolchain

HERE = Path("/nonexistent-target")
GREEDY = Call(argv=("python", "-c", "x = b'x' * (200 << 20); print('had it all')"))
ROOTLESS = EngineFacts(is_rootless=True, dropped=())
ORDINARY = EngineFacts(is_rootless=False, dropped=())
# The limits in the answers to `docker info` of Docker 20.10: as root under control groups v1, and
# rootless under them.
FULL = {
    "MemoryLimit": True,
    "PidsLimit": True,
    "CPUSet": True,
    "SecurityOptions": ["name=seccomp,profile=default"],
}
NOTHING_HELD = {
    "MemoryLimit": False,
    "PidsLimit": False,
    "CPUSet": False,
    "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"],
}


def test_what_an_engine_holds_is_read_from_its_own_words() -> None:
    assert EngineFacts.of(FULL) == ORDINARY
    assert ORDINARY.limits_a_box
    facts = EngineFacts.of(NOTHING_HELD)
    assert facts == EngineFacts(is_rootless=True, dropped=("memory", "processes", "cores"))
    assert not facts.limits_a_box
    assert EngineFacts.of({**FULL, "CPUSet": False}).limits_a_box  # the supervisor keeps to cores
    assert not EngineFacts.of({**FULL, "PidsLimit": False}).limits_a_box
    assert EngineFacts.of({}) == ORDINARY


@pytest.mark.parametrize(
    ("euid", "writable", "engine", "user"),
    [
        (1000, False, ORDINARY, "65534:65534"),
        (1000, True, ORDINARY, "1000:1000"),
        (1000, False, ROOTLESS, "65534:65534"),
        (1000, True, ROOTLESS, "0:0"),
        (0, True, ORDINARY, "65534:65534"),
    ],
)
def test_what_a_box_writes_belongs_to_who_opened_it(
    monkeypatch: pytest.MonkeyPatch, euid: int, writable: bool, engine: EngineFacts, user: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    monkeypatch.setattr(os, "getegid", lambda: euid)
    mount = Mount(name="work", source=HERE, writable=writable)
    box = Box(mounts=(mount,), toolchain=find_toolchain(HERE), label="tests")
    assert user_of(box, engine) == user


@pytest.mark.docker
def test_limits_of_single_processes_stand_in_for_dropped_ones() -> None:
    sandbox = DockerSandbox()
    sandbox._facts = EngineFacts(is_rootless=False, dropped=("memory",))
    limits = Limits(memory_bytes=100 * MIB, wall_s=30.0)
    box = Box(mounts=(), toolchain=find_toolchain(HERE), limits=limits, label="tests")
    with sandbox.open(box) as session:
        result = session.run(GREEDY)  # a limit of the box would have it killed
        assert (result.outcome, result.exit_code) == (Outcome.EXITED, 1)
        assert b"MemoryError" in result.stderr


@pytest.mark.docker
def test_description_says_which_limits_are_not_held(engine_facts: EngineFacts) -> None:
    told = DockerSandbox().describe()
    assert told["rootless"] == ("yes" if engine_facts.is_rootless else "no")
    assert told["limits_not_held"] == (", ".join(engine_facts.dropped) or "none")


@pytest.mark.docker
def test_a_user_can_delete_what_a_box_wrote(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    mount = Mount(name="work", source=tmp_path, writable=True)
    box = Box(mounts=(mount,), toolchain=find_toolchain(HERE), label="tests")
    with DockerSandbox().open(box) as session:
        made = session.run(
            Call(
                argv=("sh", "-c", "mkdir -m 700 own && echo x >own/file"), cwd=session.where("work")
            )
        )
    assert made.is_success, made
    (tmp_path / "own/file").unlink()
    (tmp_path / "own").rmdir()


def test_socket_that_is_the_users_goes_before_one_that_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    system, own = Path("/var/run/docker.sock"), tmp_path / "docker.sock"
    usable: set[Path] = {system, own}
    there: set[Path] = {system, own}
    monkeypatch.setattr("speedwright.sandbox.engine._is_socket", lambda place: place in there)
    monkeypatch.setattr(os, "access", lambda place, mode: place in usable)

    def address(*, exist: set[Path], writable: set[Path]) -> str:
        there.clear(), usable.clear()
        there.update(exist), usable.update(writable)
        return engine_address()

    both: Any = {system, own}
    assert address(exist=both, writable=both) == f"unix://{system}"
    assert address(exist=both, writable={own}) == f"unix://{own}"
    assert address(exist={own}, writable={own}) == f"unix://{own}"
    assert address(exist={system}, writable=set()) == f"unix://{system}"  # and why is said later
    assert address(exist=set(), writable=set()) == ""
