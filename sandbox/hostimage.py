"""The `host` image: an almost empty image that shows this machine's own `/usr`.

Covers: an engine without any registry; the same compiler, interpreter and tools as on the host.
Does not cover: reproducing elsewhere (the tools are this machine's: record their versions);
hiding anything under `/usr`.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from speedwright.sandbox.owner import IMAGE_LABEL

if TYPE_CHECKING:
    import docker
    from docker.models.images import Image

HOST_REPOSITORY = "speedwright-host"
ENVIRONMENT_REPOSITORY = "speedwright-env"
_TOP_LEVEL = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_FOLDERS = {
    "tmp": 0o1777,
    "etc": 0o755,
    "root": 0o755,
    "usr": 0o755,
    "var": 0o755,
    "box": 0o755,
    "box/scratch": 0o1777,
}
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
}


def host_mounts() -> list[Path]:
    """Paths of this machine that the host image needs, each shown at the same path."""
    wanted = [Path("/usr"), Path("/etc/ld.so.cache"), Path("/etc/alternatives")]
    wanted += [Path("/") / name for name in _TOP_LEVEL if not (Path("/") / name).is_symlink()]
    return [path for path in wanted if path.exists()]


def host_image(client: docker.DockerClient) -> Image:
    """The host image, imported if this engine does not have it yet."""
    return _imported(client, HOST_REPOSITORY, ())


def environment_image(client: docker.DockerClient, folders: Sequence[Path]) -> Image:
    """The host image with folders of this machine copied in at their own paths."""
    return _imported(client, ENVIRONMENT_REPOSITORY, folders)


def _imported(client: docker.DockerClient, repository: str, folders: Sequence[Path]) -> Image:
    import docker

    with tempfile.TemporaryFile() as archive:
        _write_archive(archive, folders)
        archive.seek(0)
        tag = hashlib.file_digest(archive, "sha256").hexdigest()[:20]
        name = f"{repository}:{tag}"
        try:
            return client.images.get(name)
        except docker.errors.ImageNotFound:
            archive.seek(0)
            client.api.import_image_from_data(
                archive, repository, tag, changes=[f"LABEL {IMAGE_LABEL}={repository}"]
            )
            return client.images.get(name)


def _write_archive(target: IO[bytes], folders: Sequence[Path]) -> None:
    """The same bytes for the same content, so that the digest names the content."""
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, mode in _FOLDERS.items():
            # A tmpfs takes the mode of the image's folder, whatever mode the mount asks for.
            archive.addfile(_entry(name, kind=tarfile.DIRTYPE, mode=mode))
        for name, text in _FILES.items():
            data = text.encode()
            archive.addfile(_entry(name, size=len(data)), io.BytesIO(data))
        for name in _TOP_LEVEL:
            if (path := Path("/") / name).is_symlink():
                link = str(path.readlink()).removeprefix("/")
                archive.addfile(_entry(name, kind=tarfile.SYMTYPE, link=link))
        for above in _above(folders):  # an engine may make those that are not named for root only
            archive.addfile(_entry(above, kind=tarfile.DIRTYPE, mode=0o755))
        for folder in folders:
            for path in sorted((folder, *folder.rglob("*"))):
                _add(archive, path)


def _above(folders: Sequence[Path]) -> list[str]:
    """Names of the folders that the given ones lie in, outermost first."""
    above = {path for folder in folders for path in folder.parents if not path.is_symlink()}
    names = (str(path).removeprefix("/") for path in sorted(above - {Path("/")}))
    return [name for name in names if name not in _FOLDERS]


def _add(archive: tarfile.TarFile, path: Path) -> None:
    """One entry of a copied folder: world-readable, owned by root, without times."""
    found = archive.gettarinfo(path)
    if found is None or path.suffix == ".pyc":  # sockets; byte code holds times of its source
        return
    found.mtime, found.uid, found.gid, found.uname, found.gname = 0, 0, 0, "", ""
    found.mode |= 0o555 if found.isdir() else 0o444
    if found.islnk():  # a hard link to an entry before it: store the content again
        found.type, found.size = tarfile.REGTYPE, path.stat().st_size
    if found.isreg():
        with path.open("rb") as content:
            archive.addfile(found, content)
    else:
        archive.addfile(found)


def _entry(
    name: str, *, kind: bytes = tarfile.REGTYPE, mode: int = 0o644, size: int = 0, link: str = ""
) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size, entry.linkname = kind, mode, size, link
    return entry
