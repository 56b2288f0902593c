"""What keeps the packaging of docs/design/0002-packaging.md working."""

import fnmatch
import importlib.util
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("agent", "benchmarks", "datasets", "eval", "profiler", "sandbox")
HOSTILE = "import sys; print('PLANTED', file=sys.stderr); print('PLANTED')\n"


def setuptools_table(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]


def package_folders(root: Path) -> dict[str, Path]:
    """Every listed package with the folder it is taken from."""
    table = setuptools_table(root)
    found = {}
    for package in table["packages"]:
        front = next(
            p for p in sorted(table["package-dir"], key=len, reverse=True)
            if package == p or package.startswith(p + ".")
        )  # fmt: skip
        rest = package.removeprefix(front).strip(".").replace(".", "/")
        found[package] = root / table["package-dir"][front] / rest
    return found


def unlisted_packages(root: Path) -> list[str]:
    listed = {folder.resolve() for folder in package_folders(root).values()}
    rooms = [root / room for room in (*ROOMS, "speedwright")]
    inits = [init for room in rooms for init in room.rglob("__init__.py")]
    return sorted(
        str(init.relative_to(root))
        for init in inits
        if init.parent.resolve() not in listed and not any(p.is_symlink() for p in init.parents)
    )


def unpacked_data(root: Path) -> list[str]:
    """Files below datasets/ that would not be in the wheel."""
    table, missing = setuptools_table(root), []
    packages = {folder: name for name, folder in package_folders(root).items()}
    for file in sorted((root / "datasets").rglob("*")):
        if file.is_dir() or "__pycache__" in file.parts:
            continue
        patterns = table["package-data"].get(packages.get(file.parent, ""), [])
        if not any(fnmatch.fnmatch(file.name, pattern) for pattern in patterns):
            missing.append(str(file.relative_to(root)))
    return missing


def importable_data(root: Path) -> list[str]:
    """Python files below datasets/ that somebody could import; `1_Name.py` cannot be."""
    return sorted(
        str(file.relative_to(root))
        for file in (root / "datasets").rglob("*.py")
        if file.stem.isidentifier()
    )


def test_every_package_is_listed() -> None:
    assert unlisted_packages(ROOT) == []
    assert [p for p, folder in package_folders(ROOT).items() if not folder.is_dir()] == []


def test_every_data_file_is_packed() -> None:
    assert unpacked_data(ROOT) == []


def test_datasets_holds_data_only() -> None:
    assert importable_data(ROOT) == []


def test_import_datasets_means_hugging_face() -> None:
    spec = importlib.util.find_spec("datasets")
    if spec is None or spec.origin is None:
        pytest.skip("the `datasets` package is not installed")
    assert not Path(spec.origin).resolve().is_relative_to(ROOT / "datasets")


@pytest.mark.parametrize("room", ROOMS)
def test_links_are_relative(room: str) -> None:
    link = ROOT / "speedwright" / room
    if link.is_file() and not link.is_symlink():
        pytest.skip("this checkout has no symbolic links (core.symlinks=false)")
    assert str(link.readlink()) == f"../{room}"


def planted(folder: Path) -> Path:
    """A copy of the packaging with three faults."""
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for file in ("eval/new/__init__.py", "datasets/__init__.py", "datasets/odd.bin"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")
    (folder / "datasets" / "1_Name.py").write_text("")
    return folder


def test_planted_packaging_faults_are_seen(tmp_path: Path) -> None:
    root = planted(tmp_path)
    assert unlisted_packages(root) == ["eval/new/__init__.py"]
    assert "datasets/odd.bin" in unpacked_data(root)
    assert importable_data(root) == ["datasets/__init__.py"]


def console_script() -> Path:
    script = Path(sys.executable).with_name("speedwright")
    if not script.exists():
        pytest.skip(f"speedwright is not installed beside {sys.executable}")
    return script


def test_a_hostile_working_directory_is_not_imported(tmp_path: Path) -> None:
    for name in ("typer", "csv", "email", "json", "rich", "speedwright", "signal"):
        (tmp_path / f"{name}.py").write_text(HOSTILE)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    for start in ([str(console_script())], [sys.executable, "-P", "-m", "speedwright"]):
        done = subprocess.run(
            [*start, "--help"], cwd=tmp_path, capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        assert "optimize" in done.stdout
        assert "PLANTED" not in done.stdout + done.stderr


def test_the_planted_modules_would_speak_if_they_were_imported(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(HOSTILE)
    done = subprocess.run(
        [sys.executable, "-m", "speedwright", "--help"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert "PLANTED" in done.stdout


@pytest.mark.skipif(not os.environ.get("CI"), reason="builds and installs a wheel: in CI only")
def test_the_wheel_claims_one_name_and_runs_anywhere(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"speedwright"}
    wanted = {"speedwright/py.typed", "speedwright/cli/app.py", "speedwright/eval/__init__.py"}
    assert wanted <= set(names)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    show = "import speedwright, sys; print(speedwright.__file__); sys.argv[1:] = ['--help']; "
    done = subprocess.run(
        [sys.executable, "-P", "-c", show + "from speedwright.cli import main; main()"],
        cwd=elsewhere, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert "optimize" in done.stdout
