"""Whether this machine lets a process count its own instructions."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import struct

_SYSCALL = {"x86_64": 298, "aarch64": 241}
_HARDWARE, _INSTRUCTIONS = 0, 1
_ATTRIBUTE_BYTES = 112
_DISABLED_EXCLUDE_KERNEL_AND_HYPERVISOR = 1 | 1 << 5 | 1 << 6
_ENABLE = 0x2400


def why_no_hardware_counters() -> str:
    """Empty if instructions can be counted, else why not: a counter is really opened and read."""
    number = _SYSCALL.get(platform.machine())
    if number is None:
        return f"not known how on `{platform.machine()}`"
    attribute = struct.pack(
        "IIQQQQQ",
        _HARDWARE,
        _ATTRIBUTE_BYTES,
        _INSTRUCTIONS,
        0,
        0,
        0,
        _DISABLED_EXCLUDE_KERNEL_AND_HYPERVISOR,
    ).ljust(_ATTRIBUTE_BYTES, b"\0")
    libc = ctypes.CDLL(None, use_errno=True)
    this_process, any_core, no_group = 0, -1, -1
    descriptor = libc.syscall(number, attribute, this_process, any_core, no_group, 0)
    if descriptor < 0:
        return _reason(ctypes.get_errno())
    try:
        fcntl.ioctl(descriptor, _ENABLE, 0)
        sum(range(1000))
        (count,) = struct.unpack("Q", os.read(descriptor, 8))
    except (OSError, struct.error) as error:
        return f"opened, but cannot be read: {error}"
    finally:
        os.close(descriptor)
    return "" if count else "opened, but it counts nothing"


def _reason(code: int) -> str:
    match code:
        case errno.ENOENT | errno.EOPNOTSUPP | errno.ENODEV:
            return "the processor (or its hypervisor) offers none"
        case errno.EACCES | errno.EPERM:
            return "not allowed: see /proc/sys/kernel/perf_event_paranoid"
        case errno.ENOSYS:
            return "the kernel was built without them"
        case _:
            return os.strerror(code)
