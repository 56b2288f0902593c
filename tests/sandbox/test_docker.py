"""What only the Docker backend promises; everything common is in the conformance suite."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import EnvironmentMissing, ImageMissing, SandboxError, SandboxUnavailable
from speedwright.sandbox import MIB, Box, Call, Limits, Mount, Outcome, container
from speedwright.sandbox.docker import DockerSandbox
from speedwright.sandbox.engine import connect
from speedwright.sandbox.owner import OWNER_LABEL, RUN_LABEL, Owner
from speedwright.sandbox.session import scratch_inside
from speedwright.sandbox.toolchain import find_toolchain

HERE = Path("/nonexistent-target")


@pytest.fixture
def docker_engine() -> Iterator[Any]:
    try:
        client = connect()
    except SandboxUnavailable as error:
        pytest.skip(error.message)
    yield client
    client.close()


@pytest.fixture
def no_leftovers(docker_engine: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """A run name of this test, of which no container may be left."""
    run = f"test-{os.getpid()}-{request.node.name}"[:60]
    yield run
    assert of_run(docker_engine, run) == []


def of_run(client: Any, run: str) -> list[Any]:
    label = f"{RUN_LABEL}={run}"
    return list(client.containers.list(all=True, filters={"label": label}, ignore_removed=True))


def a_box(run: str, *, mounts: tuple[Mount, ...] = (), **limits: Any) -> Box:
    toolchain = find_toolchain(HERE)
    return Box(
        mounts=mounts, toolchain=toolchain, limits=Limits(**{"wall_s": 20.0, **limits}), label=run
    )


def python(code: str) -> Call:
    return Call(argv=("python", "-c", textwrap.dedent(code)))


pytestmark = pytest.mark.docker


def test_profile_is_the_documented_one(docker_engine: Any, no_leftovers: str) -> None:
    box = a_box(no_leftovers, pids=50, memory_bytes=300 * MIB, disk_bytes=9 * MIB, cpus=(0,))
    with DockerSandbox().open(box):
        (container,) = of_run(docker_engine, no_leftovers)
        host = container.attrs["HostConfig"]
        labels = container.labels
        config = container.attrs["Config"]
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["Privileged"] is False
    assert host["PidsLimit"] == 51
    assert host["Memory"] == 300 * MIB
    held = docker_engine.info()  # what a kernel cannot hold, the engine takes out
    assert host["MemorySwap"] == (300 * MIB if held["SwapLimit"] else -1)
    assert host["CpusetCpus"] == ("0" if held["CPUSet"] else "")
    scratch = {"/tmp"} | {scratch_inside(box.toolchain.paths)}
    assert host["Tmpfs"] == dict.fromkeys(scratch, f"rw,exec,nosuid,nodev,size={9 * MIB}")
    assert host["IpcMode"] == "private"
    assert host["ShmSize"] == 64 * MIB
    assert host["LogConfig"]["Type"] == "none"
    assert host["AutoRemove"] is True
    assert {one["Name"]: one["Hard"] for one in host["Ulimits"]}["core"] == 0
    assert config["User"] == "65534:65534"
    assert not config["Env"] or all(line.startswith("PATH=") for line in config["Env"])
    assert "docker.sock" not in str(container.attrs["Mounts"])
    assert all(not mount["RW"] for mount in container.attrs["Mounts"])
    owner = Owner.from_labels(labels)
    assert owner == Owner.of_this_process()
    assert labels[OWNER_LABEL].split(",")[0] == str(os.getpid())


def test_inside_is_unprivileged_and_has_nothing_of_the_host(
    no_leftovers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    code = """
        import os, socket
        status = open("/proc/self/status").read()
        for line in status.splitlines():
            if line.split(":")[0] in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp"):
                print(line.replace("\\t", ""))
        print(os.getuid(), os.getgid(), os.uname().nodename, sorted(os.environ))
        print(os.path.exists("/var/run/docker.sock"), os.listdir("/root"))
        print(sorted(name for _, name in socket.if_nameindex()))
        try:
            open("/usr/planted", "w")
        except OSError as error:
            print(error.strerror)
        print(b"sk-secret" in open("/proc/self/environ", "rb").read())
    """
    with DockerSandbox().open(a_box(no_leftovers)) as session:
        said = session.run(python(code))
    lines = said.stdout.decode().splitlines()
    assert lines[:4] == [
        "CapEff:0000000000000000",
        "CapBnd:0000000000000000",
        "NoNewPrivs:1",
        "Seccomp:2",
    ]
    assert lines[4] == "65534 65534 box ['HOME', 'LANG', 'PATH', 'TMPDIR']"
    assert lines[5].startswith("False ")
    assert lines[6] == "['lo']"
    assert lines[7] == "Read-only file system"
    assert lines[8] == "False"


def test_one_container_serves_many_calls(docker_engine: Any, no_leftovers: str) -> None:
    with DockerSandbox().open(a_box(no_leftovers)) as session:
        (before,) = of_run(docker_engine, no_leftovers)
        for number in range(5):
            result = session.run(python(f"print({number})"))
            assert result.stdout == f"{number}\n".encode()
        (after,) = of_run(docker_engine, no_leftovers)
    assert before.id == after.id


@pytest.mark.usefixtures("engine_limits_boxes")
def test_out_of_memory_is_told_apart_from_a_kill(no_leftovers: str) -> None:
    with DockerSandbox().open(a_box(no_leftovers, memory_bytes=80 * MIB)) as session:
        killed = session.run(python("import os; os.kill(os.getpid(), 9)"))
        assert (killed.outcome, killed.signal) == (Outcome.SIGNALED, signal.SIGKILL)
        full = session.run(python("x = [b'x' * (1 << 20) for _ in range(400)]"))
        assert full.outcome is Outcome.OUT_OF_MEMORY
        again = session.run(python("print('fine')"))
        assert again.stdout == b"fine\n"
        assert again.outcome is Outcome.EXITED


@pytest.mark.usefixtures("engine_limits_boxes")
def test_memory_of_a_tree_of_processes_is_one_limit(no_leftovers: str) -> None:
    code = """
        import os, time
        for _ in range(6):
            if os.fork() == 0:
                keep = b"x" * (30 << 20)
                time.sleep(30)
        time.sleep(30)
    """
    with DockerSandbox().open(a_box(no_leftovers, memory_bytes=100 * MIB, wall_s=3.0)) as session:
        result = session.run(python(code))
    assert "memory" in result.detail
    assert result.outcome in (Outcome.OUT_OF_MEMORY, Outcome.TIMED_OUT)


@pytest.mark.usefixtures("engine_limits_boxes")
def test_box_that_dies_of_memory_as_a_whole_is_the_commands_fault(no_leftovers: str) -> None:
    fill = Call(argv=("dd", "if=/dev/zero", "of=/tmp/full", "bs=64k"))
    box = a_box(no_leftovers, memory_bytes=16 * MIB, disk_bytes=100 * MIB)
    with DockerSandbox().open(box) as session:
        result = session.run(fill)
    assert result.outcome is Outcome.OUT_OF_MEMORY
    assert "memory" in result.detail


def test_full_disk_is_an_error_inside_and_no_more(no_leftovers: str) -> None:
    code = """
        try:
            with open("big", "wb") as file:
                for _ in range(64):
                    file.write(bytes(1 << 20))
        except OSError as error:
            print(error.strerror)
    """
    with DockerSandbox().open(a_box(no_leftovers, disk_bytes=8 * MIB)) as session:
        assert session.run(python(code)).stdout == b"No space left on device\n"
        assert session.run(python("import os; print(os.listdir())")).stdout == b"[]\n"


@pytest.mark.usefixtures("engine_limits_boxes")
def test_process_limit_stops_a_fork_bomb(no_leftovers: str) -> None:
    code = """
        import os, time
        count = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(60)
                count += 1
        except OSError as error:
            print(count, error.strerror)
    """
    with DockerSandbox().open(a_box(no_leftovers, pids=20)) as session:
        result = session.run(python(code))
        assert result.stdout == b"19 Resource temporarily unavailable\n"
        assert session.run(python("print(1)")).stdout == b"1\n"


def test_two_sessions_at_once_do_not_mix(
    docker_engine: Any, no_leftovers: str, tmp_path: Path
) -> None:
    places = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "word").write_text(name)
        places.append(Mount(name="target", source=tmp_path / name))
    sandbox = DockerSandbox()
    with (
        sandbox.open(a_box(no_leftovers, mounts=(places[0],))) as one,
        sandbox.open(a_box(no_leftovers, mounts=(places[1],))) as two,
    ):
        assert len(of_run(docker_engine, no_leftovers)) == 2
        assert one.where("target") == "/box/target"
        for session, word in ((one, b"one"), (two, b"two"), (one, b"one")):
            said = session.run(Call(argv=("cat", session.where("target") + "/word")))
            assert said.stdout == word
        one.close()
        assert len(of_run(docker_engine, no_leftovers)) == 1
        assert two.run(Call(argv=("true",))).is_success


def test_mount_is_writable_only_if_asked_for(no_leftovers: str, tmp_path: Path) -> None:
    for name in ("shown", "given"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)
    mounts = (
        Mount(name="shown", source=tmp_path / "shown"),
        Mount(name="given", source=tmp_path / "given", writable=True),
    )
    with DockerSandbox().open(a_box(no_leftovers, mounts=mounts)) as session:
        refused = session.run(Call(argv=("touch", session.where("shown") + "/x")))
        written = session.run(Call(argv=("touch", session.where("given") + "/x")))
    assert not refused.is_success and b"Read-only" in refused.stderr
    assert written.is_success and (tmp_path / "given/x").exists()


@pytest.mark.parametrize("above", ["/tmp", "/var/tmp"])
def test_toolchain_in_a_temporary_folder_is_neither_wiped_nor_in_the_way(
    no_leftovers: str, above: str
) -> None:
    with tempfile.TemporaryDirectory(dir=above) as folder:
        Path(folder).chmod(0o755)
        venv = Path(folder, "venv")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        toolchain = find_toolchain(HERE, [str(venv / "bin/python")])
        box = Box(mounts=(), toolchain=toolchain, label=no_leftovers)
        with DockerSandbox().open(box) as session:
            for _ in range(2):
                code = "import os, sys; print(sys.prefix, os.listdir()); open('left', 'w')"
                result = session.run(python(code))
                assert result.stdout.decode() == f"{venv} []\n"


HARNESS = """
import os, sys, time
from pathlib import Path
from speedwright.sandbox import Box, Call
from speedwright.sandbox.docker import DockerSandbox
from speedwright.sandbox.toolchain import find_toolchain
box = Box(mounts=(), toolchain=find_toolchain(Path("/nonexistent")), label=sys.argv[1])
session = DockerSandbox().open(box)
print("open", flush=True)
if sys.argv[2] == "busy":
    session.run(Call(argv=("sleep", "50")))
time.sleep(60)
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_killed_harness_leaves_no_container(
    docker_engine: Any, no_leftovers: str, state: str
) -> None:
    command = [sys.executable, "-c", HARNESS, no_leftovers, state]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as harness:
        assert harness.stdout is not None
        assert harness.stdout.readline() == b"open\n"
        time.sleep(0.5)
        assert len(of_run(docker_engine, no_leftovers)) == 1
        harness.kill()
    deadline = time.monotonic() + 15
    while of_run(docker_engine, no_leftovers) and time.monotonic() < deadline:
        time.sleep(0.1)


def test_container_killed_from_outside_is_our_error(docker_engine: Any, no_leftovers: str) -> None:
    with DockerSandbox().open(a_box(no_leftovers)) as session:
        (container,) = of_run(docker_engine, no_leftovers)
        container.kill()
        with pytest.raises(SandboxError, match="supervisor"):
            session.run(python("print(1)"))


def test_missing_image_is_not_pulled(no_leftovers: str) -> None:
    with pytest.raises(ImageMissing, match="`no/such:image` is not on this machine") as caught:
        DockerSandbox("no/such:image").open(a_box(no_leftovers))
    assert "docker pull" in caught.value.hint


def test_refusal_of_the_engine_leaves_nothing(no_leftovers: str) -> None:
    with pytest.raises(SandboxError, match=r"engine|sched_setaffinity"):  # ours, without cpusets
        DockerSandbox().open(a_box(no_leftovers, cpus=(4096,)))
    gone = Mount(name="gone", source=Path("/nonexistent/folder"))
    with pytest.raises(SandboxError, match="/nonexistent/folder"):
        DockerSandbox().open(a_box(no_leftovers, mounts=(gone,)))


def test_private_interpreter_is_a_clear_error(no_leftovers: str, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    venv.chmod(0o700)
    if os.geteuid():
        pytest.skip("only root's folders are closed to the sandbox's user")
    box = Box(mounts=(), toolchain=find_toolchain(HERE, [f"{venv}/bin/python"]), label=no_leftovers)
    with pytest.raises(EnvironmentMissing, match="may not start") as caught:
        DockerSandbox().open(box)
    assert "chmod" in caught.value.hint


def test_image_that_went_away_is_made_again(docker_engine: Any, no_leftovers: str) -> None:
    engine_image = "speedwright-test-gone:1"
    docker_engine.images.get(DockerSandbox().describe()["image"]).tag(engine_image)
    sandbox = DockerSandbox()
    with sandbox.open(a_box(no_leftovers)):
        pass
    object.__setattr__(sandbox._prepared, "digest", "sha256:" + "0" * 64)
    docker_engine.images.remove(engine_image)
    with pytest.raises(SandboxError, match="No such image"):
        sandbox.open(a_box(no_leftovers))
    with sandbox.open(a_box(no_leftovers)) as session:
        assert session.run(Call(argv=("true",))).is_success


def test_description_names_the_image_by_its_digest(no_leftovers: str) -> None:
    facts = DockerSandbox().describe()
    assert facts["image"].startswith("speedwright-host:")
    assert facts["image_digest"].startswith("sha256:")
    assert facts["cgroup_version"] in ("1", "2")


def test_localhost_has_a_name_and_works(no_leftovers: str) -> None:
    code = """
        import socket
        listening = socket.create_server(("localhost", 0))
        socket.create_connection(("localhost", listening.getsockname()[1]), 5)
        """
    with DockerSandbox().open(a_box(no_leftovers)) as session:
        result = session.run(python(code))
    assert result.is_success, result.stderr


def test_box_with_a_network_is_refused_and_removed(
    no_leftovers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "is_on_a_network", lambda _: True)
    with pytest.raises(SandboxError, match="network"):
        DockerSandbox().open(a_box(no_leftovers))
