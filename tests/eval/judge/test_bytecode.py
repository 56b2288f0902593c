"""Bytecode of a candidate is made in the first box that shows it, and as it always was."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import SandboxError
from speedwright.eval.judge import versions as of_versions
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.judge.boxes import box_for
from speedwright.eval.judge.bytecode import compile_in
from speedwright.profiler.timer import SOURCE_MOUNT
from speedwright.registry import resolve
from speedwright.sandbox import Box, Mount, Sandbox

Diff = Callable[..., str]


@pytest.fixture(params=["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    found: Sandbox = resolve("sandboxes", request.param)()
    if not (availability := found.availability()).is_available:
        pytest.skip(availability.reason)
    return found


@pytest.fixture
def candidate(baseline: Baseline, diff_of: Diff) -> Iterator[Path]:
    """A new version with two changed files, of which nothing is compiled yet."""
    diff = diff_of('f"{n} distinct"', 'f"{n} differing"', extra__py="X = {1, 2}\n")
    folder = baseline.versions.fresh(diff, compiles=False)
    yield folder
    baseline.versions.forget(folder)


def compiled(folder: Path, module: str) -> list[Path]:
    return list((folder / "__pycache__").glob(f"{module}.*.pyc"))


def box_of(baseline: Baseline, folder: Path) -> Box:
    return box_for(baseline.target, folder, trusted=baseline.versions.trusted)


def test_it_is_made_by_the_first_box_and_as_the_interpreter_would(
    baseline: Baseline, candidate: Path
) -> None:
    assert not compiled(candidate, "slow") and not compiled(candidate, "extra")
    baseline.versions.open(box_of(baseline, candidate), candidate).close()
    made = {p.name: p.read_bytes() for m in ("slow", "extra") for p in compiled(candidate, m)}
    assert len(made) == 2
    for name in made:
        (candidate / "__pycache__" / name).unlink()
    words = (str(baseline.target.toolchain.python), "-I", "-m", "compileall", "-q", "--")
    subprocess.run((*words, "extra.py", "slow.py"), cwd=candidate, check=True)
    assert made == {n: (candidate / "__pycache__" / n).read_bytes() for n in made}


def test_boxes_after_it_do_nothing_more(
    baseline: Baseline, candidate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(of_versions, "compile_in", lambda _, folder, __: asked.append(folder))
    for folder in (baseline.folder, candidate, candidate):
        baseline.versions.open(box_of(baseline, folder), folder).close()
    assert asked == [candidate]


def test_box_in_which_it_fails_is_closed_and_the_next_one_tries_again(
    baseline: Baseline, candidate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def fails(session: Any, *_: object) -> None:
        seen.append(session)
        raise SandboxError("planted")

    with monkeypatch.context() as planted:
        planted.setattr(of_versions, "compile_in", fails)
        with pytest.raises(SandboxError, match="planted"):
            baseline.versions.open(box_of(baseline, candidate), candidate)
    with pytest.raises(SandboxError, match="closed"):
        seen[0].read("x", max_bytes=1)
    baseline.versions.open(box_of(baseline, candidate), candidate).close()
    assert compiled(candidate, "slow")


def test_every_sandbox_compiles_what_it_shows_read_only(
    sandbox: Sandbox, baseline: Baseline, tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    files = {"good.py": "A = 1\n", "broken.py": "def\n", "sub/deep.py": "B = 2\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    mount = Mount(name=SOURCE_MOUNT, source=tmp_path)
    with sandbox.open(Box(mounts=(mount,), toolchain=baseline.target.toolchain)) as session:
        compile_in(session, tmp_path, (*files, "missing.py"))
    made = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.pyc"))
    assert [name.split(".")[0] for name in made] == ["__pycache__/good", "sub/__pycache__/deep"]
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith("tmp")]


def test_links_of_a_target_lead_nowhere(baseline: Baseline, tmp_path: Path) -> None:
    source, elsewhere = tmp_path / "src", tmp_path / "elsewhere"
    source.mkdir()
    elsewhere.mkdir()
    (source / "good.py").write_text("A = 1\n")
    (source / "__pycache__").symlink_to(elsewhere)
    mount = Mount(name=SOURCE_MOUNT, source=source)
    box = Box(mounts=(mount,), toolchain=baseline.target.toolchain)
    with baseline.target.sandbox.open(box) as session:
        compile_in(session, source, ("good.py",))
    assert not list(elsewhere.iterdir())
