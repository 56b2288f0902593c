"""Bytecode for the files that a patch touches, made in a box of that version and kept beside them.

The base has it, so the candidate gets it too: otherwise it would be compiled inside of timed runs.
The box shows the version read-only, so the compiler writes into the scratch folder, and what it
wrote is put in its place from outside.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from speedwright.profiler.timer import SOURCE_MOUNT
from speedwright.sandbox import MIB, Call, Session

MOST_BYTES = 256 * MIB
TAG = re.compile(r"[A-Za-z0-9_-]{1,40}")
# A file that does not parse is no fault here: importing it will say so.
COMPILER = """\
import contextlib, py_compile, sys
into, *files = sys.argv[1:]
done = [sys.implementation.cache_tag]
for number, file in enumerate(files):
    with contextlib.suppress(OSError):
        if py_compile.compile(file, cfile=f"{into}/{number}.pyc", quiet=2):
            done.append(str(number))
print(" ".join(done))
"""


def compile_in(session: Session, folder: Path, files: Sequence[str]) -> None:
    """Compile files of a version in a box that shows it; nothing of them is executed.

    Args:
        session: Shows `folder` as the source; no command of the target may be running.
        folder: The version.
        files: Paths of Python files below it.

    Raises:
        SandboxError: The sandbox failed.
    """
    scratch = session.where("scratch")
    words = ("python", "-I", "-c", COMPILER, scratch, *files)
    result = session.run(Call(argv=words, cwd=session.where(SOURCE_MOUNT)))
    tag, *numbers = result.stdout.decode("ascii", "replace").split() or [""]
    if not result.is_success or not TAG.fullmatch(tag):
        return
    known = {str(number): file for number, file in enumerate(files)}
    for number in filter(known.__contains__, numbers):
        data = session.read(f"{number}.pyc", max_bytes=MOST_BYTES)
        _put(folder / known[number], tag, data)


def _put(source: Path, tag: str, data: bytes) -> None:
    """Write it whole beside its source; a folder that cannot hold it goes without."""
    cache = source.parent / "__pycache__"
    if cache.is_symlink():
        return
    with suppress(FileExistsError, NotADirectoryError):
        cache.mkdir(exist_ok=True)
        cache.chmod(0o777)
        handle, name = tempfile.mkstemp(dir=cache)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(cache / f"{source.stem}.{tag}.pyc")
