"""Starts the driver from its folder alone, under whatever Python (3.8 or newer) the box has.

Started as: python FOLDER, with descriptor 3 for one JSON document (what to do) and descriptor 4
for the answer, one JSON document (framing: `speedwright.sandbox.supervisor`). Stand-ins for the
parent packages serve the absolute imports below and are gone before the target's code runs.
"""

import json
import os
import struct
import sys
from types import ModuleType

NAMES = ("speedwright", "speedwright.eval", "speedwright.eval.differential")
HERE = "speedwright.eval.differential.inside"

for name in (*NAMES, HERE):
    module = ModuleType(name)
    module.__path__ = [sys.path[0]] if name == HERE else []
    sys.modules[name] = module

from speedwright.eval.differential.inside.channel import Channel  # noqa: E402 (the stand-ins)


def exactly(size: int) -> bytes:
    """Read exactly `size` bytes of the task."""
    data = b""
    while len(data) < size:
        piece = os.read(3, size - len(data))
        if not piece:
            raise SystemExit("the supervisor closed the channel")
        data += piece
    return data


for descriptor in (3, 4):
    os.set_inheritable(descriptor, False)
os.write(4, b"R")
task = json.loads(exactly(struct.unpack(">Q", exactly(8))[0]))
os.close(3)
if task["mode"] == "record":
    from speedwright.eval.differential.inside.record import run
else:
    from speedwright.eval.differential.inside.replay import run
for name in [n for n in sys.modules if n == "speedwright" or n.startswith("speedwright.")]:
    del sys.modules[name]
# The target is importable (PYTHONPATH); the folder of this script is not.
del sys.path[0]
run(task, Channel(task["nonce"]))
