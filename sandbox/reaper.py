"""Removes what a dead speedwright left behind, and on request everything it made.

Covers: containers, images, environments in the cache, scratch folders of ours.
Does not cover: anything without our label or name, the folder `.speedwright` of a target (results),
and whatever belongs to a process that still lives.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speedwright.errors import SandboxUnavailable
from speedwright.sandbox.engine import connect
from speedwright.sandbox.environment import cache_folder
from speedwright.sandbox.owner import IMAGE_LABEL, OWNER_LABEL, Owner

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container

SCHEMA_VERSION = 1
_SCRATCH_OF_PROCESS = re.compile(r"speedwright-(?:[a-z]+-)?(\d+)-")
_OLD_SCRATCH_S = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanReport:
    """What was removed.

    Attributes:
        containers: Names of removed containers.
        images: Names of removed images.
        folders: Removed folders (caches, scratch).
        freed_bytes: Size of the removed folders and images.
        kept: What was left and why, one line each.
    """

    containers: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    freed_bytes: int = 0
    kept: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data, `schema_version` first."""
        return {
            "schema_version": SCHEMA_VERSION,
            "containers": list(self.containers),
            "images": list(self.images),
            "folders": [str(folder) for folder in self.folders],
            "freed_bytes": self.freed_bytes,
            "kept": list(self.kept),
        }


def reap(client: docker.DockerClient) -> tuple[str, ...]:
    """Remove the containers of owners that are gone; the names of those removed."""
    removed = []
    for container in _ours(client):
        owner = Owner.from_labels(container.labels)
        if owner is not None and owner.is_gone and _is_removed(container):
            removed.append(container.name or container.id or "")
    return tuple(removed)


def clean(everything: bool = False) -> CleanReport:
    """Remove what dead runs left; with `everything` also our images and cached environments.

    Images and caches stay while a container of a living owner needs them.
    """
    kept: list[str] = []
    containers: tuple[str, ...] = ()
    images: dict[str, int] = {}
    is_busy = False
    try:
        client = connect()
    except SandboxUnavailable as error:
        kept.append(f"containers and images: {error.message}")
    else:
        try:
            containers = reap(client)
            alive = [container.name or "" for container in _ours(client)]
            is_busy = bool(alive)
            kept += [f"container `{name}`: its owner is alive or unknown" for name in alive]
            if everything:
                images = _remove_images(client, kept)
        finally:
            client.close()
    stale = _stale_scratch()
    folders = dict(_remove_all(stale))
    kept += [f"`{left}`: not ours to delete, remove it as root" for left in stale if left.exists()]
    caches = cache_folder() / "envs"
    if everything and is_busy:
        kept.append(f"`{caches}`: in use by a living run")
    elif everything and caches.is_dir():
        folders |= dict(_remove_all([caches]))
    return CleanReport(
        containers=containers,
        images=tuple(images),
        folders=tuple(folders),
        freed_bytes=sum(images.values()) + sum(folders.values()),
        kept=tuple(kept),
    )


def _ours(client: docker.DockerClient) -> list[Container]:
    """Every container with our label, running or not; those that vanish meanwhile are skipped."""
    return client.containers.list(all=True, filters={"label": OWNER_LABEL}, ignore_removed=True)


def _is_removed(container: Container) -> bool:
    """Kill and remove it; another reaper may be faster, which is as good."""
    import docker

    try:
        container.remove(force=True, v=True)
    except docker.errors.APIError as error:
        return error.status_code in (404, 409)
    return True


def _remove_images(client: docker.DockerClient, kept: list[str]) -> dict[str, int]:
    """Remove our images that no container uses; the bytes of each."""
    import docker

    removed: dict[str, int] = {}
    for image in client.images.list(filters={"label": IMAGE_LABEL}):
        name = image.tags[0] if image.tags else image.id or ""
        try:
            client.images.remove(image.id or "", force=len(image.tags) > 1)
        except docker.errors.APIError as error:
            kept.append(f"image `{name}`: {error.explanation}")
        else:
            removed[name] = int(image.attrs.get("Size", 0))
    return removed


def _stale_scratch() -> list[Path]:
    """Scratch folders of ours whose process is gone, or, if unnamed, that are a day old."""
    found = Path(tempfile.gettempdir()).glob("speedwright-*")
    return [path for path in found if path.is_dir() and not path.is_symlink() and _is_stale(path)]


def _is_stale(folder: Path) -> bool:
    owner = _SCRATCH_OF_PROCESS.match(folder.name)
    if owner is not None:
        return not Path("/proc", owner[1]).exists()
    return folder.stat().st_mtime < time.time() - _OLD_SCRATCH_S


def _remove_all(folders: Iterable[Path]) -> list[tuple[Path, int]]:
    removed = []
    for folder in folders:
        size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            removed.append((folder, size))
    return removed
