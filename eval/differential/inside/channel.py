"""The driver's one answer to the harness."""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
from typing import Any


class Channel:
    """Sends one answer and ends the process; later answers, from whatever thread, are void.

    Args:
        nonce: Sent back with the answer.
    """

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce
        self._lock = threading.Lock()
        # Bound now: the target may put others in their place.
        self._dumps, self._write, self._exit = json.dumps, os.write, os._exit

    def finish(self, answer: dict[str, Any]) -> None:
        """Answer and end; threads and exit hooks of the target have nothing more to say."""
        if not self._lock.acquire(blocking=False):
            threading.Event().wait()
        data = self._dumps({**answer, "nonce": self._nonce}).encode()
        view = memoryview(struct.pack(">Q", len(data)) + data)
        while view:
            view = view[self._write(4, view) :]
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
        self._exit(0)


class Watch:
    """A thread that calls back when nothing was heard for too long.

    Args:
        limit_s: How long; counted anew after every `heard`.
        late: Called once, from the thread.
    """

    def __init__(self, limit_s: float, late: Any) -> None:
        self.limit_s = limit_s
        self._late = late
        self._count = 0
        self._event = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def heard(self) -> None:
        """The main thread got on."""
        self._count += 1
        self._event.set()

    def _run(self) -> None:
        while True:
            seen = self._count
            self._event.clear()
            if not self._event.wait(self.limit_s) and self._count == seen:
                self._late()
                return
