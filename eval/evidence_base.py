"""The base inside the evidence: packed reproducibly, unpacked as hostile input.

Covers: links and paths that lead out, devices, git's own files, archives that unpack to far more
than they should or to far too many files, damage.
Does not cover: what the files hold; they are only ever run in a box.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
from pathlib import Path, PurePosixPath

from speedwright.errors import UsageError
from speedwright.eval.unpacking import Unpacking
from speedwright.sandbox.git import git
from speedwright.sandbox.snapshot import Snapshot

MAX_BASE_BYTES = 20_000_000
ARCHIVE = "base.tar.gz"
_MAX_UNPACKED_BYTES = 20 * MAX_BASE_BYTES
_MAX_MEMBERS = 200_000
_MAX_ARCHIVE_BYTES = 2 * MAX_BASE_BYTES


def pack_base(snapshot: Snapshot) -> bytes:
    """The tree as a reproducible tar: git's own archive of the base commit."""
    tar = git(snapshot.tree, "archive", "--format=tar", "HEAD")
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream:
        stream.write(tar)
    return packed.getvalue()


def unpack_base(folder: Path, into: Path) -> Path:
    """Unpack `base.tar.gz`, refusing whatever git would not have put there.

    Raises:
        UsageError: Missing, damaged or hostile.
    """
    archive = folder / ARCHIVE
    if not os.path.lexists(archive):
        raise UsageError(
            f"the evidence in `{folder}` does not include its base (over 20 MB)",
            hint="check out the commit named in evidence.json and use: speedwright judge",
        )
    try:
        with tarfile.open(plain_file(archive, _MAX_ARCHIVE_BYTES), "r:gz") as packed:
            total = 0
            unpacking = Unpacking(packed, into)
            for count, member in enumerate(packed):
                total += member.size
                if total > _MAX_UNPACKED_BYTES or count > _MAX_MEMBERS:
                    raise UsageError(f"`{archive}` unpacks to far more than it should")
                if any(part.lower() == ".git" for part in PurePosixPath(member.name).parts):
                    raise UsageError(f"`{archive}` holds git's own files, which no base does")
                unpacking.put(member)
            unpacking.check_links()
    except (tarfile.TarError, OSError, EOFError, ValueError, RecursionError) as error:
        raise UsageError(f"`{archive}` cannot be unpacked: {error}") from error
    return into


def plain_file(file: Path, most_bytes: int) -> Path:
    """The file itself, if it is one that can be read without surprises.

    Raises:
        UsageError: It is a link, a device, a pipe, in a linked folder, or too large.
        OSError: It is not there.
    """
    facts = file.lstat()
    if not stat.S_ISREG(facts.st_mode) or file.parent.is_symlink():
        raise UsageError(f"`{file}` is no plain file, as evidence is")
    if facts.st_size > most_bytes:
        raise UsageError(f"`{file}` is too large to be evidence ({facts.st_size:,} bytes)")
    return file
