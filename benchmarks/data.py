"""Where a suite's data come from: packaged samples, a local path, or Hugging Face."""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from speedwright.errors import DataMissing, ExtraMissing

_NAME_OF_HUGGING_FACE = "load_dataset"
_BLOCK_BYTES = 1 << 20


def packaged(name: str) -> Path:
    """The folder `datasets/<name>` of the installation, or of the checkout.

    A checkout without symbolic links has the data two levels above this file only.

    Raises:
        DataMissing: The installation is not whole.
    """
    for folder in _roots():
        if (folder / name).is_dir():
            return folder / name
    raise DataMissing(
        f"the packaged data `datasets/{name}` are not here",
        hint="install speedwright anew, or name the data with --data PATH",
    )


def _roots() -> Iterator[Path]:
    resource = importlib.resources.files("speedwright") / "datasets"
    if isinstance(resource, Path) and resource.is_dir():
        yield resource
    yield Path(__file__).resolve().parent.parent / "datasets"


def hugging_face(
    repository: str,
    *,
    split: str,
    revision: str | None = None,
    instead: str,
) -> Iterator[Mapping[str, Any]]:
    """Rows of a data set on Hugging Face, from its cache where it was fetched before.

    Args:
        repository: `owner/name`.
        split: Name of the split.
        revision: Commit to take; a moving branch makes no record that can be repeated.
        instead: What to download by hand, and to where, if this does not work.

    Raises:
        ExtraMissing: The package `datasets` is not installed.
        DataMissing: There is no network, or no such data set.
    """
    datasets = _hugging_face_module()
    try:
        found = datasets.load_dataset(repository, split=split, revision=revision)
    except (OSError, ValueError) as error:  # ConnectionError and "not found" are among them
        at = f"@{revision}" if revision else ""
        raise DataMissing(
            f"`{repository}{at}` cannot be had from Hugging Face: {_first_line(error)}",
            hint=instead,
        ) from error
    return iter(found)


def _hugging_face_module() -> Any:
    """The package `datasets`, and not a folder of that name that Python took for one."""
    try:
        import datasets
    except ModuleNotFoundError as error:
        raise _no_package() from error
    if not hasattr(datasets, _NAME_OF_HUGGING_FACE):
        raise _no_package()
    return datasets


def _no_package() -> ExtraMissing:
    return ExtraMissing(
        "the package `datasets` of Hugging Face is not installed",
        hint='pip install "speedwright[suites]", or name a local copy with --data PATH',
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


def content_hash(*paths: Path) -> str:
    """SHA-256 of files, or of folders with the names in them, for a record's provenance.

    Raises:
        DataMissing: One of them cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for path in paths:
            for name, file in _files(path):
                digest.update(f"{name}\0{file.stat().st_size}\0".encode())
                _feed(digest, file)
    except OSError as error:
        raise DataMissing(f"cannot read `{error.filename}`: {error.strerror}") from error
    return digest.hexdigest()


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """Every file at or below a path, with its name there."""
    if not path.is_dir():
        yield path.name, path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield file.relative_to(path).as_posix(), file


def _feed(digest: Any, file: Path) -> None:
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
