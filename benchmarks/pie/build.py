"""From source to binary, in a box: `g++ --std=c++17 -O3`, ten seconds.

Covers: sources that do not end compiling, messages of a megabyte, binaries of a gigabyte.
Does not cover: work done while compiling, as far as it fits the caps on time and size; hidden
    inputs are there for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from speedwright.benchmarks.pie.boxes import open_box
from speedwright.benchmarks.pie.tuning import Tuning, may_be_tuned, untuned
from speedwright.errors import SandboxError, ToolMissing
from speedwright.eval.scratch import scratch_folder
from speedwright.profiler.shield import clean_line
from speedwright.sandbox import GIB, KIB, MIB, Call, Limits, Outcome, Sandbox, Session

COMPILER = "g++"
FLAGS = ("--std=c++17", "-O3")
COMPILE_WALL_S = 10.0
MAX_SOURCE_BYTES = 1 * MIB
MAX_BINARY_BYTES = 64 * MIB
MAX_PREPROCESSED_BYTES = 16 * MIB
MAX_MESSAGE_CHARS = 1000
_SOURCE, _PREPROCESSED, _BINARY = "main.cpp", "main.ii", "main.out"
_LIMITS = Limits(
    wall_s=COMPILE_WALL_S,
    memory_bytes=2 * GIB,
    pids=32,
    disk_bytes=256 * MIB,
    file_bytes=MAX_BINARY_BYTES,
    output_bytes=64 * KIB,
    flood_bytes=16 * MIB,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A compiled program.

    Attributes:
        binary: The file.
        wall_s: Seconds that compiling took.
    """

    binary: bytes
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBuilt:
    """A source that gave none.

    Attributes:
        reason: A few words.
        message: The first lines of what the compiler said, cut.
    """

    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """Both builds of one source.

    Attributes:
        official: As it is.
        untuned: Without compiler settings of its own; the same object where it has none.
        tuning: What settings it has.
    """

    official: Built | NotBuilt
    untuned: Built | NotBuilt
    tuning: Tuning


class Compiler:
    """Compiles sources one after another in one session; nothing of one is left for the next.

    Args:
        session: Open.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def both(self, code: str, *, are_pragmas_allowed: bool = False) -> Builds:
        """The program as it is, and without pragmas that set optimisation or target."""
        official = self.build(code)
        if isinstance(official, NotBuilt) or are_pragmas_allowed or not may_be_tuned(code):
            return Builds(official=official, untuned=official, tuning=Tuning.NONE)
        preprocessed = self._preprocessed(code)
        if isinstance(preprocessed, NotBuilt):
            return Builds(official=official, untuned=preprocessed, tuning=Tuning.HIDDEN)
        found = untuned(code, preprocessed, _SOURCE)
        match found.tuning:
            case Tuning.NONE:
                return Builds(official=official, untuned=official, tuning=Tuning.NONE)
            case Tuning.HIDDEN:
                why = NotBuilt(reason="sets compiler options by attributes")
                return Builds(official=official, untuned=why, tuning=Tuning.HIDDEN)
            case Tuning.STRIPPED:
                again = self._compiled(_PREPROCESSED, found.text.encode("utf-8", "surrogateescape"))
                return Builds(official=official, untuned=again, tuning=Tuning.STRIPPED)

    def build(self, code: str) -> Built | NotBuilt:
        """Compile a source as it is.

        Raises:
            SandboxError: The sandbox failed.
            ToolMissing: There is no compiler.
        """
        if not code.strip():
            return NotBuilt(reason="empty")
        source = code.encode("utf-8", "replace")
        if len(source) > MAX_SOURCE_BYTES:
            return NotBuilt(reason=f"source of more than {MAX_SOURCE_BYTES} bytes")
        return self._compiled(_SOURCE, source)

    def version(self) -> str:
        """First line of what the compiler says of itself."""
        done = self._session.run(Call(argv=(COMPILER, "--version"), limits=_LIMITS))
        return clean_line(done.stdout.decode("utf-8", "replace").split("\n")[0])

    def _compiled(self, name: str, source: bytes) -> Built | NotBuilt:
        self._session.write(name, source)
        argv = (COMPILER, name, "-o", _BINARY, *FLAGS)
        done = self._session.run(Call(argv=argv, limits=_LIMITS))
        if done.outcome is Outcome.NOT_STARTED:
            raise ToolMissing(
                f"`{COMPILER}` is not in the box: {done.detail}",
                hint="install it (`apt install g++`), or name an image that has it",
            )
        if not done.is_success:
            return NotBuilt(reason=_why(done.outcome), message=_message(done.stderr))
        binary = self._read(_BINARY, MAX_BINARY_BYTES)
        if binary is None:
            return NotBuilt(reason=f"no binary, or one of more than {MAX_BINARY_BYTES} bytes")
        return Built(binary=binary, wall_s=done.wall_s)

    def _preprocessed(self, code: str) -> str | NotBuilt:
        self._session.write(_SOURCE, code.encode("utf-8", "replace"))
        argv = (COMPILER, _SOURCE, "-E", "-o", _PREPROCESSED, *FLAGS)
        done = self._session.run(Call(argv=argv, limits=_LIMITS))
        text = self._read(_PREPROCESSED, MAX_PREPROCESSED_BYTES) if done.is_success else None
        if text is None:
            return NotBuilt(reason="cannot be preprocessed", message=_message(done.stderr))
        return text.decode("utf-8", "surrogateescape")

    def _read(self, name: str, max_bytes: int) -> bytes | None:
        """A file the compiler left; `None` if there is none of that size."""
        try:
            return self._session.read(name, max_bytes=max_bytes)
        except SandboxError:
            return None


@contextmanager
def open_compiler(sandbox: Sandbox) -> Iterator[Compiler]:
    """A compiler in a box of its own."""
    with scratch_folder() as folder, open_box(sandbox, _empty(folder), _LIMITS) as session:
        yield Compiler(session)


def _empty(folder: Path) -> Path:
    place = folder / "empty"
    place.mkdir(mode=0o755)
    return place


def capped(built: Built | NotBuilt, *, wall_s: float, size_bytes: int) -> Built | NotBuilt:
    """The build, refused if it took longer or is larger than this."""
    match built:
        case NotBuilt():
            return built
        case Built() if built.wall_s > wall_s:
            return NotBuilt(reason=f"compiling took {built.wall_s:.1f} s, more than {wall_s:.1f}")
        case Built() if len(built.binary) > size_bytes:
            return NotBuilt(reason=f"binary of {len(built.binary)} bytes, more than {size_bytes}")
    return built


def _why(outcome: Outcome) -> str:
    match outcome:
        case Outcome.TIMED_OUT:
            return f"compiling took more than {COMPILE_WALL_S:.0f} s"
        case Outcome.OUT_OF_MEMORY:
            return "compiling ran out of memory"
        case _:
            return "does not compile"


def _message(stderr: bytes) -> str:
    lines = stderr[: 4 * MAX_MESSAGE_CHARS].decode("utf-8", "replace").splitlines()
    return "\n".join(clean_line(line) for line in lines)[:MAX_MESSAGE_CHARS]
