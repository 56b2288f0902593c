"""Scratch folders outside of everything the user owns."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for checkouts that the sandbox's user can enter, removed at the end.

    Its name holds our process id, so that the reaper knows whose it was if we are killed.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"speedwright-run-{os.getpid()}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
