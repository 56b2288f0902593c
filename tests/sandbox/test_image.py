from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import EnvironmentMissing, ImageMissing, SandboxUnavailable
from speedwright.sandbox import Box, Call
from speedwright.sandbox.docker import DockerSandbox
from speedwright.sandbox.engine import connect, require_own_file_system
from speedwright.sandbox.hostimage import host_mounts
from speedwright.sandbox.image import ImageSpec, PreparedImage, dockerfile_of, prepare_image
from speedwright.sandbox.owner import IMAGE_LABEL
from speedwright.sandbox.toolchain import find_toolchain

NOWHERE = Path("/nonexistent-target")


def test_dockerfile_is_found_in_the_target_first(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "ci.dockerfile").write_text("FROM scratch\n")
    for word in ("Dockerfile", "ci.dockerfile", str(tmp_path / "Dockerfile")):
        found = dockerfile_of(ImageSpec(image=word, target=tmp_path))
        assert found is not None and found.is_file()
    assert dockerfile_of(ImageSpec(image="python:3.12", target=tmp_path)) is None
    assert dockerfile_of(ImageSpec(image="registry.example/team/app", target=tmp_path)) is None


@pytest.mark.parametrize("word", ["Dockerfile", "build/Dockerfile", "x.dockerfile", "/no/such"])
def test_missing_dockerfile_says_where_it_was_looked_for(tmp_path: Path, word: str) -> None:
    with pytest.raises(ImageMissing, match="does not exist") as caught:
        dockerfile_of(ImageSpec(image=word, target=tmp_path))
    assert "looked at" in caught.value.hint


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    try:
        client = connect()
    except SandboxUnavailable as error:
        pytest.skip(error.message)
    yield client
    client.close()


@pytest.fixture
def made(engine: Any) -> Iterator[list[str]]:
    """Images to remove after the test."""
    names: list[str] = []
    yield names
    for name in names:
        engine.images.remove(name, force=True)


def a_box() -> Box:
    return Box(mounts=(), toolchain=find_toolchain(NOWHERE), label="test-image")


@pytest.mark.docker
def test_host_image_is_made_once_and_named_by_its_content(engine: Any) -> None:
    first = prepare_image(engine, ImageSpec(image="host"))
    assert first == prepare_image(engine, ImageSpec(image="auto"))
    assert first.name.startswith("speedwright-host:")
    assert first.digest.startswith("sha256:")
    assert first.is_host
    assert Path("/usr") in first.mounts
    image = engine.images.get(first.name)
    assert image.labels[IMAGE_LABEL] == "speedwright-host"


@pytest.mark.docker
def test_engine_of_this_machine_passes_the_probe(engine: Any) -> None:
    require_own_file_system(engine, prepare_image(engine, ImageSpec()).name, host_mounts())


@pytest.mark.docker
def test_engine_that_does_not_see_our_files_is_refused(engine: Any) -> None:
    image = prepare_image(engine, ImageSpec()).name
    with pytest.raises(SandboxUnavailable, match="does not see this machine's files"):
        require_own_file_system(engine, image, [*host_mounts(), Path("/nonexistent/folder")])


@pytest.mark.docker
def test_dockerfile_is_built_once_for_the_same_files(
    engine: Any, made: list[str], tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY word /word\nLABEL of=test\n")
    (tmp_path / "word").write_text("one")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/later").write_text("history")
    spec = ImageSpec(image="Dockerfile", target=tmp_path)
    first = prepare_image(engine, spec)
    made.append(first.name)
    assert not first.is_host
    assert engine.images.get(first.name).labels[IMAGE_LABEL] == "speedwright-built"
    (tmp_path / ".git/later").write_text("more history")
    os.utime(tmp_path / "word", (0, 0))
    assert prepare_image(engine, spec) == first
    (tmp_path / "word").write_text("two")
    second = prepare_image(engine, spec)
    made.append(second.name)
    assert second.digest != first.digest


@pytest.mark.docker
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FROM scratch\nCOPY missing /\n", "missing"),
        ("FROM scratch\nNONSENSE x\n", "(?i)nonsense"),
        ('FROM scratch\nRUN ["/absent"]\n', "absent"),
    ],
)
def test_dockerfile_that_does_not_build_says_why(
    engine: Any, tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(ImageMissing, match="does not build") as caught:
        prepare_image(engine, ImageSpec(image="Dockerfile", target=tmp_path))
    assert caught.match(reason)


@pytest.mark.docker
def test_word_that_can_be_no_image_is_a_clear_error(engine: Any) -> None:
    with pytest.raises(ImageMissing, match="No Such!"):
        prepare_image(engine, ImageSpec(image="No Such!"))


@pytest.mark.docker
def test_image_without_python_is_a_clear_error(made: list[str], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nLABEL of=test\n")
    sandbox = DockerSandbox("Dockerfile", target=tmp_path)
    with pytest.raises(EnvironmentMissing, match="has no `python3`") as caught:
        sandbox.open(a_box())
    made.append(caught.value.message.split("`")[1])
    assert "--image host" in caught.value.hint


@pytest.fixture
def venv() -> Iterator[Path]:
    """An environment with a module, outside of /tmp as the cache is."""
    cache = Path.home() / ".cache"
    cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="speedwright-test-") as name:
        folder = Path(name) / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        (module_in(folder)).write_text("WORD = 'in the image'\n")
        module_in(folder).chmod(0o600)
        yield folder


def module_in(venv: Path) -> Path:
    return next(venv.glob("lib/python3*/site-packages")) / "baked.py"


@pytest.mark.docker
def test_environment_is_baked_in_at_its_path(made: list[str], venv: Path) -> None:
    toolchain = find_toolchain(NOWHERE, [str(venv / "bin/python")])
    sandbox = DockerSandbox("auto", environment=venv)
    facts = sandbox.describe()
    made.append(facts["image"])
    assert facts["image"].startswith("speedwright-env:")
    module_in(venv).write_text("WORD = 'on the host'\n")
    box = Box(mounts=(), toolchain=toolchain, label="test-image")
    with sandbox.open(box) as session:
        said = session.run(
            Call(argv=("python", "-c", "import baked, sys; print(baked.WORD, sys.prefix)"))
        )
    assert said.stdout.decode() == f"in the image {venv}\n", said


@pytest.fixture(scope="module")
def image_with_python(engine: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A local image that has a Python of its own and sets variables, made without a registry."""
    system = Path("/usr/bin/python3")
    if not system.exists():
        pytest.skip("no /usr/bin/python3 to make an image of")
    archive = io.BytesIO()
    listing = "import json, sys; print(json.dumps(sys.path))"
    subprocess.run([system, "-I", "-c", listing], check=True, capture_output=True)
    with tarfile.open(fileobj=archive, mode="w") as image:
        files = _files_of(system)  # with the folders they are in: engines differ in what they make
        files |= {above for path in files for above in path.parents if not above.is_symlink()}
        for path in sorted(files - {Path("/")}):
            image.add(path, recursive=False)
        for name in ("bin", "lib", "lib64"):
            if Path("/", name).is_symlink():
                image.add(Path("/", name))
    name = "speedwright-test-python:1"
    engine.api.import_image_from_data(
        archive.getvalue(),
        *name.split(":"),
        changes=["ENV WORD=from-the-image", "ENV PATH=/usr/bin:/bin", 'ENTRYPOINT ["/bin/false"]'],
    )
    yield name
    engine.images.remove(name, force=True)


def _files_of(python: Path) -> set[Path]:
    """The interpreter, what it is linked against, its library and a shell."""
    real = python.resolve()
    shell = Path(shutil.which("dash") or "/bin/sh").resolve()
    found = {python, real, shell, Path("/usr/bin/sh"), Path("/usr/bin/env")}
    library = Path(f"/usr/lib/{real.name}")
    found |= {path for path in library.rglob("*") if "test" not in path.parts}
    for program in (real, shell, Path("/usr/bin/env"), *library.glob("lib-dynload/*.so")):
        said = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
        for word in said.split():
            if word.startswith("/"):
                path = Path(os.path.normpath(f"/usr{word}" if word.startswith("/lib") else word))
                found |= {path, path.resolve()} if path.exists() else set()
    loader = Path("/lib64/ld-linux-x86-64.so.2")
    if loader.exists():
        found |= {Path("/usr/lib64/ld-linux-x86-64.so.2"), loader.resolve()}
    return {path for path in found if path.exists()}


@pytest.mark.docker
def test_named_image_runs_with_its_own_python_and_variables(image_with_python: str) -> None:
    sandbox = DockerSandbox(image_with_python)
    with sandbox.open(a_box()) as session:
        result = session.run(
            Call(argv=("python3", "-c", "import os, sys; print(sys.prefix, os.environ['WORD'])"))
        )
        assert result.stdout == b"/usr from-the-image\n", result
        assert (
            session.run(Call(argv=("env",), env={"WORD": "ours"})).stdout.count(b"WORD=ours") == 1
        )
        shim = session.run(Call(argv=("python", "-c", "print(1)")))
        assert shim.stdout == b"1\n", shim
        assert not session.run(Call(argv=("gcc", "--version"))).is_success
    assert sandbox.describe()["image"] == image_with_python


@pytest.mark.docker
def test_prepared_image_is_plain_data(image_with_python: str, engine: Any) -> None:
    prepared = prepare_image(engine, ImageSpec(image=image_with_python))
    assert isinstance(prepared, PreparedImage)
    assert prepared.mounts == () and not prepared.is_host
