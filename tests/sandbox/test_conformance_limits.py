"""Ceilings: memory, processes, disk, descriptors, file size; each is told apart."""

from collections.abc import Callable

import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox import MIB, Call, Limits, Outcome, ProcessResult, Session

Open = Callable[..., Session]
Covered = Callable[[str], None]


def run(session: Session, code: str, limits: Limits | None = None) -> ProcessResult:
    return session.run(Call(argv=("python", "-c", code), limits=limits))


@pytest.fixture(scope="module")
def small(opened: Open) -> Session:
    """A box of 200 MiB with room for 24 processes and 16 MiB of files."""
    return opened(Limits(memory_bytes=200 * MIB, pids=24, disk_bytes=16 * MIB, wall_s=30.0))


GREEDY = "x = b'x' * (600 << 20); print('had it all')"


def test_memory_limit_holds(small: Session) -> None:
    result = run(small, GREEDY)
    assert not result.is_success
    assert b"had it all" not in result.stdout


def test_out_of_memory_is_told_from_a_crash(small: Session, covered: Covered) -> None:
    covered("told out of memory")
    assert run(small, GREEDY).outcome is Outcome.OUT_OF_MEMORY
    killed = small.run(Call(argv=("sh", "-c", "kill -9 $$")))
    assert killed.outcome is Outcome.SIGNALED
    assert run(small, "raise MemoryError").outcome is Outcome.EXITED


def test_child_out_of_memory_is_told(small: Session, covered: Covered) -> None:
    covered("told out of memory")
    call = f"subprocess.call([sys.executable, '-c', {GREEDY!r}])"
    code = f"import subprocess, sys; sys.exit({call} != 0)"
    assert run(small, code).outcome is Outcome.OUT_OF_MEMORY


def test_session_is_usable_after_out_of_memory(small: Session) -> None:
    run(small, GREEDY)
    assert run(small, "print('fine')").stdout == b"fine\n"


def test_enough_memory_is_enough(small: Session) -> None:
    assert run(small, "x = b'x' * (60 << 20)").is_success


FORKS = """
import os, time
made = 0
for _ in range(80):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        time.sleep(60); os._exit(0)
    made += 1
print(made)
"""


def test_process_limit_holds(small: Session, covered: Covered) -> None:
    covered("pids limit")
    result = run(small, FORKS)
    assert 10 <= int(result.stdout) <= 24
    assert result.leftover_processes == int(result.stdout)


def test_threads_count_as_processes(small: Session, covered: Covered) -> None:
    covered("pids limit")
    code = """
import threading, time
made = 0
try:
    for _ in range(80):
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start(); made += 1
except RuntimeError:
    pass
print(made)
"""
    assert int(run(small, code).stdout) <= 24


def test_fork_bomb_is_survived(small: Session, covered: Covered) -> None:
    covered("pids limit")
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    result = run(small, bomb, Limits(wall_s=1.0))
    assert result.outcome is Outcome.TIMED_OUT
    assert run(small, "print('fine')").stdout == b"fine\n"


def test_disk_limit_holds(small: Session, covered: Covered) -> None:
    covered("disk limit")
    code = """
import errno
try:
    with open('big', 'wb') as file:
        for _ in range(64): file.write(b'x' * (1 << 20))
except OSError as error:
    print(errno.errorcode[error.errno])
"""
    assert run(small, code).stdout == b"ENOSPC\n"
    assert run(small, "open('small', 'wb').write(b'x' * 1000)").is_success  # emptied in between


def test_full_disk_is_told_when_writing(small: Session, covered: Covered) -> None:
    covered("disk limit")
    with pytest.raises(SandboxError, match="No space"):
        small.write("big", b"x" * (20 * MIB))
    small.write("small", b"fits")
    assert run(small, "print(open('small').read())").is_success


def test_file_size_limit_holds(small: Session) -> None:
    code = """
import errno
try:
    with open('big', 'wb', buffering=0) as file:
        while file.write(b'x' * (1 << 20)): pass
except OSError as error:
    print(errno.errorcode[error.errno])
"""
    result = run(small, code, Limits(file_bytes=3 * MIB, wall_s=30))
    assert result.stdout == b"EFBIG\n"
    assert len(small.read("big", max_bytes=8 * MIB)) == 3 * MIB


def test_open_files_limit_holds(small: Session) -> None:
    code = """
files = []
try:
    while True: files.append(open('/dev/null'))
except OSError:
    print(len(files))
"""
    assert 30 < int(run(small, code, Limits(open_files=64)).stdout) <= 64


def test_limits_cannot_be_raised(small: Session, covered: Covered) -> None:
    covered("no capabilities")
    code = "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (4096, 4096))"
    assert not run(small, code, Limits(open_files=64)).is_success


def test_no_core_files(small: Session) -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    assert run(small, code).stdout == b"(0, 0)\n"


def test_cores_are_limited(opened: Open) -> None:
    session = opened(Limits(cpus=(0,)))
    assert run(session, "import os; print(os.sched_getaffinity(0))").stdout == b"{0}\n"
