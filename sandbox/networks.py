"""Whether a process has a network other than the loopback of its own.

Covers: network namespaces as the kernel shows them in /proc, also to a user who is not root.
Does not cover: processes of another machine, which the engine's probe looks for.
"""

from __future__ import annotations

from pathlib import Path


def is_on_a_network(pid: int) -> bool:
    """Whether the process shares our network, or has a route to anywhere.

    Args:
        pid: Of a living process of this machine; one that has ended is on none.
    """
    process = Path("/proc", str(pid))
    try:
        if (process / "ns" / "net").readlink() == Path("/proc/self/ns/net").readlink():
            return True
    except OSError:  # another user's process: its routes can be read all the same
        pass
    try:
        routes = (process / "net" / "route").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    return len(routes) > 1  # below the heading; the loopback has none
