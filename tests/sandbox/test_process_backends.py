"""Pieces of the backends without an engine: environment, limits, the filter, availability."""

import json
import os
import platform
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox import MIB, Box, Call, Limits, Outcome, Toolchain, seccomp
from speedwright.sandbox.bubblewrap import BubblewrapSandbox
from speedwright.sandbox.inside import inside_environment, search_path, write_shims
from speedwright.sandbox.limitgroup import LimitGroup
from speedwright.sandbox.process import ProcessSandbox
from speedwright.sandbox.rlimits import of_mapped_processes, of_own_processes
from speedwright.sandbox.session import SupervisedSession

HERE = Toolchain(python=Path(sys.executable), paths=(Path(sys.prefix), Path(sys.base_prefix)))
BOX = Box(mounts=(), toolchain=HERE)


def test_environment_is_built_from_nothing() -> None:
    env = inside_environment({"A": "1"}, {"A": "2"}, scratch="/s", search_path=("/x", "/y"))
    assert env == {
        "PATH": "/x:/y",
        "HOME": "/s",
        "TMPDIR": "/s",
        "LANG": "C.UTF-8",
        "A": "2",
    }


@pytest.mark.parametrize("name", ["", "A=B", "A\0"])
def test_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(SandboxError, match="cannot be set"):
        inside_environment({name: "x"}, scratch="/s", search_path=())


def test_shims_only_where_names_mean_something_else(tmp_path: Path) -> None:
    assert not write_shims(HERE, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    odd = tmp_path / "it's odd"
    odd.mkdir()
    (odd / "python3.99").symlink_to(sys.executable)
    tools = Toolchain(python=odd / "python3.99", search_path=("/usr/bin",))
    assert write_shims(tools, tmp_path / "bin")
    assert search_path(tools, "/shims") == ("/shims", str(odd), "/usr/bin")
    for name in ("python", "python3"):
        found = subprocess.run(
            [tmp_path / "bin" / name, "-c", "import sys; print(sys.argv[1])", "a b"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout == "a b\n"


def test_an_odd_interpreter_is_python_inside(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "python3.99").symlink_to(sys.executable)
    tools = Toolchain(python=tmp_path / "tools" / "python3.99", paths=(tmp_path / "tools",))
    with ProcessSandbox().open(Box(mounts=(), toolchain=tools)) as session:
        result = session.run(Call(argv=("python", "-c", "import sys; print(sys.executable)")))
    assert result.stdout.decode().strip().endswith("python3.99")


def test_filter_is_whole_instructions_and_jumps_stay_inside() -> None:
    for machine in seccomp.REFUSED:
        for refused in (seccomp.REFUSED, seccomp.AFFINITY):
            code = seccomp.program(machine, refused)
            assert code is not None
            steps = list(struct.iter_unpack("=HBBI", code))
            for place, (_, if_true, if_false, _) in enumerate(steps):
                assert place + 1 + max(if_true, if_false) < len(steps) or place == len(steps) - 1
            assert steps[-1] == (0x06, 0, 0, 0x7FFF0000)
    assert seccomp.program("pdp11") is None


def test_filter_numbers_are_this_kernels() -> None:
    header = Path(f"/usr/include/{platform.machine()}-linux-gnu/asm/unistd_64.h")
    if platform.machine() != "x86_64" or not header.exists():
        pytest.skip("needs the kernel's headers of this machine")
    names = {
        int(words[2]): words[1].removeprefix("__NR_")
        for words in (line.split() for line in header.read_text().splitlines())
        if len(words) == 3 and words[0] == "#define" and words[2].isdigit()
    }
    assert [names.get(number) for number in seccomp.AFFINITY["x86_64"]] == ["sched_setaffinity"]
    refused = {names.get(number, "?") for number in seccomp.REFUSED["x86_64"]}
    expected = """
        add_key request_key keyctl perf_event_open bpf userfaultfd pivot_root mount umount2 setns
        init_module delete_module finit_module kexec_load kexec_file_load adjtimex settimeofday
        clock_settime clock_adjtime syslog acct swapon swapoff reboot quotactl iopl ioperm vhangup
        open_by_handle_at io_uring_setup io_uring_enter io_uring_register open_tree move_mount
        fsopen fsconfig fsmount fspick mount_setattr
    """
    assert refused == set(expected.split())


def test_limits_of_single_processes() -> None:
    limits = of_own_processes(Limits(memory_bytes=5 * MIB, pids=7))
    assert limits["RLIMIT_DATA"] == 5 * MIB
    assert ("RLIMIT_NPROC" in limits) == (os.geteuid() != 0)
    assert limits.get("RLIMIT_NPROC", 8) > 7


def test_limits_of_single_processes_whose_user_an_engine_maps() -> None:
    limits = of_mapped_processes(Limits(memory_bytes=5 * MIB, pids=7))
    assert limits["RLIMIT_DATA"] == 5 * MIB
    others = sum(
        process.info["num_threads"] or 1
        for process in psutil.process_iter(["uids", "num_threads"])
        if process.info["uids"] is not None and process.info["uids"].real != 0
    )
    assert abs(limits["RLIMIT_NPROC"] - 7 - others) < 50


def test_group_holds_the_limits_and_goes_away() -> None:
    group = LimitGroup.create(Limits(memory_bytes=64 * MIB, pids=9))
    if group is None:
        pytest.skip("no control group can be made here")
    folders = group.counters.folders
    assert (folders["pids"] / "pids.max").read_text().strip() == "10"
    assert group.counters.oom_kills() == 0
    with subprocess.Popen(["sleep", "60"]) as process:
        group.add(process.pid)
        assert str(process.pid) in (folders["memory"] / "cgroup.procs").read_text().split()
        process.kill()
    group.remove()
    group.remove()
    assert not any(folder.exists() for folder in folders.values())


def test_group_of_a_dead_harness_is_swept() -> None:
    group = LimitGroup.create(Limits())
    if group is None:
        pytest.skip("no control group can be made here")
    with subprocess.Popen(["true"]) as dead:
        pass
    left = [
        folder.with_name(f"speedwright-{dead.pid}-1") for folder in group.counters.folders.values()
    ]
    for folder in set(left):
        folder.mkdir()
    group.remove()
    again = LimitGroup.create(Limits())
    assert again is not None
    again.remove()
    assert not any(folder.exists() for folder in left)


def test_missing_bubblewrap_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = (
        "from speedwright.sandbox.bubblewrap import BubblewrapSandbox as B\n"
        "a = B().availability(); print(a.is_available, a.reason)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith("False")
    assert "apt-get install bubblewrap" in found.stdout


def test_refusing_bubblewrap_is_told_with_its_words(tmp_path: Path) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(
        "#!/bin/sh\ncase $1 in --help) echo --size;; --version) echo bubblewrap 9;;"
        " *) echo 'No permissions to create new namespace' >&2; exit 1;; esac\n"
    )
    fake.chmod(0o755)
    code = (
        "from pathlib import Path; import sys\n"
        "from speedwright.sandbox import Box, Toolchain\n"
        "from speedwright.sandbox.bubblewrap import BubblewrapSandbox as B\n"
        "from speedwright.errors import SandboxUnavailable\n"
        "print(B().availability().reason)\n"
        "try: B().open(Box(mounts=(), toolchain=Toolchain(python=Path(sys.executable))))\n"
        "except SandboxUnavailable as error: print(error.hint)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.count("No permissions to create new namespace") == 2


@pytest.mark.parametrize("sandbox", [ProcessSandbox(), BubblewrapSandbox()], ids=lambda s: s.name)
def test_hung_supervisor_is_killed_with_all_below_it(
    sandbox: ProcessSandbox | BubblewrapSandbox,
) -> None:
    if not sandbox.availability().is_available:
        pytest.skip(sandbox.availability().reason)
    session = sandbox.open(Box(mounts=(), toolchain=HERE))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.run, Call(argv=("sleep", "61.901")))
        family: list[psutil.Process] = []
        while not any("61.901" in process.cmdline() for process in family):
            family = psutil.Process().children(recursive=True)
        for process in family:
            process.suspend()
        session.close()
        with pytest.raises(SandboxError):
            running.result(timeout=30)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


QUICK_END = """
import os, time
def take(count):
    return os.read(3, count)
os.write(4, b"R")
take(8), take(1)
spin = time.process_time() + 0.05
while time.process_time() < spin: pass
open("called", "w").close()
time.sleep(0.3)
os.write(4, bytes(7) + b"\\x01x")
os._exit(0)
"""


def test_a_command_that_is_gone_before_its_answer_is_read_has_cpu_time(tmp_path: Path) -> None:
    """A supervisor that a neighbour kept from its core reads the answer of a dead command."""
    with ProcessSandbox().open(BOX) as session, ThreadPoolExecutor(1) as pool:
        place = tmp_path / "called"
        code = QUICK_END.replace('"called"', repr(str(place)))
        argv = ("python", "-I", "-S", "-c", code)
        running = pool.submit(session.run, Call(argv=argv, function_input=b"x"))
        until_s = time.monotonic() + 10
        while not place.exists() and time.monotonic() < until_s:
            time.sleep(0.01)
        (supervisor,) = psutil.Process().children()
        supervisor.suspend()
        time.sleep(0.6)
        supervisor.resume()
        result = running.result(timeout=10)
    assert result.reply == b"x"
    assert result.wall_s >= 0.5, "it is late by the wall, and so is the end of the call"
    assert result.teardown_cpu_s == 0.0
    assert result.setup_cpu_s is not None and result.cpu_s - result.setup_cpu_s >= 0.05


def test_death_for_memory_of_the_whole_box_is_told() -> None:
    class Cage:
        kills = 0

        def oom_kills(self) -> int:
            return self.kills

        def last_words(self) -> str:
            return ""

        def destroy(self) -> None:
            return None

    cage = Cage()

    class Dying:
        answers = iter([{"op": "hello", "protocol": 1, "sizes": []}, {"op": "ok", "sizes": []}])

        def __init__(self) -> None:
            self.pending = b""

        def send(self, data: bytes, deadline: float) -> None:
            return None

        def receive(self, count: int, deadline: float) -> bytes:
            if not self.pending:
                answer = next(self.answers, None)
                if answer is None:
                    cage.kills += 1
                    raise SandboxError("the supervisor is gone")
                text = json.dumps(answer).encode()
                self.pending = struct.pack(">I", len(text)) + text
            found, self.pending = self.pending[:count], self.pending[count:]
            return found

        def close(self) -> None:
            return None

    box = Box(mounts=(), toolchain=HERE)
    session = SupervisedSession(box, cage, Dying(), places={}, search_path=())
    assert session.run(Call(argv=("x",))).outcome is Outcome.OUT_OF_MEMORY
    with pytest.raises(SandboxError, match="closed"):
        session.run(Call(argv=("x",)))


def test_sandboxes_name_themselves() -> None:
    assert (ProcessSandbox().name, ProcessSandbox().isolates) == ("process", False)
    assert (BubblewrapSandbox().name, BubblewrapSandbox().isolates) == ("bubblewrap", True)
