"""What a sandbox session contains: mounted folders, a toolchain, an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from speedwright.sandbox.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A host folder or file shown inside the box.

    Attributes:
        name: Word by which `Session.where` finds its path inside.
        source: Absolute path on the host.
        writable: Whether commands may write there; keep it for disposable copies.
    """

    name: str
    source: Path
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """Interpreter and programs of the host that a box without an image of its own shows.

    Attributes:
        python: Interpreter that `python` and `python3` mean inside, absolute.
        paths: Host folders shown read-only at the same path (`/usr` is always shown).
        search_path: Folders of PATH inside, first wins.
    """

    python: Path
    paths: tuple[Path, ...] = ()
    search_path: tuple[str, ...] = ("/usr/local/bin", "/usr/bin", "/bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Everything a session is opened with.

    Attributes:
        mounts: Folders shown inside; names are unique.
        toolchain: What stands in for an image (bubblewrap, process, Docker's `host` image).
        env: The whole environment inside beside PATH, HOME, TMPDIR and LANG; nothing of the
            host's environment is inherited.
        limits: Box-wide ceilings and the default for each call.
        label: Word for people and for clean-up, e.g. the run id.
    """

    mounts: tuple[Mount, ...]
    toolchain: Toolchain
    env: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    label: str = "adhoc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command to run in an open session.

    Attributes:
        argv: Program and arguments; never a shell string.
        cwd: Folder inside the box; `None` for the scratch folder.
        env: Added to the box's environment for this call.
        stdin: Bytes fed to the command.
        function_input: If given, this is a function call: the command says "ready" on descriptor 4,
            the supervisor stamps the clock and writes these bytes to descriptor 3, and the clock
            stops when the whole reply has arrived on descriptor 4 (framing: `supervisor/`).
        limits: Ceilings for this call; `None` for the box's.
        cpus: Cores that the command begins on, of those of the box; `None` for all of them.
    """

    argv: tuple[str, ...]
    cwd: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    function_input: bytes | None = None
    limits: Limits | None = None
    cpus: tuple[int, ...] | None = None
