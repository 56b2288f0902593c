"""Two boxes: in one the data set's own code makes tests, in the other candidates are timed."""

from __future__ import annotations

import marshal
import os
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speedwright.benchmarks.enamel.cores import Cores
from speedwright.benchmarks.enamel.values import NotPlain, read_value
from speedwright.errors import SandboxError
from speedwright.eval.judge.boxes import retry_infra
from speedwright.sandbox import (
    GIB,
    MIB,
    Box,
    Call,
    Limits,
    Mount,
    ProcessResult,
    Sandbox,
    Session,
    compiled,
)
from speedwright.sandbox.seccomp import AFFINITY, program
from speedwright.sandbox.toolchain import find_toolchain

INSIDE = Path(__file__).with_name("inside").resolve()
Turn = Callable[[], AbstractContextManager[object]]
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
    """

    sandbox: Sandbox
    cores: Cores
    _open: dict[str, Session] = field(default_factory=dict)
    _spare_cpus: tuple[int, ...] = ()
    _is_ended: bool = False
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def trusted(self, request: Mapping[str, Any], *, wall_s: float) -> Answered:
        """Make tests, or check outputs: never with a candidate's code.

        Raises:
            SandboxError: It failed; what the data set's code did is in the message.
        """
        session = self._session(MAKE, self.cores.spare or None)
        result = self._run(session, _call(session, MAKE, (dict(request),), wall_s=wall_s))
        answered = _answered(result)
        if answered is None:
            said = result.detail or result.stderr.decode("utf-8", "replace")[-2000:]
            raise SandboxError("the box that makes tests gave no answer", hint=said)
        return answered

    def timed(
        self, request: Mapping[str, Any], programs: Sequence[str], turn: Turn, *, wall_s: float
    ) -> Answered | None:
        """Run programs on the core for timing; `None` if one took the runner with it.

        Args:
            request: What the runner itself may know, and so everything in it.
            programs: Texts, the reference before the candidate; each is read where it is needed.
            turn: Held while something is timed; the runner gets ready before, on a spare core.
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
        text = b"".join(map(_part, (own, *programs)))
        call = _call(session, TIME, wall_s=wall_s, stdin=text, cpus=spare or None)
        with ExitStack() as held:
            if not spare:
                held.enter_context(turn())
                return self._asked(session, call)

            def before_go() -> None:
                held.enter_context(turn())

            return self._asked(session, call, before_go)

    def counted(
        self, request: Mapping[str, Any], programs: Sequence[str], turn: Turn, *, wall_s: float
    ) -> Answered | None:
        """As `timed`, under callgrind: instructions in place of times. It may use all cores.

        Raises:
            SandboxError: The box failed.
        """
        session = self._timing_session()
        folder = session.where("scratch")
        parts = ({**request, "folder": folder, "spare_cpus": []}, *programs)
        command = (*CALLGRIND, f"--callgrind-out-file={folder}/part.%p")
        call = _call(session, "count", parts, wall_s=wall_s, command=command)
        with turn():
            return self._asked(session, call)

    def watched(self) -> tuple[str, ...]:
        """Folders inside in which a program could leave something for its next repetition."""
        scratch = self._timing_session().where("scratch")
        return tuple(dict.fromkeys((scratch, *(PLACES if self.sandbox.isolates else ()))))

    def close(self) -> None:
        """Remove both; they are opened anew when needed."""
        while self._open:
            self._open.popitem()[1].close()

    def end(self) -> None:
        """Remove both for good, also from another thread than the one that waits for an answer."""
        self._is_ended = True
        self.close()

    def check(self) -> None:
        """Go on only with what is not ended.

        Raises:
            SandboxError: It is.
        """
        if self._is_ended:
            raise SandboxError("the boxes were closed in the middle of the work")

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
        call = _call(session, "confine", ({"filter": KEEPS},), wall_s=PROBE_S)
        answered = self._asked(session, call)
        return answered is not None and answered.head["is_possible"] is True

    def _session(self, name: str, cpus: tuple[int, ...] | None) -> Session:
        with self._opening:
            self.check()
            return self._opened(name, cpus)

    def _opened(self, name: str, cpus: tuple[int, ...] | None) -> Session:
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

    def _asked(
        self, session: Session, call: Call, before_go: Callable[[], None] | None = None
    ) -> Answered | None:
        return _answered(self._run(session, call, before_go))

    def _run(
        self, session: Session, call: Call, before_go: Callable[[], None] | None = None
    ) -> ProcessResult:
        try:
            return session.run(call, before_go=before_go)
        except SandboxError:
            self._drop(session)
            raise

    def _drop(self, session: Session) -> None:
        """Remove a box that failed; another is opened when it is needed."""
        for name in [name for name, kept in self._open.items() if kept is session]:
            self._open.pop(name)
        session.close()


def _call(
    session: Session,
    program: str,
    parts: Sequence[Any] = (),
    *,
    wall_s: float,
    stdin: bytes = b"",
    cpus: tuple[int, ...] | None = None,
    command: tuple[str, ...] = (),
) -> Call:
    """The start of a program in `inside/`."""
    # The folder itself would be run by runpy, which takes as long to import as all the rest.
    main = f"{session.where(PROGRAMS)}/__main__.py"
    return Call(
        argv=(*command, "python", "-s", "-S", "-B", main, program),
        stdin=stdin,
        function_input=b"".join(map(_part, parts)),
        limits=Limits(wall_s=wall_s, output_bytes=REPLY_BYTES, flood_bytes=2 * REPLY_BYTES),
        cpus=cpus,
    )


def _answered(result: ProcessResult) -> Answered | None:
    """The whole reply, if there is one."""
    reply = result.reply if result.reply_bytes == len(result.reply or b"") else None
    return None if reply is None else _read(reply)


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
