"""Everything one command started: reaped, counted, and in the end killed."""

from __future__ import annotations

import os
import select
import time

from speedwright.sandbox.supervisor.frames import Refused
from speedwright.sandbox.supervisor.inside import Box
from speedwright.sandbox.supervisor.kernel import cpu_s_of

KILL_S = 10.0


class Family:
    """The processes below the supervisor while one command runs.

    Args:
        pid: The command's own process.
        box: Knows how to kill all of them.
    """

    def __init__(self, pid: int, box: Box) -> None:
        self.pid = pid
        self._box = box
        self.status: int | None = None
        self.ended = 0.0
        self.was_killed = False
        self.all_ended = 0.0
        self.is_alive = True
        self.cpu_s = 0.0
        self.own_cpu_s: float | None = None
        self.peak_rss_bytes = 0
        self.involuntary_switches = 0

    def own_cpu_so_far(self) -> float | None:
        """CPU seconds of the command's own process until now; all of them once it is gone.

        It may be gone before its answer is read: all it used was the call's then, as by the wall.
        """
        return cpu_s_of(self.pid) if self.status is None else self.own_cpu_s

    def reap(self) -> None:
        """Collect every process that ended, orphans included."""
        now = time.monotonic()
        if self.status is None:
            self.own_cpu_s = self.own_cpu_so_far()  # to its end: it can be asked until it is reaped
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                self.is_alive = False
                return
            if pid == 0:
                return
            self.cpu_s += usage.ru_utime + usage.ru_stime
            self.peak_rss_bytes = max(self.peak_rss_bytes, usage.ru_maxrss * 1024)
            self.involuntary_switches += usage.ru_nivcsw
            self.all_ended = now
            if pid == self.pid:
                self.status, self.ended = status, now

    def kill(self, wake: int) -> None:
        """Kill until nothing is left.

        Raises:
            Refused: Something survives SIGKILL (stuck in the kernel): the box is not usable.
        """
        self.was_killed = True
        until = time.monotonic() + KILL_S
        ready = select.poll()
        ready.register(wake, select.POLLIN)
        while self.is_alive:
            self._box.kill_all()
            self.reap()
            if self.is_alive and ready.poll(20):
                os.read(wake, 4096)
                self.reap()
            if time.monotonic() > until:
                raise Refused("processes that cannot be killed")
