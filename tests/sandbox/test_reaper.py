from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import SandboxUnavailable
from speedwright.sandbox.engine import connect
from speedwright.sandbox.hostimage import host_image
from speedwright.sandbox.owner import OWNER_LABEL, RUN_LABEL, Owner, boot_id
from speedwright.sandbox.reaper import clean, reap


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_owner_survives_its_labels() -> None:
    me = Owner.of_this_process()
    labels = me.labels("run-1")
    assert labels[RUN_LABEL] == "run-1"
    assert labels[OWNER_LABEL] == f"{os.getpid()},{boot_id()}"
    assert Owner.from_labels(labels) == me
    assert not me.is_gone


def test_owner_is_gone_when_dead_reused_or_of_another_boot() -> None:
    me = Owner.of_this_process()
    assert replace(me, pid=dead_pid()).is_gone
    assert replace(me, started_ticks="1").is_gone
    assert replace(me, boot_id="another-boot").is_gone


def test_owner_that_cannot_be_seen_counts_as_living() -> None:
    elsewhere = replace(
        Owner.of_this_process(), pid=dead_pid(), pid_namespace="pid:[1]", started_ticks="1"
    )
    assert not elsewhere.is_gone


@pytest.mark.parametrize("label", ["", "12", "abc,boot", ",boot", "12,"])
def test_garbled_owner_is_no_owner(label: str) -> None:
    assert Owner.from_labels({OWNER_LABEL: label}) is None


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def test_scratch_of_the_dead_goes_and_of_the_living_stays(
    temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    names = {
        f"speedwright-box-{dead_pid()}-abc": True,
        f"speedwright-box-{os.getpid()}-abc": False,
        "speedwright-fresh": False,
        "speedwright-old": True,
        "someone-elses": False,
    }
    for name in names:
        (temporary_folder / name).mkdir()
        (temporary_folder / name / "file").write_bytes(bytes(1000))
    old = time.time() - 3 * 86400
    for name in ("speedwright-old", "someone-elses"):
        os.utime(temporary_folder / name, (old, old))
    report = clean()
    assert {path.name for path in report.folders} == {name for name, gone in names.items() if gone}
    assert report.freed_bytes == 2000
    assert {path.name for path in temporary_folder.iterdir()} == {
        name for name, gone in names.items() if not gone
    }
    assert any("no Docker engine" in line for line in report.kept)


def test_caches_go_only_with_everything(
    temporary_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    environment = tmp_path / "cache/speedwright/envs/abc"
    environment.mkdir(parents=True)
    assert clean().folders == ()
    assert environment.exists()
    report = clean(everything=True)
    assert report.folders == (tmp_path / "cache/speedwright/envs",)
    assert next(iter(report.to_json())) == "schema_version"
    assert not environment.exists()


@pytest.fixture
def engine() -> Iterator[Any]:
    try:
        client = connect()
    except SandboxUnavailable as error:
        pytest.skip(error.message)
    yield client
    client.close()


@pytest.fixture
def containers(engine: Any) -> Iterator[Any]:
    """Make sleeping containers with given labels; whatever is left is removed."""
    made: list[str] = []
    image = host_image(engine).id

    def make(labels: dict[str, str]) -> str:
        created = engine.api.create_container(image, ["/nothing"], labels=labels)["Id"]
        made.append(created)
        return str(created)

    yield make
    for one in made:
        engine.api.remove_container(one, force=True) if exists(engine, one) else None


def exists(engine: Any, container: str) -> bool:
    found = engine.api.containers(all=True, filters={"id": container})
    return bool(found)


@pytest.mark.docker
def test_only_containers_of_gone_owners_are_reaped(engine: Any, containers: Any) -> None:
    me = Owner.of_this_process()
    dead = containers(replace(me, pid=dead_pid()).labels("reaper-test"))
    rebooted = containers(replace(me, boot_id="another").labels("reaper-test"))
    living = containers(me.labels("reaper-test"))
    foreign = containers({"com.example": "theirs"})
    garbled = containers({OWNER_LABEL: "nonsense"})
    assert len(reap(engine)) == 2
    assert not exists(engine, dead)
    assert not exists(engine, rebooted)
    assert exists(engine, living)
    assert exists(engine, foreign)
    assert exists(engine, garbled)


@pytest.mark.docker
@pytest.mark.usefixtures("temporary_folder")
def test_clean_of_one_run_leaves_the_other_alone(engine: Any, containers: Any) -> None:
    me = Owner.of_this_process()
    dead = containers(replace(me, pid=dead_pid()).labels("reaper-test"))
    living = containers(me.labels("reaper-test"))
    report = clean()
    assert len(report.containers) == 1
    assert any("its owner is alive" in line for line in report.kept)
    assert not exists(engine, dead)
    assert exists(engine, living)


@pytest.mark.usefixtures("temporary_folder")
def test_scratch_that_cannot_be_removed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    left = Path(tempfile.gettempdir(), f"speedwright-run-{dead_pid()}-x")
    left.mkdir()
    monkeypatch.setattr(shutil, "rmtree", lambda folder, **options: None)  # another user's files
    report = clean()
    assert report.folders == ()
    assert any(str(left) in line and "as root" in line for line in report.kept)
