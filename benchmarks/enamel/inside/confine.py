"""A process that stays on its cores: a kernel filter that refuses it to change them.

The box may use two cores, so that the next repetition can get ready on one while the other times
this one. A program that could move, or spread over both, would be timed otherwise than its
reference. The filter is inherited by whatever the program starts, and cannot be taken off.

Covers: `sched_setaffinity` for any process, by any thread or child, by any calling convention.
Does not cover: work that the kernel itself does for a program on other cores.
Source: Linux' seccomp(2); the filter itself comes from `sandbox/seccomp.py`.
"""

from __future__ import annotations

import ctypes
import os
import struct

from speedwright.benchmarks.enamel.inside import framing

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
MODE_FILTER = 2
STEP_BYTES = 8
PROGRAM = struct.Struct("@HP")  # struct sock_fprog


def keeper(steps: bytes) -> Callable[[], bool]:
    """What installs a filter in the process that calls it, and says whether that was possible.

    Made beforehand, since it costs more to make than to call.
    """
    code = ctypes.create_string_buffer(steps, len(steps))
    packed = PROGRAM.pack(len(steps) // STEP_BYTES, ctypes.addressof(code))
    program = ctypes.create_string_buffer(packed, PROGRAM.size)
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def keep(held: object = code) -> bool:  # the kernel reads it through the program
        is_bound = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        return is_bound and bool(prctl(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0) == 0)

    return keep


def is_possible(steps: bytes) -> bool:
    """Whether a process here can be kept from moving: tried in one that ends."""
    keep = keeper(steps)
    pid = os.fork()
    if pid == 0:
        found = 1
        try:
            cores = os.sched_getaffinity(0)
            if keep():
                try:
                    os.sched_setaffinity(0, cores)
                except PermissionError:
                    found = 0
        finally:
            os._exit(found)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def main() -> None:
    """Answer whether it is possible."""
    framing.reply({"is_possible": is_possible(framing.receive()["filter"])}, [])
