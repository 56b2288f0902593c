"""A disk that is full or gone bad, told with the place and the way out."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speedwright.errors import EnvironmentMissing

DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE})


@contextmanager
def told_where(place: Path) -> Iterator[None]:
    """Name `place` when what is written below it does not fit there.

    Raises:
        EnvironmentMissing: The disk is full, read-only or broken.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FAULTS:
            raise
        raise EnvironmentMissing(
            f"cannot write `{place}`: {error.strerror}",
            hint="make room there, or name another place with --out",
        ) from error
