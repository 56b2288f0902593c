"""Scratch folders outside of everything the user owns."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for checkouts that the sandbox's user can enter, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="speedwright-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
