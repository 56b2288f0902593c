"""Unpacking an archive that nobody trusts, as git would have packed it.

By hand: `tarfile`'s filters are missing in Python 3.11 before 3.11.4, which Debian 12 has.

Covers: names that leave the folder, writing through links, links that lead out (also by way of
others), whatever git does not pack (hard links, devices, pipes); owners, times and modes are ours.
Does not cover: how much it unpacks to, which the caller counts.
"""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path, PurePosixPath

_EXECUTABLE = 0o100


class Unpacking:
    """Puts members into a folder.

    Args:
        packed: The archive.
        into: An existing, empty folder.
    """

    def __init__(self, packed: tarfile.TarFile, into: Path) -> None:
        self._packed = packed
        self._root = into.resolve()
        self._links: list[Path] = []

    def put(self, member: tarfile.TarInfo) -> None:
        """One member.

        Raises:
            ValueError: It is of a kind, or for a place, that no base has.
        """
        name = PurePosixPath(member.name)
        if name.is_absolute() or ".." in name.parts:
            raise ValueError(f"`{member.name}` lies outside of it")
        place = self._root.joinpath(*name.parts)
        if any(above.is_symlink() for above in self._inside(place.parent)):
            raise ValueError(f"`{member.name}` lies behind a link")
        if member.isdir():
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
            return
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if member.issym():
            place.symlink_to(member.linkname)
            self._links.append(place)
        elif member.isreg():
            self._write(member, place)
        else:
            raise ValueError(f"`{member.name}` is no file, folder or symbolic link")

    def check_links(self) -> None:
        """When all members are there: where the links lead.

        Raises:
            ValueError: One leads out.
        """
        for link in self._links:
            try:
                is_inside = link.resolve().is_relative_to(self._root)
            except (OSError, RuntimeError):  # a loop
                is_inside = False
            if link.readlink().is_absolute() or not is_inside:
                raise ValueError(f"the link `{link.relative_to(self._root)}` leads out of it")

    def _inside(self, folder: Path) -> list[Path]:
        """The folder and those above it, below the root."""
        return [path for path in (folder, *folder.parents) if path.is_relative_to(self._root)]

    def _write(self, member: tarfile.TarInfo, place: Path) -> None:
        content = self._packed.extractfile(member)
        assert content is not None  # of a regular file
        with content, place.open("xb") as file:
            shutil.copyfileobj(content, file)
        place.chmod(0o755 if member.mode & _EXECUTABLE else 0o644)
