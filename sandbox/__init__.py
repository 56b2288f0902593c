"""Where code that is not ours runs: docker, bubblewrap, plain process. Knows no other room."""

from speedwright.sandbox.box import Box, Call, Mount, Toolchain
from speedwright.sandbox.bytecode import compiled
from speedwright.sandbox.interfaces import Availability, Sandbox, Session
from speedwright.sandbox.limits import GIB, KIB, MIB, Limits
from speedwright.sandbox.result import Outcome, ProcessResult

__all__ = [
    "GIB",
    "KIB",
    "MIB",
    "Availability",
    "Box",
    "Call",
    "Limits",
    "Mount",
    "Outcome",
    "ProcessResult",
    "Sandbox",
    "Session",
    "Toolchain",
    "compiled",
]
