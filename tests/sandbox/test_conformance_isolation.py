"""What a hostile command finds: no network, no rights, nobody else, a supervisor out of reach."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from speedwright.sandbox import Call, ProcessResult, Sandbox, Session

Run = Callable[..., ProcessResult]
Covered = Callable[[str], None]
LISTENER = """
import socket, sys
server = socket.create_server(('127.0.0.1', 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def port() -> Iterator[int]:
    """A port on this machine where somebody listens."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        yield int(server.stdout.readline())
        server.stdin.close()


CONNECT = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)"


def test_network_of_the_machine_is_out_of_reach(python: Run, covered: Covered, port: int) -> None:
    covered("network off")
    assert b"Error" in python(CONNECT, str(port)).stderr
    addresses = python("print(open('/proc/net/dev').read())").stdout.decode()
    names = {line.split(":")[0].strip() for line in addresses.splitlines() if ":" in line}
    assert names <= {"lo", "tunl0", "sit0", "ip6tnl0"}
    assert not python("import socket; socket.create_connection(('192.0.2.1', 9), 2)").is_success


def test_plain_process_says_that_it_does_not_isolate(
    sandbox: Sandbox, python: Run, port: int
) -> None:
    reaches_host = python(CONNECT, str(port)).is_success
    assert reaches_host != sandbox.isolates


def test_no_capabilities_and_no_new_ones(shell: Run, covered: Covered) -> None:
    covered("no capabilities")
    status = dict(
        line.split(":", 1)
        for line in shell("cat /proc/self/status").stdout.decode().splitlines()
        if ":" in line
    )
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 0, kind
    assert status["NoNewPrivs"].strip() == "1"
    inside, outside, _ = shell("cat /proc/self/uid_map").stdout.split()[:3]
    is_mapped = (inside, outside) != (b"0", b"0")  # a rootless engine's root is an ordinary user
    assert is_mapped or shell("id -u").stdout != b"0\n"


def test_no_mounts_and_no_nested_namespaces_with_rights(shell: Run, covered: Covered) -> None:
    covered("no capabilities")
    assert not shell("mount -t tmpfs none /tmp").is_success
    assert not shell("unshare --user --map-root-user --mount mount -t tmpfs none /box").is_success


CALLS = """
import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
calls = {'x86_64': {'keyctl': 250, 'add_key': 248, 'perf_event_open': 298, 'bpf': 321,
                    'userfaultfd': 323, 'open_by_handle_at': 304},
         'aarch64': {'keyctl': 219, 'add_key': 217, 'perf_event_open': 241, 'bpf': 280,
                     'userfaultfd': 282, 'open_by_handle_at': 265}}
for name, number in calls[platform.machine()].items():
    result = libc.syscall(number, 0, 0, 0, 0, 0)
    print(name, result, errno.errorcode.get(ctypes.get_errno()))
"""


def test_dangerous_system_calls_are_filtered(python: Run, shell: Run, covered: Covered) -> None:
    covered("filtered calls")
    for line in python(CALLS).stdout.decode().splitlines():
        assert line.split()[1:] == ["-1", "EPERM"], line
    assert b"Seccomp:\t2" in shell("cat /proc/self/status").stdout


def test_what_programs_need_works(python: Run, shell: Run) -> None:
    code = """
import multiprocessing, threading, tempfile, os
def square(x): return x * x
with multiprocessing.get_context('fork').Pool(2) as pool:
    print(pool.map(square, range(4)))
multiprocessing.Semaphore(1)
with tempfile.NamedTemporaryFile() as file:
    print(os.path.dirname(file.name) == os.environ['TMPDIR'])
print(os.path.expanduser('~') == os.environ['HOME'])
"""
    result = python(code)
    assert result.stdout == b"[0, 1, 4, 9]\nTrue\nTrue\n", result.stderr
    build = "echo 'int main(){return 42;}' > m.c && gcc -O2 m.c -o m && ./m"
    assert shell(build).exit_code == 42


def test_only_its_own_processes_are_seen(python: Run, covered: Covered) -> None:
    covered("own process namespace")
    lowest = "min(int(n) for n in os.listdir('/proc') if n.isdigit())"
    assert python(f"import os; print({lowest}, os.getppid())").stdout == b"1 1\n"
    assert (
        int(python("import os; print(sum(n.isdigit() for n in os.listdir('/proc')))").stdout) == 2
    )


def test_files_of_the_host_are_not_seen(
    shell: Run, covered: Covered, tmp_path: Path, mounts: object
) -> None:
    covered("hidden host")
    secret = tmp_path / "secret"
    secret.write_text("oracle")
    tmp_path.chmod(0o755)
    assert shell(f"cat {secret}").exit_code != 0
    assert shell("cat /etc/shadow /etc/hostname").stdout.strip() in (b"", b"box")
    assert shell("ls /var/log").stdout == b""
    way = set(Path(sys.prefix).parts)  # the toolchain's own folder may lie in a home
    assert set(shell("ls /home").stdout.decode().split()) <= way


SPY = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
boss = os.getppid()
def attempt(name, action):
    try:
        action()
    except OSError:
        return
    print('succeeded:', name)
def ptrace():
    if libc.ptrace(16, boss, 0, 0):
        raise OSError
def vm_read():
    buffer = ctypes.create_string_buffer(8)
    iov = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    there = (ctypes.c_void_p * 2)(0x400000, 8)
    if libc.process_vm_readv(boss, iov, 1, there, 1, 0) < 0:
        raise OSError
attempt('mem', lambda: open(f'/proc/{boss}/mem', 'r+b'))
attempt('environ', lambda: open(f'/proc/{boss}/environ').read())
attempt('maps', lambda: open(f'/proc/{boss}/maps').read())
for number in range(200):
    attempt('fd %d' % number, lambda: os.open(f'/proc/{boss}/fd/{number}', os.O_RDONLY))
attempt('ptrace', ptrace)
attempt('vm_read', vm_read)
if hasattr(os, 'pidfd_open'):
    def steal():
        pidfd = os.pidfd_open(boss)
        if libc.syscall(438, pidfd, 100, 0) < 0:
            raise OSError
    attempt('pidfd_getfd', steal)
print('done')
"""


def test_supervisor_cannot_be_read_or_traced(python: Run, covered: Covered) -> None:
    covered("protected supervisor")
    result = python(SPY)
    assert result.stdout == b"done\n", result.stderr


def test_supervisor_cannot_be_killed_or_stopped(python: Run, covered: Covered) -> None:
    covered("protected supervisor")
    code = """
import os, signal, time
for number in (*range(1, 32), signal.SIGRTMIN):
    try: os.kill(1, number)
    except OSError: pass
time.sleep(0.1)
print('alive')
"""
    assert python(code).stdout == b"alive\n"
    assert python("print('still')").stdout == b"still\n"


def test_killing_everything_it_can_kills_only_itself(session: Session, covered: Covered) -> None:
    covered("protected supervisor")
    result = session.run(Call(argv=("sh", "-c", "kill -9 -1; sleep 5")))
    assert not result.is_success or result.wall_s < 30
    assert session.run(Call(argv=("true",))).is_success


def test_supervisor_program_cannot_be_changed(shell: Run, covered: Covered) -> None:
    covered("read-only root")
    result = shell("for f in $(tr '\\0' ' ' < /proc/1/cmdline); do test -w $f && echo $f; done")
    assert result.stdout == b""


def test_kernel_log_and_memory_are_closed(shell: Run, covered: Covered) -> None:
    covered("hidden host")
    assert shell("cat /proc/kcore | head -c 8 | od -An -c").stdout.strip() == b""
    assert not shell("dmesg").is_success
