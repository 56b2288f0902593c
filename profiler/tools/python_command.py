"""Which program a command line makes Python run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from speedwright.errors import ProfilerError
from speedwright.sandbox import Box

_PYTHON = re.compile(r"(python|pypy)[0-9.]*")
_WITH_VALUE = ("-X", "-W", "--check-hash-based-pycs")
_SHEBANG = re.compile(
    rb"#!\s*\S*(python|pypy)\S*|#!\s*\S*/env\s+(-S\s+)?(python|pypy)|#!/bin/sh\n'''exec' "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonArguments:
    """A command line taken apart.

    Attributes:
        interpreter: Python with its own options.
        program: Script, `-m MODULE` or `-c CODE`, and the arguments.
    """

    interpreter: tuple[str, ...]
    program: tuple[str, ...]


def is_python(argv: Sequence[str], box: Box) -> bool:
    """Whether the command starts Python, by its name or by the first line of its script."""
    return bool(_PYTHON.fullmatch(Path(argv[0]).name)) or _python_script(argv[0], box) is not None


def python_arguments(argv: Sequence[str], box: Box) -> PythonArguments:
    """Take a command line apart.

    Raises:
        ProfilerError: It does not start Python, or gives it no program.
    """
    if not _PYTHON.fullmatch(Path(argv[0]).name):
        script = _python_script(argv[0], box)
        if script is None:
            raise ProfilerError(
                f"`{argv[0]}` is no Python program", hint="profile it with `callgrind`"
            )
        return PythonArguments(interpreter=("python",), program=(script, *argv[1:]))
    at = 1
    while at < len(argv) and argv[at].startswith("-") and argv[at][1:2] not in ("m", "c", ""):
        at += 2 if argv[at] in _WITH_VALUE else 1
    if at >= len(argv) or argv[at] == "-":
        raise ProfilerError(
            "Python reads its program from stdin in this workload", hint="put it into a file"
        )
    program = tuple(argv[at:])
    if program[0][:2] in ("-m", "-c") and len(program[0]) > 2:  # -mpytest
        program = (program[0][:2], program[0][2:], *program[1:])
    return PythonArguments(interpreter=tuple(argv[:at]), program=program)


def _python_script(program: str, box: Box) -> str | None:
    """Path inside of a script that the kernel starts with Python; relative ones are the target's.

    Programs of the toolchain have the same path inside and outside.
    """
    source = next((mount.source for mount in box.mounts if mount.name == "src"), None)
    if "/" in program:
        host = Path(program) if Path(program).is_absolute() else (source or Path()) / program
        return program if _has_shebang(host) else None
    folders = (str(box.toolchain.python.parent), *box.toolchain.search_path)
    for folder in folders:
        host = Path(folder) / program
        if host.is_file():
            return str(host) if _has_shebang(host) else None
    return None


def _has_shebang(file: Path) -> bool:
    try:
        with file.open("rb") as handle:
            return bool(_SHEBANG.match(handle.read(256)))
    except OSError:
        return False
