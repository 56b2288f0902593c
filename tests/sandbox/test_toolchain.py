from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from speedwright.errors import ConfigError, EnvironmentMissing
from speedwright.sandbox.environment import build_environment, requirement_lines
from speedwright.sandbox.toolchain import choose_toolchain, find_toolchain, prefixes_of


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def make_environment(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


def base_prefix() -> Path:
    return Path(sys.base_prefix).resolve()


def test_default_is_the_interpreter_we_run_with(target: Path) -> None:
    choice = choose_toolchain(target)
    assert choice.toolchain.python == Path(sys.executable)
    assert choice.how == "the interpreter speedwright runs with"
    outside = [p for p in (Path(sys.prefix), base_prefix()) if not p.is_relative_to("/usr")]
    assert set(outside) <= set(choice.toolchain.paths)


def test_environment_of_the_target_wins_over_the_active_one(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = make_environment(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(active))
    assert find_toolchain(target).python == active / "bin/python"
    own = make_environment(target / ".venv")
    choice = choose_toolchain(target)
    assert choice.toolchain.python == own / "bin/python"
    assert own in choice.toolchain.paths
    assert active not in choice.toolchain.paths
    assert "`.venv`" in choice.how


def test_named_interpreter_wins_and_links_are_followed(target: Path, tmp_path: Path) -> None:
    make_environment(target / ".venv")
    named = make_environment(tmp_path / "named")
    link = tmp_path / "link" / "bin"
    link.mkdir(parents=True)
    (link / "python").symlink_to(named / "bin/python")
    choice = choose_toolchain(target, [["/bin/true"], [str(link / "python"), "-m", "pytest"]])
    assert choice.toolchain.python == link / "python"
    assert named in choice.toolchain.paths
    if not base_prefix().is_relative_to("/usr"):
        assert base_prefix() in choice.toolchain.paths


def test_script_of_an_environment_means_its_interpreter(target: Path, tmp_path: Path) -> None:
    named = make_environment(tmp_path / "named")
    (named / "bin/pytest").write_text("#!/bin/sh\n")
    assert find_toolchain(target, [str(named / "bin/pytest")]).python == named / "bin/python"


def test_own_environment_as_virtual_env_is_not_the_users(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert choose_toolchain(target).how == "the interpreter speedwright runs with"


def test_folder_of_another_absolute_program_is_shown(target: Path, tmp_path: Path) -> None:
    program = tmp_path / "opt" / "bin" / "tool"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    assert program.parent in find_toolchain(target, [str(program)]).paths


def test_home_is_never_shown_as_a_whole(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "tool").touch(mode=0o755)
    monkeypatch.setenv("HOME", str(home))
    paths = find_toolchain(target, [str(home / "tool")]).paths
    assert home / "tool" in paths
    assert not any(home.is_relative_to(path) for path in paths)


def test_target_cannot_show_any_folder_through_pyvenv_cfg(target: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    (secret / "bin").mkdir(parents=True)
    own = make_environment(target / ".venv")
    (own / "pyvenv.cfg").write_text(f"home = {secret}/bin\n")
    assert secret not in find_toolchain(target).paths


def test_program_of_the_users_own_tree_is_not_shown(target: Path) -> None:
    (target / "bench").touch(mode=0o755)
    assert target not in find_toolchain(target, [str(target / "bench")]).paths


def test_missing_interpreter_and_wrapper_are_refused(target: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="`/nonexistent/python` does not exist"):
        find_toolchain(target, ["/nonexistent/python"])
    shim = tmp_path / "shims" / "python"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\nexec python3\n")
    with pytest.raises(EnvironmentMissing, match="no Python interpreter"):
        find_toolchain(target, [str(shim)])


def test_system_interpreter_needs_no_folder() -> None:
    system = Path("/usr/bin/python3")
    if not system.exists():
        pytest.skip("no /usr/bin/python3 here")
    assert prefixes_of(system) == (Path("/usr"),)


def test_requirement_lines_inline_files(target: Path) -> None:
    (target / "sub").mkdir()
    (target / "a.txt").write_text("# c\nnumpy>=2  # why\n-r sub/b.txt\n")
    (target / "sub/b.txt").write_text("scipy\n--requirement=c.txt\n-cpins.txt\n")
    (target / "sub/c.txt").write_text("attrs\n")
    (target / "sub/pins.txt").write_text("attrs<30\n")
    lines = requirement_lines(["idna", "-r a.txt"], target)
    assert [line for line in lines if not line.startswith("#")] == [
        "idna",
        "numpy>=2",
        "scipy",
        "attrs",
        f"-c {target}/sub/pins.txt",
    ]


@pytest.mark.parametrize("line", [".", "-e .", "--editable=.", "./sub"])
def test_target_itself_is_no_requirement(target: Path, line: str) -> None:
    with pytest.raises(ConfigError, match="unpatched target"):
        requirement_lines([line], target)


def test_circular_and_missing_files_are_errors(target: Path) -> None:
    (target / "a.txt").write_text("-r b.txt\n")
    (target / "b.txt").write_text("-r a.txt\n")
    with pytest.raises(ConfigError, match="includes itself"):
        requirement_lines(["-r a.txt"], target)
    with pytest.raises(ConfigError, match="cannot be read"):
        requirement_lines(["-r nope.txt"], target)


@pytest.fixture
def offline_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels in place of the network: `tiny`, and a `pytest` that is only a name."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("tiny", "pytest"):
        write_wheel(wheels, name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for variable in [v for v in os.environ if v.startswith("PIP_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return wheels


def write_wheel(folder: Path, name: str) -> None:
    import zipfile

    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"NAME = {name!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.mark.usefixtures("offline_index")
def test_requirements_are_installed_once_and_reused(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = choose_toolchain(target, requirements=["tiny"])
    python = choice.toolchain.python
    assert python.is_relative_to(tmp_path / "cache/speedwright/envs")
    assert choice.how == "built from 1 requirements"
    said = subprocess.run([python, "-c", "import tiny; print(tiny.NAME)"], capture_output=True)
    assert said.stdout == b"tiny\n"
    scripts = Path(sysconfig.get_path("scripts", vars={"base": str(python.parent.parent)}))
    assert scripts == python.parent
    monkeypatch.setenv("PIP_FIND_LINKS", "/nonexistent")  # a second installation would fail
    assert choose_toolchain(target, requirements=["tiny"]).toolchain.python == python


@pytest.mark.usefixtures("offline_index")
def test_failed_installation_says_why_and_leaves_nothing(target: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="nosuchpackage"):
        build_environment(Path(sys.executable), ["nosuchpackage"], target=target)
    left = [entry for entry in (tmp_path / "cache/speedwright/envs").iterdir() if entry.is_dir()]
    assert left == []


@pytest.mark.usefixtures("offline_index")
def test_interrupted_installation_is_made_again(target: Path) -> None:
    folder = build_environment(Path(sys.executable), ["tiny"], target=target)
    (folder / "speedwright-complete").unlink()
    (folder / "bin/python").unlink()
    assert build_environment(Path(sys.executable), ["tiny"], target=target) == folder
    assert (folder / "bin/python").exists()
