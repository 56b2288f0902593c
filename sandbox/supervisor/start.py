"""From fork to exec: the few steps that our own code takes in the child."""

# pathlib would double the start-up time of every box.
# ruff: noqa: PTH113, PTH118
from __future__ import annotations

import errno
import os
import resource
import signal
import struct
import time
from typing import Any, NoReturn

from speedwright.sandbox.supervisor.kernel import die_with_parent, lower

STAMP_BYTES = 8
COMPLAINT = b"!" * 9  # with it a note is longer than a stamp in any case


def become(request: dict[str, Any], ends: list[int], note: int) -> NoReturn:
    """In the forked child: turn into the command, or say on `note` why not."""
    try:
        os.setsid()
        die_with_parent()
        for number, descriptor in enumerate(ends):
            os.dup2(descriptor, number)
        reset_signals()
        os.umask(0o022)
        for name, value in request["rlimits"].items():
            lower(getattr(resource, name), value)
        if request["cpus"]:
            os.sched_setaffinity(0, request["cpus"])
        os.chdir(request["cwd"])
        program = find(request["argv"][0], request["env"].get("PATH", ""))
        os.write(note, struct.pack("d", time.monotonic()))
        os.execve(program, request["argv"], request["env"])
    except (OSError, ValueError) as error:
        name = getattr(error, "filename", None) or request["argv"][0]
        text = "`{}`: {}".format(name, getattr(error, "strerror", None) or error)
        os.write(note, COMPLAINT + text.encode("utf-8", "replace")[:4000])
    finally:
        os._exit(127)


def reset_signals() -> None:
    """Undo what we ignore, and what we were started with (`nohup` ignores SIGHUP for all below)."""
    for number in range(1, signal.NSIG):
        if number == signal.SIGCHLD or signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def read_note(reader: int) -> bytes:
    """All the child said before its exec closed the pipe: a stamp, or a stamp and a complaint."""
    note = b""
    while True:
        data = os.read(reader, 8192)
        if not data:
            break
        note += data
    os.close(reader)
    return note


def find(program: str, search: str) -> str:
    """The file that a program's name means, as execvp would find it."""
    if "/" in program:
        return program
    for folder in search.split(":"):
        path = os.path.join(folder or ".", program)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(errno.ENOENT, "not found in PATH", program)
