"""Bytecode of our own programs that run inside boxes, where nothing can be written.

Without it every box compiles them anew, which takes several times as long as they run.
"""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def compiled(folder: Path) -> Path:
    """The folder, after its modules were compiled beside their source if that is stale.

    Args:
        folder: One of our own; it may be read-only, in which case it stays as it is.
    """
    import compileall

    compileall.compile_dir(folder, quiet=2)
    return folder
