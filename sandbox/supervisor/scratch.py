"""Scratch folders: emptied between commands, files in and out without following links."""

# pathlib would double the start-up time of every box.
# ruff: noqa: PTH208
from __future__ import annotations

import os
import stat

from speedwright.sandbox.supervisor.frames import Refused


def places_to_empty(places: list[str], kept: list[str]) -> dict[str, set[str]]:
    """Folders to empty, each with the names that lead to a mount and stay."""
    found: dict[str, set[str]] = {place: set() for place in places}
    for path in kept:
        above, name = os.path.split(path)
        while name and any((above + "/").startswith(place + "/") for place in places):
            found.setdefault(above, set()).add(name)
            above, name = os.path.split(above)
    return found


def empty(place: str, spared: set[str]) -> None:
    """Delete everything below a folder, however deep, without following a link.

    A folder's sub-folders are first moved up to the top, so neither depth nor path length matters.
    """
    top = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    count = 0
    try:
        names = set(os.listdir(top)) - spared
        while names:
            for name in names:
                if is_removed(name, top):
                    continue
                folder = open_folder(name, top)
                for inner in os.listdir(folder):
                    if not is_removed(inner, folder):
                        os.close(open_folder(inner, folder))  # makes it movable
                        count += 1
                        moved = f".moved-{os.getpid()}-{count}"
                        os.rename(inner, moved, src_dir_fd=folder, dst_dir_fd=top)
                os.close(folder)
                os.rmdir(name, dir_fd=top)
            names = set(os.listdir(top)) - spared
    finally:
        os.close(top)


def is_removed(name: str, folder: int) -> bool:
    """Unlink what is no folder; false for a folder."""
    if stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
        return False
    os.unlink(name, dir_fd=folder)
    return True


def open_folder(name: str, above: int) -> int:
    """Open a folder that may have been made unreadable."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        os.chmod(name, 0o700, dir_fd=above)
    except PermissionError:
        pass  # not ours: then the next line decides
    return os.open(name, flags, dir_fd=above)


def open_parent(scratch: str, path: str, create: bool) -> tuple[int, str]:
    """The folder of a path below the scratch folder, walked without following links."""
    parts = path.split("/")
    if not all(parts) or any(part in (".", "..") for part in parts):
        raise Refused(f"`{path}` is not a plain path below the scratch folder")
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    folder = os.open(scratch, flags)
    try:
        for part in parts[:-1]:
            if create:
                try:
                    os.mkdir(part, 0o755, dir_fd=folder)
                except FileExistsError:
                    pass
            below = os.open(part, flags, dir_fd=folder)
            os.close(folder)
            folder = below
    except OSError:
        os.close(folder)
        raise
    return folder, parts[-1]


def open_file(scratch: str, path: str, flags: int, create: bool) -> int:
    """A plain file below the scratch folder; a pipe or device is refused without waiting."""
    folder, name = open_parent(scratch, path, create)
    try:
        file = os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Refused(f"`{path}` is no plain file")
    return file


def write_file(scratch: str, path: str, data: bytes) -> None:
    """Put a file for the next command."""
    file = open_file(scratch, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, True)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]
    except OSError:  # half a file would take the room that the next one needs
        folder, name = open_parent(scratch, path, False)
        os.unlink(name, dir_fd=folder)
        os.close(folder)
        raise
    finally:
        os.close(file)


def read_file(scratch: str, path: str, max_bytes: int) -> bytes:
    """A file that the last command left."""
    file = open_file(scratch, path, os.O_RDONLY, False)
    with os.fdopen(file, "rb") as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise Refused(f"`{path}` has more than {max_bytes} bytes")
    return data
