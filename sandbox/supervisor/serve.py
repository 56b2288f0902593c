"""The supervisor's loop: one request, one answer."""

from __future__ import annotations

import os
import sys
from typing import Any

from speedwright.sandbox.supervisor.frames import Control, HarnessGone, Refused
from speedwright.sandbox.supervisor.inside import Box
from speedwright.sandbox.supervisor.kernel import hear_of_children, protect
from speedwright.sandbox.supervisor.run import Run
from speedwright.sandbox.supervisor.scratch import read_file, write_file

PROTOCOL = 1
END_ROUNDS = 100  # a command that forks as fast as it is killed needs more than one


def serve(
    control: Control, wake: int, request: dict[str, Any], parts: list[bytes], box: Box
) -> None:
    """Do one request and answer it."""
    kind = request["op"]
    if kind == "read":
        control.send({"op": "ok"}, read_file(box.scratch, request["path"], request["max_bytes"]))
        return
    box.clean()
    if kind == "write":
        write_file(box.scratch, request["path"], parts[0])
        control.send({"op": "ok"})
        return
    run = Run(box, control, request, parts)
    box.is_dirty = True
    if run.start():
        run.finish(wake)
    run.answer()


def main() -> None:
    """Greet, then serve until the harness closes the pipe; whatever happens, leave nothing."""
    protect()
    control = Control()
    wake = hear_of_children()  # after Control, which takes the low descriptors for itself
    box: Box | None = None
    try:
        control.send({"op": "hello", "protocol": PROTOCOL, "python": sys.version.split()[0]})
        request, _ = control.receive()
        box = Box(request)
        control.idle_s = request["idle_s"]
        control.send({"op": "ok"})
        while True:
            request, parts = control.receive()
            try:
                serve(control, wake, request, parts, box)
            except (Refused, OSError) as error:
                control.send({"op": "error", "message": str(error)})
    except HarnessGone:
        pass
    finally:
        for _ in range(END_ROUNDS):
            if box is None or not box.kill_all():
                break
        if box is not None and not box.is_namespace:  # a namespace takes its folders with it
            box.clean()
    os._exit(0)
