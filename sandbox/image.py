"""Which image a container is started from.

Covers: the `host` image, a local image by name, a Dockerfile, an image built around an
environment of requirements.
Does not cover: pulling. A judge that pulls runs whatever the registry serves that day, so a named
image must be here already; only a Dockerfile that the user named may fetch its own base.
"""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from speedwright.errors import ImageMissing
from speedwright.sandbox.hostimage import environment_image, host_image, host_mounts
from speedwright.sandbox.owner import IMAGE_LABEL

if TYPE_CHECKING:
    import docker
    from docker.models.images import Image

BUILT_REPOSITORY = "speedwright-built"
_NEVER_SENT = (".git", ".speedwright")  # history holds later solutions; runs hold our evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSpec:
    """What the user asked for.

    Attributes:
        image: `auto`, `host`, the name of a local image, or a Dockerfile (path, or `Dockerfile`
            in the target).
        target: Root of the target: context of a Dockerfile.
        environment: Folder of an environment built for the target; `auto` bakes it in.
    """

    image: str = "auto"
    target: Path | None = None
    environment: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """An image that is there.

    Attributes:
        name: Name and tag.
        digest: The engine's content id, `sha256:…`.
        is_host: Whether the host's `/usr` and toolchain are shown in it.
        mounts: Host paths that it needs, shown at the same path.
        baked: Host paths whose copy is in it, which need no mount.
    """

    name: str
    digest: str
    is_host: bool
    mounts: tuple[Path, ...] = ()
    baked: tuple[Path, ...] = ()


def prepare_image(client: docker.DockerClient, spec: ImageSpec) -> PreparedImage:
    """Find or make the image.

    Raises:
        ImageMissing: It is not here, or its Dockerfile does not build.
    """
    if spec.image == "host" or (spec.image == "auto" and spec.environment is None):
        return _host(host_image(client))
    if spec.image == "auto" and spec.environment is not None:
        image = environment_image(client, [spec.environment])
        return _host(image, baked=(spec.environment,))
    if (dockerfile := dockerfile_of(spec)) is not None:
        return _plain(_built(client, dockerfile, spec.target or dockerfile.parent))
    return _plain(_named(client, spec.image))


def dockerfile_of(spec: ImageSpec) -> Path | None:
    """The Dockerfile that the user means, `None` if the word is the name of an image.

    Raises:
        ImageMissing: It looks like a Dockerfile but is not there.
    """
    path = Path(spec.image)
    places = [path] if path.is_absolute() else [(spec.target or Path()) / path, path]
    for place in places:
        if place.is_file():
            return place.absolute()
    if path.name == "Dockerfile" or path.suffix.lower() == ".dockerfile" or path.is_absolute():
        raise ImageMissing(
            f"Dockerfile `{spec.image}` does not exist",
            hint=f"looked at {', '.join(f'`{place.absolute()}`' for place in places)}",
        )
    return None


def _host(image: Image, *, baked: tuple[Path, ...] = ()) -> PreparedImage:
    return PreparedImage(
        name=_name(image),
        digest=image.id or "",
        is_host=True,
        mounts=tuple(host_mounts()),
        baked=baked,
    )


def _plain(image: Image) -> PreparedImage:
    return PreparedImage(name=_name(image), digest=image.id or "", is_host=False)


def _name(image: Image) -> str:
    return image.tags[0] if image.tags else image.id or ""


def _named(client: docker.DockerClient, name: str) -> Image:
    import docker

    try:
        return client.images.get(name)
    except docker.errors.ImageNotFound as error:
        raise ImageMissing(
            f"image `{name}` is not on this machine",
            hint=f"fetch it yourself with `docker pull {name}`, or use `--image host`",
        ) from error
    except docker.errors.APIError as error:  # e.g. a word that can be no image's name
        raise ImageMissing(
            f"`{name}` is no image: {error.explanation}", hint="use `--image host`, or a name"
        ) from error


def _built(client: docker.DockerClient, dockerfile: Path, context: Path) -> Image:
    """The image of a Dockerfile, built unless the same files were built before."""
    import docker
    from docker.utils.build import tar

    inside = dockerfile.is_relative_to(context)
    name = str(dockerfile.relative_to(context)) if inside else ".speedwright.Dockerfile"
    text = dockerfile.read_text(encoding="utf-8")
    ignored = [*_dockerignore(context), *_NEVER_SENT]
    with tempfile.TemporaryFile() as archive:
        tar(context, exclude=ignored, dockerfile=(name, text), fileobj=archive)
        tag = f"{BUILT_REPOSITORY}:{_digest_of(archive)}"
        try:
            return client.images.get(tag)
        except docker.errors.ImageNotFound:
            archive.seek(0)
        try:
            image, _ = client.images.build(
                fileobj=archive,
                custom_context=True,
                dockerfile=name,
                tag=tag,
                labels={IMAGE_LABEL: BUILT_REPOSITORY},
                network_mode="default",
                rm=True,
                forcerm=True,
            )
        except docker.errors.BuildError as error:
            raise _build_failure(dockerfile, str(error.msg), _log_lines(error.build_log)) from error
        except docker.errors.APIError as error:
            raise _build_failure(dockerfile, str(error.explanation), []) from error
    return image


def _dockerignore(context: Path) -> list[str]:
    file = context / ".dockerignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _digest_of(archive: IO[bytes]) -> str:
    """Digest of names, modes and contents; times and owners do not make it another image."""
    digest = hashlib.sha256()
    archive.seek(0)
    with tarfile.open(fileobj=archive, mode="r:") as members:
        for member in members:
            digest.update(f"{member.name}\0{member.mode}\0{member.linkname}\0".encode())
            if (content := members.extractfile(member)) is not None:
                while block := content.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()[:20]


def _log_lines(log: Iterable[object]) -> list[str]:
    parts = [entry.get("stream") for entry in log if isinstance(entry, dict)]
    text = "".join(part for part in parts if isinstance(part, str))
    return [line for line in text.splitlines() if line.strip()]


def _build_failure(dockerfile: Path, message: str, log: list[str]) -> ImageMissing:
    said = "\n".join([*log[-8:], message.strip()])
    return ImageMissing(
        f"`{dockerfile}` does not build:\n{said}",
        hint=f"try `docker build -f {dockerfile} .`; a base image must be here or reachable",
    )
