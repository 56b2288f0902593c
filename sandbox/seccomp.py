"""Filters of system calls: for boxes whose backend brings none (bubblewrap), and of a single call.

Covers: kernel key rings, BPF, perf events, io_uring, userfaultfd, mounting by any call, modules,
clocks, swap, reboot and the kernel log are refused with EPERM, as Docker's own profile does. Calls
by another ABI (32-bit, x32) are refused with ENOSYS, since their numbers mean other things.
Does not cover: arguments (`clone` with name-space flags is stopped by the limit on nested user
namespaces), machines other than those in `REFUSED`: there `program` gives `None`.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Mapping

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000
# Since Linux 5.0 a new call has the same number everywhere: io_uring (three), open_tree,
# move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr.
_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442)
REFUSED = {
    "x86_64": (
        *(248, 249, 250),  # add_key, request_key, keyctl
        *(298, 321, 323),  # perf_event_open, bpf, userfaultfd
        *(155, 165, 166, 308),  # pivot_root, mount, umount2, setns
        *(175, 176, 313, 246, 320),  # modules, kexec
        *(159, 164, 227, 305),  # adjtimex, settimeofday, clock_settime, clock_adjtime
        *(103, 163, 167, 168, 169, 179),  # syslog, acct, swapon, swapoff, reboot, quotactl
        *(172, 173, 153, 304),  # iopl, ioperm, vhangup, open_by_handle_at
        *_EVERYWHERE,
    ),
    "aarch64": (
        *(217, 218, 219),  # add_key, request_key, keyctl
        *(241, 280, 282),  # perf_event_open, bpf, userfaultfd
        *(41, 40, 39, 268),  # pivot_root, mount, umount2, setns
        *(105, 106, 273, 104, 294),  # modules, kexec
        *(171, 170, 112, 266),  # adjtimex, settimeofday, clock_settime, clock_adjtime
        *(116, 89, 224, 225, 142, 60),  # syslog, acct, swapon, swapoff, reboot, quotactl
        *(58, 265),  # vhangup, open_by_handle_at
        *_EVERYWHERE,
    ),
}
AFFINITY = {"x86_64": (203,), "aarch64": (122,)}
"""`sched_setaffinity`, for a process that has to stay on its cores."""
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER_OFFSET, _ARCH_OFFSET = 0, 4


def program(
    machine: str | None = None, refused: Mapping[str, tuple[int, ...]] = REFUSED
) -> bytes | None:
    """The filter as the kernel takes it, or `None` for a machine that is not known here.

    Args:
        machine: As `uname` says; by default this one.
        refused: Numbers of the refused calls by machine.
    """
    machine = machine or platform.machine()
    if machine not in refused:
        return None
    code = [
        _step(_LOAD, _ARCH_OFFSET),
        _step(_EQUAL, AUDIT_ARCH[machine], if_true=1),
        _step(_RETURN, _ERRNO | errno.ENOSYS),
        _step(_LOAD, _NUMBER_OFFSET),
        _step(_AT_LEAST, X32_BIT, if_false=1),
        _step(_RETURN, _ERRNO | errno.ENOSYS),
    ]
    for number in refused[machine]:
        code.append(_step(_EQUAL, number, if_false=1))
        code.append(_step(_RETURN, _ERRNO | errno.EPERM))
    code.append(_step(_RETURN, _ALLOW))
    return b"".join(code)


def _step(operation: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction; the jumps count the instructions that are skipped."""
    return struct.pack("=HBBI", operation, if_true, if_false, value)
