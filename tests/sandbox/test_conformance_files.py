"""Files in and out of the scratch folder, mounts, and what survives a call (nothing)."""

from collections.abc import Callable

import pytest

from speedwright.errors import SandboxError
from speedwright.sandbox import Call, Mount, ProcessResult, Session

Run = Callable[..., ProcessResult]
Covered = Callable[[str], None]


def test_written_file_is_there_and_left_file_can_be_read(session: Session, shell: Run) -> None:
    session.write("deep/er/in.bin", b"\0\xff" * 1000)
    assert shell("cp deep/er/in.bin out.bin").is_success
    assert session.read("out.bin", max_bytes=2000) == b"\0\xff" * 1000


def test_absolute_paths_below_the_scratch_folder_work(session: Session, shell: Run) -> None:
    scratch = session.where("scratch")
    session.write(f"{scratch}/in.txt", b"in")
    assert shell(f"cat {scratch}/in.txt > out.txt").is_success
    assert session.read(f"{scratch}/out.txt", max_bytes=10) == b"in"


@pytest.mark.parametrize("path", ["../out", "a/../../out", "/etc/out", "", "a//b", "./a", "a/"])
def test_paths_outside_are_refused(session: Session, path: str) -> None:
    with pytest.raises(SandboxError):
        session.write(path, b"")
    with pytest.raises(SandboxError):
        session.read(path, max_bytes=10)


@pytest.mark.parametrize(
    "script",
    [
        "ln -s /etc/passwd x",
        "echo 1 > real; ln -s real x",
        "mkfifo x",
        "mkdir x",
        "python -c \"import socket; socket.socket(socket.AF_UNIX).bind('x')\"",
    ],
)
def test_only_plain_files_are_read(session: Session, shell: Run, script: str) -> None:
    assert shell(script).is_success
    with pytest.raises(SandboxError):
        session.read("x", max_bytes=10_000)


def test_links_in_the_way_are_refused(session: Session, shell: Run) -> None:
    assert shell("mkdir d; echo 1 > d/f; ln -s d link; ln -s / root").is_success
    assert session.read("d/f", max_bytes=10) == b"1\n"
    for path in ("link/f", "root/etc/passwd"):
        with pytest.raises(SandboxError):
            session.read(path, max_bytes=10_000)


def test_too_large_file_is_refused(session: Session, shell: Run) -> None:
    assert shell("head -c 1000 /dev/zero > x").is_success
    assert len(session.read("x", max_bytes=1000)) == 1000
    with pytest.raises(SandboxError, match="more than 999 bytes"):
        session.read("x", max_bytes=999)


def test_missing_file_is_an_error_and_the_session_goes_on(session: Session, shell: Run) -> None:
    with pytest.raises(SandboxError, match="nothing-here"):
        session.read("nothing-here", max_bytes=10)
    assert shell("exit 0").is_success


def test_scratch_is_empty_at_the_next_call(session: Session, shell: Run) -> None:
    hostile = "mkdir -p a/b; echo 1 > a/b/c; chmod 000 a/b a; ln -s / root; mkfifo p; touch .hidden"
    assert shell(hostile).is_success
    result = shell("ls -A; pwd")
    assert result.stdout.decode() == session.where("scratch") + "\n"


def test_written_file_lasts_for_one_call(session: Session, shell: Run) -> None:
    session.write("once", b"1")
    assert shell("cat once").stdout == b"1"
    assert not shell("cat once").is_success


def test_very_deep_folders_are_removed(session: Session, python: Run, shell: Run) -> None:
    code = (
        "import os\nfor i in range(3000):\n    os.mkdir('d' * 100); os.chdir('d' * 100)\nprint(i)"
    )
    assert python(code).stdout == b"2999\n"
    assert shell("ls -A").stdout == b""


IPC = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
make = sys.argv[1] == 'make'
flags = 0o1600 if make else 0o600
print(libc.shmget(0x5eed, 4096, flags) >= 0, libc.semget(0x5eed, 1, flags) >= 0,
      libc.msgget(0x5eed, flags) >= 0)
librt = ctypes.CDLL('librt.so.1', use_errno=True)
print(librt.mq_open(b'/kept', os.O_RDWR | (os.O_CREAT if make else 0), 0o600, None) >= 0)
if make:
    open('/dev/shm/kept', 'w').write('1')
print(os.path.exists('/dev/shm/kept'))
"""


def test_shared_memory_queues_and_semaphores_do_not_survive(python: Run, covered: Covered) -> None:
    covered("isolated ipc")
    assert python(IPC, "make").stdout.split() == [b"True"] * 5
    assert python(IPC, "look").stdout.split() == [b"False"] * 5


def test_mount_is_shown(session: Session, shell: Run) -> None:
    assert shell(f"cat {session.where('shown')}/file.txt").stdout == b"from the host"


def test_unknown_mount_is_a_key_error(session: Session) -> None:
    with pytest.raises(KeyError):
        session.where("nowhere")


def test_read_only_mount_cannot_be_written(
    session: Session, shell: Run, covered: Covered, mounts: tuple[Mount, ...]
) -> None:
    covered("read-only mounts")
    shown = session.where("shown")
    assert not shell(f"echo 1 > {shown}/new").is_success
    assert not shell(f"echo 1 >> {shown}/file.txt").is_success
    assert not shell(f"rm -f {shown}/file.txt").is_success
    assert not shell(f"mount -o remount,rw {shown}").is_success
    assert [file.name for file in mounts[0].source.iterdir()] == ["file.txt"]


def test_writable_mount_keeps_what_is_written(
    session: Session, shell: Run, mounts: tuple[Mount, ...]
) -> None:
    work = session.where("work")
    assert shell(f"echo kept > {work}/file").is_success
    assert (mounts[1].source / "file").read_text() == "kept\n"
    assert shell(f"cat {work}/file", cwd=work).stdout == b"kept\n"


def test_root_is_read_only(session: Session, shell: Run, covered: Covered) -> None:
    covered("read-only root")
    places = "/ /usr /usr/lib /etc /box /dev /proc /proc/sys/vm/swappiness /bin/new /root /var"
    for place in places.split():
        result = shell(f"echo 60 > {place}/new || echo 60 > {place}")
        assert not result.is_success, place


def test_relative_program_is_found_from_the_folder(session: Session) -> None:
    session.write("run.sh", b"echo here")
    result = session.run(Call(argv=("sh", "./run.sh")))
    assert result.stdout == b"here\n"
