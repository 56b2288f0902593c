"""Sandboxes, a box around a folder, and profiles made by hand."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.profiler import Frame, Kind, Profile, Stack
from speedwright.registry import resolve
from speedwright.sandbox import Box, Limits, Mount, Sandbox, Toolchain

MakeProfile = Callable[..., Profile]
MakeBox = Callable[..., Box]


@pytest.fixture(
    scope="session",
    params=["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)],
)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each backend that can run here."""
    return _available(request.param)


@pytest.fixture(scope="session")
def plain_sandbox() -> Sandbox:
    """The plain process, for what does not depend on the backend."""
    return _available("process")


def _available(name: str) -> Sandbox:
    found: Sandbox = resolve("sandboxes", name)()
    availability = found.availability()
    if not availability.is_available:
        pytest.skip(f"{name}: {availability.reason}")
    return found


@pytest.fixture
def make_box(tmp_path: Path) -> MakeBox:
    """A box whose target holds the given files (name -> text)."""

    def make(files: dict[str, str], wall_s: float = 60.0) -> Box:
        target = tmp_path / "target"
        target.mkdir(exist_ok=True)
        for name, text in files.items():
            file = target / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        for folder in (tmp_path, target):  # the box's user is another one
            folder.chmod(0o755)
        toolchain = Toolchain(
            python=Path(sys.executable), paths=(Path(sys.prefix), Path(sys.base_prefix))
        )
        return Box(
            mounts=(Mount(name="src", source=target),),
            toolchain=toolchain,
            limits=Limits(wall_s=wall_s),
            label="tests",
        )

    return make


@pytest.fixture
def make_profile() -> MakeProfile:
    """Profile from `{"a.py:main:10 > a.py:work:3": 2.0}`; `native:` before a frame says so."""

    def make(stacks: dict[str, float], unit: str = "seconds", **fields: object) -> Profile:
        frames: dict[Frame, int] = {}
        made = []
        for text, weight in stacks.items():
            indexes = []
            for part in text.split(" > "):
                kind = Kind.NATIVE if part.startswith("native:") else Kind.PYTHON
                file, function, line = part.removeprefix("native:").split(":")
                frame = Frame(
                    function=function,
                    file=file,
                    line=int(line),
                    kind=kind,
                    in_target=bool(file) and not file.startswith("/"),
                )
                indexes.append(frames.setdefault(frame, len(frames)))
            made.append(Stack(frames=tuple(indexes), weight=weight))
        return Profile(
            profiler="py-spy",
            unit=unit,
            total=sum(stacks.values()),
            frames=tuple(frames),
            stacks=tuple(made),
            wall_s=1.5,
            **fields,  # type: ignore[arg-type]  # test helper
        )

    return make
