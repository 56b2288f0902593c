"""The environment and the interpreter that a command finds inside a box."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from speedwright.errors import SandboxError
from speedwright.sandbox.box import Toolchain

PYTHON_NAMES = ("python", "python3")


def inside_environment(
    *env: Mapping[str, str], scratch: str, search_path: tuple[str, ...]
) -> dict[str, str]:
    """PATH, HOME, TMPDIR and LANG, then the given variables, later ones winning; nothing else.

    Raises:
        SandboxError: A name or value that no environment can hold.
    """
    result = {
        "PATH": ":".join(search_path),
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
    }
    for part in env:
        result.update(part)
    for name, value in result.items():
        if not name or "=" in name or "\0" in name + value:
            raise SandboxError(
                f"the environment variable `{name!r}` cannot be set", hint="rename it"
            )
    return result


def write_shims(toolchain: Toolchain, folder: Path) -> bool:
    """Make `python` and `python3` mean the toolchain's interpreter; false if they do already.

    The folder then belongs in front of PATH. The shims are scripts, not links, because an
    interpreter of a virtual environment finds its home by the path it was started with.
    """
    home = toolchain.python.parent
    wanted = toolchain.python.resolve()
    if all((home / name).resolve() == wanted for name in PYTHON_NAMES):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name in PYTHON_NAMES:
        shim = folder / name
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(str(toolchain.python))} "$@"\n')
        shim.chmod(0o755)
    return True


def search_path(toolchain: Toolchain, shims: str | None) -> tuple[str, ...]:
    """Folders of PATH inside: shims, the interpreter's own folder, then the toolchain's."""
    first = () if shims is None else (shims,)
    return (*first, str(toolchain.python.parent), *toolchain.search_path)
