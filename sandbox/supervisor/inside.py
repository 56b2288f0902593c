"""What the supervisor knows about the box it is in."""

# pathlib would double the start-up time of every box.
# ruff: noqa: PTH112
from __future__ import annotations

import os
import signal
from typing import Any

from speedwright.sandbox.supervisor.frames import Refused
from speedwright.sandbox.supervisor.kernel import descendants, remove_sysv
from speedwright.sandbox.supervisor.scratch import empty, places_to_empty


class Box:
    """What `setup` told us about where we are."""

    def __init__(self, header: dict[str, Any]) -> None:
        self.scratch: str = header["scratch"]
        self.is_namespace: bool = bool(header["is_namespace"])
        self.wipe = places_to_empty(header["wipe"], header["kept"])
        self.is_dirty = False
        if self.is_namespace and os.getpid() != 1:
            raise Refused("not PID 1 of a namespace")
        if header.get("cpus"):
            os.sched_setaffinity(0, header["cpus"])

    def clean(self) -> None:
        """Empty the writable places if a command ran since the last time."""
        if not self.is_dirty:
            return
        for place, spared in self.wipe.items():
            if os.path.isdir(place):
                empty(place, spared)
        if self.is_namespace:
            remove_sysv()
        self.is_dirty = False

    def kill_all(self) -> int:
        """Send SIGKILL to everything but ourselves; how many were seen alive."""
        alive = descendants()
        if self.is_namespace:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                return 0
        else:  # never kill(-1) here: it would be everything the user has
            for pid in alive:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        return len(alive)
