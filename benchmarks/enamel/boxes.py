"""Two boxes: in one the data set's own code makes tests, in the other candidates are timed."""

from __future__ import annotations

import marshal
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speedwright.benchmarks.enamel.cores import Cores
from speedwright.benchmarks.enamel.values import NotPlain, read_value
from speedwright.errors import SandboxError
from speedwright.eval.judge.boxes import retry_infra
from speedwright.sandbox import GIB, MIB, Box, Call, Limits, Mount, Sandbox, Session, compiled
from speedwright.sandbox.seccomp import AFFINITY, program
from speedwright.sandbox.toolchain import find_toolchain

INSIDE = Path(__file__).with_name("inside").resolve()
PROGRAMS = "programs"
MAKE, TIME = "make", "time"
PROBE_S = 30.0
REPLY_BYTES = 256 * MIB
BOX_BYTES = 6 * GIB
PLACES = ("/tmp", "/dev/shm", "/dev/mqueue", "/box")
# Three generators (7, 64, 80) draw from sets of strings: the hash seed is part of their inputs.
HASH_SEED = "0"
CALLGRIND = ("valgrind", "--quiet", "--tool=callgrind", "--zero-before=PyOS_AfterFork_Child")
KEEPS = program(refused=AFFINITY)
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Reply of a program in a box.

    Attributes:
        head: What it says.
        parts: Bytes that belong to it; of a candidate, so nobody's word.
    """

    head: Mapping[str, Any]
    parts: tuple[bytes, ...]


@dataclass(slots=True, kw_only=True)
class Boxes:
    """Opens each box when it is first needed, and keeps it warm.

    Attributes:
        sandbox: Where they are.
        cores: What is timed on its own core, and which cores are free beside it.
        trusted_cpus: Cores of the box that makes tests, `None` for all.
    """

    sandbox: Sandbox
    cores: Cores
    trusted_cpus: tuple[int, ...] | None = None
    _open: dict[str, Session] = field(default_factory=dict)
    _spare_cpus: tuple[int, ...] = ()

    def trusted(self, request: Mapping[str, Any], *, wall_s: float) -> Answered:
        """Make tests, or check outputs: never with a candidate's code.

        Raises:
            SandboxError: It failed; what the data set's code did is in the message.
        """
        session = self._session(MAKE, self.trusted_cpus)
        answered = self._ask(session, MAKE, (dict(request),), wall_s=wall_s)
        if answered is None:
            raise SandboxError("the box that makes tests gave no answer")
        return answered

    def timed(
        self, request: Mapping[str, Any], programs: Sequence[str], *, wall_s: float
    ) -> Answered | None:
        """Run programs on the core for timing; `None` if one took the runner with it.

        Args:
            request: What the runner itself may know, and so everything in it.
            programs: Texts, the reference before the candidate; each is read where it is needed.
            wall_s: Limit for all of it.

        Raises:
            SandboxError: The box failed.
        """
        session = self._timing_session()
        spare = self._spare_cpus
        own = {
            **request,
            "timing_cpus": list(self.cores.timed or ()),
            "spare_cpus": list(spare),
            "filter": KEEPS,
        }
        return self._ask(session, TIME, (own, *programs), wall_s=wall_s)

    def counted(
        self, request: Mapping[str, Any], programs: Sequence[str], *, wall_s: float
    ) -> Answered | None:
        """As `timed`, under callgrind: instructions in place of times.

        Raises:
            SandboxError: The box failed.
        """
        session = self._timing_session()
        folder = session.where("scratch")
        parts = ({**request, "folder": folder, "spare_cpus": []}, *programs)
        command = (*CALLGRIND, f"--callgrind-out-file={folder}/part.%p")
        return self._ask(session, "count", parts, wall_s=wall_s, command=command)

    def watched(self) -> tuple[str, ...]:
        """Folders inside in which a program could leave something for its next repetition."""
        scratch = self._timing_session().where("scratch")
        return tuple(dict.fromkeys((scratch, *(PLACES if self.sandbox.isolates else ()))))

    def close(self) -> None:
        """Remove both."""
        while self._open:
            self._open.popitem()[1].close()

    def _timing_session(self) -> Session:
        """The box for timing; on two cores where a program can be kept on one of them."""
        if TIME not in self._open:
            timed, spare = self.cores.timed, self.cores.spare
            session = self._session(TIME, (*timed, *spare) if timed else None)
            self._spare_cpus = spare
            if spare and not self._keeps(session):
                self._open.pop(TIME).close()
                self._spare_cpus = ()
                self._session(TIME, timed)
        return self._open[TIME]

    def _keeps(self, session: Session) -> bool:
        if KEEPS is None:
            return False
        answered = self._ask(session, "confine", ({"filter": KEEPS},), wall_s=PROBE_S)
        return answered is not None and answered.head["is_possible"] is True

    def _session(self, name: str, cpus: tuple[int, ...] | None) -> Session:
        if name not in self._open:
            box = Box(
                mounts=(Mount(name=PROGRAMS, source=compiled(INSIDE)),),
                toolchain=find_toolchain(INSIDE),
                env={**dict.fromkeys(THREADS, "1"), "PYTHONHASHSEED": HASH_SEED},
                limits=Limits(
                    memory_bytes=BOX_BYTES,
                    output_bytes=REPLY_BYTES,
                    flood_bytes=2 * REPLY_BYTES,
                    cpus=cpus,
                ),
                label=f"speedwright-enamel-{os.getpid()}",
            )
            self._open[name] = retry_infra(lambda: self.sandbox.open(box))
        return self._open[name]

    def _ask(
        self,
        session: Session,
        program: str,
        parts: Sequence[Any],
        *,
        wall_s: float,
        command: tuple[str, ...] = (),
    ) -> Answered | None:
        limits = Limits(wall_s=wall_s, output_bytes=REPLY_BYTES, flood_bytes=2 * REPLY_BYTES)
        # The folder itself would be run by runpy, which takes as long to import as all the rest.
        main = f"{session.where(PROGRAMS)}/__main__.py"
        call = Call(
            argv=(*command, "python", "-s", "-S", "-B", main, program),
            function_input=b"".join(map(_part, parts)),
            limits=limits,
        )
        try:
            result = session.run(call)
        except SandboxError:
            self._open.pop(MAKE if program == MAKE else TIME).close()
            raise
        reply = result.reply if result.reply_bytes == len(result.reply or b"") else None
        answered = None if reply is None else _read(reply)
        if answered is None and program == MAKE:
            raise SandboxError(
                "the box that makes tests gave no answer",
                hint=result.detail or result.stderr.decode("utf-8", "replace")[-2000:],
            )
        return answered


def _part(value: Any) -> bytes:
    """One part of the input in the form of `inside/framing.py`."""
    data = marshal.dumps(value)
    return struct.pack(">Q", len(data)) + data


def _read(reply: bytes) -> Answered | None:
    """A reply in the form of `inside/framing.py`; `None` if it has another."""
    try:
        (length,) = struct.unpack_from(">I", reply)
        head = read_value(reply[4 : 4 + length])
        sizes = tuple(map(int, head["sizes"]))
    except (struct.error, NotPlain, LookupError, TypeError, ValueError):
        return None
    parts, at = [], 4 + length
    for size in sizes:
        parts.append(reply[at : at + size])
        at += size
    return Answered(head=head, parts=tuple(parts))
