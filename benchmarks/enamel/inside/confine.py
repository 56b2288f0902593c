"""A process that stays on one core: its affinity, and a kernel filter that refuses to change it.

The box may use two cores, so that the next repetition can get ready on one while the other times
this one. A program that could move, or spread over both, would be timed otherwise than its
reference. The filter is inherited by whatever the program starts, and cannot be taken off.

Covers: `sched_setaffinity` for any process, by any thread or child, by any calling convention.
Does not cover: work that the kernel itself does for a program on other cores.
Source: Linux' seccomp(2), `struct seccomp_data`; numbers of the call from the kernel's tables.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from speedwright.benchmarks.enamel.inside import framing

TYPE_CHECKING = False  # `typing` takes longer to import than the rest; see `framing.py`
if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
MODE_FILTER = 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: ld abs word, jeq, jge, ret
NUMBER_AT, CONVENTION_AT = 0, 4
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
OTHER_CONVENTION = 0x40000000  # x32 shares x86-64's convention and numbers from here on
CALLS = {"x86_64": (0xC000003E, 203), "aarch64": (0xC00000B7, 122)}
"""By machine: the audit constant of its convention, and its number of `sched_setaffinity`."""


def keeper() -> Callable[[], bool] | None:
    """What installs the filter in the process that calls it, `None` on an unknown machine.

    It answers whether that was possible. Made beforehand, since it costs more to make than to call.
    """
    known = CALLS.get(os.uname().machine)
    if known is None:
        return None
    convention, number = known
    # Jumps are counted from the next instruction on.
    steps = (
        (LOAD, 0, 0, CONVENTION_AT),
        (EQUAL, 0, 4, convention),
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, 2, 0, OTHER_CONVENTION),
        (EQUAL, 1, 0, number),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(
        struct.pack("@HP", len(steps), ctypes.addressof(code)), struct.calcsize("@HP")
    )
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def keep() -> bool:
        held = code, program  # the kernel reads both
        is_bound = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        return is_bound and bool(prctl(PR_SET_SECCOMP, MODE_FILTER, held[1], 0, 0) == 0)

    return keep


def is_possible() -> bool:
    """Whether a process here can be kept from moving: tried in one that ends."""
    keep = keeper()
    if keep is None:
        return False
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
    framing.receive()
    framing.reply({"is_possible": is_possible()}, [])
